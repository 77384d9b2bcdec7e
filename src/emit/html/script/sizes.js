// Sizes: a treemap of one part at a time, and a table of the same parts.

/** Area in square pixels below which parts are drawn as one. */
const MIN_AREA = 260;

/** Number of rows of the table that are shown at first. */
const SHOWN_PARTS = 100;

const sizes = {
  setUp(report) {
    this.kinds = report.kinds;
    const map = byId("treemap");
    new ResizeObserver(onceAFrame(() => this.drawMap())).observe(map);
    map.onkeydown = (event) => this.onKey(event);
    for (const name of ["pointerover", "focusin"]) map.addEventListener(name, (event) => this.describe(event.target.closest(".part")));
  },

  show(subject) {
    this.whole = subject.sizes;
    byId("sizes").hidden = !this.whole;
    if (this.whole) this.goTo(this.existing(state.get("part")));
  },

  /** Returns the path to the part that the address names, as far as it exists. */
  existing(address) {
    const path = [];
    let part = this.whole;
    for (const step of address.split(".").filter(Boolean).map(Number)) {
      part = part.parts?.[step];
      if (!part?.parts?.length) break;
      path.push(step);
    }
    return path;
  },

  /** Shows the part at the end of a path of indices. */
  goTo(path, { focus = false } = {}) {
    this.path = path;
    this.line = [this.whole];
    for (const step of path) this.line.push(this.line.at(-1).parts[step]);
    state.set({ part: path.join(".") });
    this.drawCrumbs();
    this.drawMap();
    this.drawTable(SHOWN_PARTS);
    if (focus) byId("treemap").querySelector("[tabindex='0']")?.focus();
  },

  drawCrumbs() {
    const items = this.line.map((part, depth) => {
      const isHere = depth === this.line.length - 1;
      const words = `${part.name}, ${sized(part.bytes)}`;
      if (isHere) return make("li", { "aria-current": "true" }, words);
      const out = () => this.goTo(this.path.slice(0, depth), { focus: true });
      return make("li", {}, make("button", { type: "button", class: "link", onclick: out }, words));
    });
    byId("crumbs").replaceChildren(make("ol", {}, items));
  },

  drawMap() {
    const map = byId("treemap");
    if (!this.whole || map.clientWidth === 0) return;
    const part = this.line.at(-1);
    const box = { x: 0, y: 0, width: map.clientWidth, height: map.clientHeight };
    map.setAttribute("aria-label", `Treemap of ${part.name}: ${counted(part.parts?.length ?? 0, "part")}, ${sized(part.bytes)}`);
    const entries = drawable(part.parts ?? [], box.width * box.height, MIN_AREA);
    this.tiles = squarified(entries.map(({ bytes }) => bytes), box).map((place, number) => {
      const { part: child, rest, bytes } = entries[number];
      return child ? this.tile(child, place) : this.restTile(rest, bytes, place);
    });
    map.replaceChildren(...this.tiles.map(({ element }) => element));
    if (this.tiles.length > 0) this.tiles[0].element.tabIndex = 0;
    else map.replaceChildren(make("p", { class: "empty" }, "This part is empty."));
    const found = new Set((part.parts ?? []).flatMap((child) => [child.kind, ...(child.parts ?? []).map(({ kind }) => kind)]));
    found.delete("layer");
    byId("sizes-legend").replaceChildren(...legendItems(this.kinds, found));
  },

  tile(part, place) {
    const goesIn = Boolean(part.parts?.length);
    const share = percent(part.bytes, this.line.at(-1).bytes);
    const more = [part.detail, part.files === undefined ? null : counted(part.files, "file"), share].filter(Boolean);
    const element = make("button", { type: "button", class: `part kind-${part.kind}${goesIn ? "" : " leaf"}`, tabindex: -1 });
    const target = { element, place, part };
    put(element, place);
    const isLabelled = place.width > 44 && place.height > 20;
    const texts = isLabelled ? [label(part, place, goesIn)] : [spoken(`${part.name} ${sized(part.bytes)}`)];
    element.append(...texts, spoken(`, ${more.join(", ")}${goesIn ? ", open" : ""}`));
    if (goesIn) {
      element.onclick = () => this.goTo([...this.path, this.line.at(-1).parts.indexOf(part)], { focus: true });
      element.append(...inner(part, place));
    }
    element.dataset.words = [part.name, sized(part.bytes), ...more].join(" · ");
    return target;
  },

  restTile(rest, bytes, place) {
    const words = `${counted(rest.length, "smaller part")}, ${sized(bytes)}`;
    const toTable = () => byId("sizes-table").closest(".scroll").focus();
    const element = make("button", { type: "button", class: "part kind-layer", tabindex: -1, onclick: toTable });
    put(element, place);
    if (place.width > 76 && place.height > 20) element.append(make("span", { class: "label", "aria-hidden": "true" }, `${rest.length} smaller`));
    element.append(spoken(`${words}, go to the table`));
    element.dataset.words = words;
    return { element, place };
  },

  describe(element) {
    if (element) byId("tile-words").textContent = element.dataset.words;
  },

  onKey(event) {
    const here = this.tiles.find(({ element }) => element === document.activeElement);
    if (!here) return;
    if (event.key === "Escape" || event.key === "Backspace") {
      if (this.path.length === 0) return;
      event.preventDefault();
      this.goTo(this.path.slice(0, -1), { focus: true });
      return;
    }
    const next = neighbour(this.tiles, here, event.key);
    if (!next) return;
    event.preventDefault();
    here.element.tabIndex = -1;
    next.element.tabIndex = 0;
    next.element.focus();
  },

  drawTable(limit) {
    const part = this.line.at(-1);
    const parts = part.parts ?? [];
    byId("sizes-caption").textContent = `${part.name}: ${counted(parts.length, "part")}, ${sized(part.bytes)}${part.detail ? ` · ${part.detail}` : ""}`;
    byId("sizes-rows").replaceChildren(...parts.slice(0, limit).map((child, place) => this.tableRow(part, child, place)));
    const more = byId("sizes-more");
    more.hidden = parts.length <= limit;
    more.textContent = `Show all ${thousands(parts.length)}`;
    more.onclick = () => this.drawTable(Infinity);
  },

  tableRow(whole, part, place) {
    const swatch = part.kind === "layer" ? null : make("span", { class: `swatch kind-${part.kind}`, "aria-hidden": "true" });
    const goIn = () => this.goTo([...this.path, place], { focus: true });
    const name = part.parts?.length
      ? make("button", { type: "button", class: "link", onclick: goIn }, part.name)
      : make("span", {}, part.name);
    const bar = make("i");
    bar.style.width = `${whole.bytes > 0 ? (100 * part.bytes) / whole.bytes : 0}%`;
    return make(
      "tr",
      {},
      make("th", { scope: "row" }, swatch, swatch && " ", name),
      make("td", { class: "made code" }, part.detail ?? ""),
      make("td", { class: "number" }, part.files === undefined ? "" : thousands(part.files)),
      make("td", { class: "number" }, sized(part.bytes)),
      make("td", { class: "number share" }, make("span", { class: "meter", "aria-hidden": "true" }, bar), make("span", {}, percent(part.bytes, whole.bytes))),
    );
  },
};

