// Why something is here: the chain that leads to it, who needs it, and what it needs.

/** How many neighbours are listed before all of them are asked for. */
const SHOWN_NEIGHBOURS = 12;

/** Fills the panel for a node; `choose` goes to another. */
function drawWhy(panel, model, node, choose) {
  panel.scrollTop = 0;
  if (node === undefined) {
    panel.replaceChildren(
      make("h3", { id: "why-title", class: "plain" }, "Why is this here?"),
      make("p", { class: "help" }, "Choose an object, a name or a package, in the list or in the picture: this is where the shortest chain from what is started to it is told."),
    );
    return;
  }
  const { name, detail, kind, start, owner, layer, bytes } = model.nodes[node];
  const isLacked = ["lacked", "host", "unresolved"].includes(kind);
  const facts = [
    [detail.startsWith("/") ? "Path" : "State", detail],
    [isLacked ? "Package" : "Owner", owner],
    ["Layer", layer],
    ["Size", bytes === undefined ? undefined : sized(bytes)],
  ].filter(([, value]) => value);
  panel.replaceChildren(
    make("h3", { id: "why-title" }, name),
    make("dl", {}, facts.flatMap(([label, value]) => [make("dt", {}, label), make("dd", {}, value)])),
    make("h4", {}, isLacked ? "Why is it asked for?" : "Why is this here?"),
    chainList(model, node, start, choose),
    ...neighbourList(model, "Needed by", model.to(node), 0, choose),
    ...neighbourList(model, "Needs", model.from(node), 1, choose),
  );
}

function chainList(model, node, isStart, choose) {
  if (isStart) return make("p", {}, "It is a start object: someone starts it, or an interpreter or a program opens it.");
  const chain = model.chainTo(node);
  if (!chain) return make("p", {}, "No start object is seen to lead to it.");
  const first = model.edges[chain[0]][0];
  const items = [make("li", {}, nodeButton(model, first, choose), make("span", { class: "by" }, "is started or opened"))];
  for (const edge of chain) {
    const to = model.edges[edge][1];
    items.push(make("li", {}, to === node ? make("strong", { class: "code" }, model.nodes[to].name) : nodeButton(model, to, choose), byWhich(model, edge)));
  }
  return make("ol", { class: "chain" }, items);
}

/** How the one leads to the other, where that is more than its name. */
function byWhich(model, edge) {
  const name = model.name(edge);
  const isOpened = model.edges[edge][4] === 1;
  const to = model.nodes[model.edges[edge][1]];
  if (name === undefined) return make("span", { class: "by" }, "has it");
  const words = [isOpened ? "opened" : "asked for", name === to.name ? "" : `as ${name}`].filter(Boolean).join(" ");
  return make("span", { class: "by" }, words);
}

const nodeButton = (model, node, choose) =>
  make("button", { type: "button", class: "link code", title: model.nodes[node].detail, onclick: () => choose(node) }, model.nodes[node].name);

function neighbourList(model, title, edges, end, choose) {
  if (edges.length === 0) return [];
  const nodes = [...new Set([...edges].map((edge) => model.edges[edge][end]))];
  const list = make("ul", {});
  const fill = (some) => list.append(...some.map((node) => make("li", {}, nodeButton(model, node, choose))));
  fill(nodes.slice(0, SHOWN_NEIGHBOURS));
  const parts = [make("h4", {}, `${title} (${grouped(nodes.length)})`), list];
  if (nodes.length > SHOWN_NEIGHBOURS) {
    const more = make("button", { type: "button", class: "quiet" }, `Show all ${grouped(nodes.length)}`);
    more.onclick = () => {
      more.remove();
      fill(nodes.slice(SHOWN_NEIGHBOURS));
      list.children[SHOWN_NEIGHBOURS].querySelector("button").focus();
    };
    parts.push(more);
  }
  return parts;
}

