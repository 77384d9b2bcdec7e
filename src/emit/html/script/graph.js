// The graph: the list of all nodes, the picture of them, and why one is there.

/** The height of a row of the list in pixels; the styles say 2.75rem. */
const OPTION_HEIGHT = 44;

const graph = {
  setUp(report) {
    this.kinds = report.kinds;
    this.list = new LongList(byId("graph-options"), {
      rowHeight: OPTION_HEIGHT,
      draw: (option, node) => this.drawOption(option, node),
      choose: (node) => this.choose(node),
    });
    this.picture = new Picture(byId("graph-canvas"), (node) => this.choose(node), (node) => this.tell(node));
    byId("graph-text").oninput = () => this.search();
    byId("graph-text").onkeydown = (event) => {
      if (event.key !== "ArrowDown" && event.key !== "Enter") return;
      event.preventDefault();
      byId("graph-options").focus();
      this.list.activate(Math.max(0, this.list.active));
    };
    byId("zoom-in").onclick = () => this.picture.zoom(1.25);
    byId("zoom-out").onclick = () => this.picture.zoom(0.8);
    byId("zoom-fit").onclick = () => this.picture.fit();
  },

  show(subject) {
    byId("graph").hidden = !subject.graph;
    this.model = undefined;
    if (!subject.graph) return;
    this.model = new GraphModel(subject.graph);
    const { nodes, edges, starts } = this.model;
    this.places = new Map(nodes.map((node, place) => [node.detail, place]));
    this.lacked = new Map();
    nodes.forEach((node, place) => {
      if (["lacked", "host", "unresolved"].includes(node.kind)) this.lacked.set(node.name, place);
    });
    this.texts = nodes.map(({ name, detail, owner }) => `${name}\n${detail}\n${owner ?? ""}`.toLowerCase());
    const words = `${counted(nodes.length, "node")}, ${counted(edges.length, "edge")}, ${counted(starts.length, "start object")}`;
    byId("graph-lead").textContent = `What is started or opened is on the left, what it loads to the right of it: ${words}.`;
    byId("graph-canvas").setAttribute("aria-label", `Picture of ${words}`);
    const start = make("li", {}, make("span", { class: "swatch start" }), "start object");
    byId("graph-legend").replaceChildren(...legendItems(this.kinds, new Set(nodes.map(({ kind }) => kind))), start);
    byId("graph-text").value = "";
    this.picture.show(this.model, laidOut(this.model));
    const node = this.places.get(state.get("node"));
    this.search(node);
    this.choose(node, { quiet: true });
  },

  /** The node that a finding is about: the name that is lacked, or else the object. */
  nodeOf(finding) {
    if (!this.model) return undefined;
    return this.lacked.get(finding.subject) ?? this.places.get(finding.path);
  },

  search(chosen = this.chosen) {
    const text = byId("graph-text").value.trim().toLowerCase();
    const found = [...this.texts.keys()].filter((node) => this.texts[node].includes(text));
    byId("graph-count").textContent = `${grouped(found.length)} of ${grouped(this.texts.length)}`;
    this.list.show(found, chosen);
  },

  drawOption(option, node) {
    const { name, detail, kind, start } = this.model.nodes[node];
    option.append(
      make("span", { class: `swatch kind-${kind}${start ? " start" : ""}`, "aria-hidden": "true" }),
      make("span", { class: "name" }, name),
      make("span", { class: "where" }, make("bdi", {}, detail.startsWith("/") ? detail.slice(0, detail.lastIndexOf("/")) || "/" : detail)),
    );
  },

  choose(node, { quiet = false } = {}) {
    this.chosen = node;
    const chain = node === undefined ? [] : this.model.chainTo(node) ?? [];
    byId("graph").classList.toggle("chosen", node !== undefined);
    this.list.mark(node);
    this.picture.mark(node, chain);
    drawWhy(byId("why"), this.model, node, (other) => this.choose(other));
    if (quiet) return;
    state.goTo("graph");
    state.set({ node: node === undefined ? "" : this.model.nodes[node].detail });
  },

  /** Goes to a node from elsewhere in the page. */
  goTo(node) {
    byId("graph-text").value = "";
    this.search(node);
    this.choose(node);
    show(byId("graph"));
    byId("why").focus({ preventScroll: true });
  },

  tell(node) {
    const tip = byId("graph-tip");
    tip.hidden = node === undefined;
    if (node !== undefined) tip.textContent = this.model.nodes[node].detail.startsWith("/") ? this.model.nodes[node].detail : `${this.model.nodes[node].name}: ${this.model.nodes[node].detail}`;
  },
};

