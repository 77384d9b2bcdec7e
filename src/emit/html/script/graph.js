// Graph: the list of all nodes, their picture, and the reason for the chosen one.

/** Height of a row of the list in pixels; 2.75rem in the styles. */
const OPTION_HEIGHT = 44;

const graph = {
  setUp(report) {
    this.kinds = report.kinds;
    this.list = new LongList(byId("graph-options"), {
      rowHeight: OPTION_HEIGHT,
      draw: (option, node) => this.drawOption(option, node),
      choose: (node) => this.choose(node),
    });
    this.picture = new Picture(byId("graph-canvas"), (node) => this.choose(node), (node) => this.showTip(node));
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
    this.missing = new Map();
    nodes.forEach((node, place) => {
      if (isMissing(node)) this.missing.set(node.name, place);
    });
    this.texts = nodes.map(({ name, detail, owner }) => `${name}\n${detail}\n${owner ?? ""}`.toLowerCase());
    const words = `${counted(nodes.length, "node")}, ${counted(edges.length, "edge")}, ${counted(starts.length, "start object")}`;
    byId("graph-lead").textContent = `Start objects are on the left, what they load is to the right: ${words}.`;
    byId("graph-canvas").setAttribute("aria-label", `Picture of ${words}`);
    const start = make("li", {}, make("span", { class: "swatch start" }), "start object");
    byId("graph-legend").replaceChildren(...legendItems(this.kinds, new Set(nodes.map(({ kind }) => kind))), start);
    byId("graph-text").value = "";
    this.picture.show(this.model, laidOut(this.model));
    const node = this.places.get(state.get("node"));
    this.search(node);
    this.choose(node, { quiet: true });
  },

  /** Returns the node of a finding: the missing soname, or else the object. */
  nodeOf(finding) {
    if (!this.model) return undefined;
    return this.missing.get(finding.subject) ?? this.places.get(finding.path);
  },

  search(chosen = this.chosen) {
    const text = byId("graph-text").value.trim().toLowerCase();
    const found = [...this.texts.keys()].filter((node) => this.texts[node].includes(text));
    byId("graph-count").textContent = `${thousands(found.length)} of ${thousands(this.texts.length)}`;
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

  /** Shows a node from elsewhere in the page. */
  goTo(node) {
    byId("graph-text").value = "";
    this.search(node);
    this.choose(node);
    show(byId("graph"));
    byId("why").focus({ preventScroll: true });
  },

  showTip(node) {
    const tip = byId("graph-tip");
    tip.hidden = node === undefined;
    if (node !== undefined) tip.textContent = this.model.nodes[node].detail.startsWith("/") ? this.model.nodes[node].detail : `${this.model.nodes[node].name}: ${this.model.nodes[node].detail}`;
  },
};

