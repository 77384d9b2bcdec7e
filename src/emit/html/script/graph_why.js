// Reason for a node: the chain that leads to it, what needs it, and what it needs.

/** Number of neighbours that are listed at first. */
const SHOWN_NEIGHBOURS = 12;

/** Fills the panel for a node; `choose` shows another node. */
function drawWhy(panel, model, node, choose) {
  panel.scrollTop = 0;
  if (node === undefined) {
    panel.replaceChildren(
      make("h3", { id: "why-title", class: "plain" }, "Why is this here?"),
      make("p", { class: "help" }, "Choose an object, a soname or a package in the list or in the picture to see the shortest chain from a start object to it."),
    );
    return;
  }
  const { name, detail, start, owner, layer, bytes } = model.nodes[node];
  const isMissingSoname = isMissing(model.nodes[node]);
  const facts = [
    [detail.startsWith("/") ? "Path" : "Status", detail],
    [isMissingSoname ? "Package" : "Owner", owner],
    ["Layer", layer],
    ["Size", bytes === undefined ? undefined : sized(bytes)],
  ].filter(([, value]) => value);
  panel.replaceChildren(
    make("h3", { id: "why-title" }, name),
    make("dl", {}, facts.flatMap(([label, value]) => [make("dt", {}, label), make("dd", {}, value)])),
    make("h4", {}, isMissingSoname ? "Why is it needed?" : "Why is this here?"),
    chainList(model, node, start, choose),
    ...neighbourList(model, "Needed by", model.to(node), 0, choose),
    ...neighbourList(model, "Needs", model.from(node), 1, choose),
  );
}

function chainList(model, node, isStart, choose) {
  if (isStart) return make("p", {}, "It is a start object: it is started, or an interpreter or program opens it.");
  const chain = model.chainTo(node);
  if (!chain) return make("p", {}, "No start object leads to it.");
  const first = model.edges[chain[0]][0];
  const items = [make("li", {}, nodeButton(model, first, choose), make("span", { class: "by" }, "is started or opened"))];
  for (const edge of chain) {
    const to = model.edges[edge][1];
    items.push(make("li", {}, to === node ? make("strong", { class: "code" }, model.nodes[to].name) : nodeButton(model, to, choose), edgeWords(model, edge)));
  }
  return make("ol", { class: "chain" }, items);
}

/** Describes an edge: how the name is needed, and the name itself if it is not that of the node. */
function edgeWords(model, edge) {
  const name = model.name(edge);
  const isOpened = model.edges[edge][4] === 1;
  const to = model.nodes[model.edges[edge][1]];
  if (name === undefined) return make("span", { class: "by" }, "provides it");
  const words = [isOpened ? "opened" : "needed", name === to.name ? "" : `as ${name}`].filter(Boolean).join(" ");
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
  const parts = [make("h4", {}, `${title} (${thousands(nodes.length)})`), list];
  if (nodes.length > SHOWN_NEIGHBOURS) {
    const more = make("button", { type: "button", class: "quiet" }, `Show all ${thousands(nodes.length)}`);
    more.onclick = () => {
      more.remove();
      fill(nodes.slice(SHOWN_NEIGHBOURS));
      list.children[SHOWN_NEIGHBOURS].querySelector("button").focus();
    };
    parts.push(more);
  }
  return parts;
}