function put(element, { x, y, width, height }) {
  Object.assign(element.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
}

function label(part, { width, height }, goesIn) {
  const size = sized(part.bytes);
  if (!goesIn && height > 40 && width > 72) return make("span", { class: "label" }, part.name, " ", make("br"), make("small", {}, size));
  const isRoomy = width > 150;
  return make("span", { class: "label" }, part.name, " ", isRoomy ? make("small", {}, size) : spoken(size));
}

/** Text for screen readers only. */
const spoken = (text) => make("span", { class: "spoken" }, text);

/** Elements of the parts inside of a part, drawn below its name. */
function inner(part, { width, height }) {
  const box = { x: 4, y: 24, width: width - 8, height: height - 28 };
  if (box.width < 24 || box.height < 16) return [];
  const entries = drawable(part.parts, box.width * box.height, MIN_AREA);
  return squarified(entries.map(({ bytes }) => bytes), box).map((place, number) => {
    const { part: child, rest } = entries[number];
    const element = make("span", { class: `inner kind-${child?.kind ?? "layer"}`, "aria-hidden": "true" });
    put(element, place);
    if (child && place.width > 52 && place.height > 20) element.append(label(child, place, false));
    if (rest && place.width > 76 && place.height > 20) element.append(make("span", { class: "label" }, `${rest.length} smaller`));
    return element;
  });
}

/** Returns the nearest tile in the direction of an arrow key. */
function neighbour(tiles, here, key) {
  const direction = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  if (!direction) return undefined;
  const centre = ({ place }) => [place.x + place.width / 2, place.y + place.height / 2];
  const [x, y] = centre(here);
  let best;
  let least = Infinity;
  for (const tile of tiles) {
    const [dx, dy] = [centre(tile)[0] - x, centre(tile)[1] - y];
    const along = dx * direction[0] + dy * direction[1];
    const across = Math.abs(dx * direction[1]) + Math.abs(dy * direction[0]);
    const distance = along + 2 * across;
    if (along > 1 && distance < least) [best, least] = [tile, distance];
  }
  return best;
}

