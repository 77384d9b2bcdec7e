// Picture of the graph on a canvas. It is drawn, in slices of some milliseconds, into a buffer that is larger than the
// view; a frame only copies the buffer and draws the chosen chain on top. So moving the view costs the same for any size
// of graph, and the buffer is redrawn while the view moves.

/** Part of the view by which the buffer is larger on each side. */
const MARGIN = 0.5;
/** Time in milliseconds that a frame may draw into the buffer; the current step is completed. */
const SLICE_TIME = 4;
/** Number of edges or nodes that are drawn in one step. */
const STEP_EDGES = 12;
const STEP_NODES = 16;
const ZOOM = [0.02, 4];
/** Scales from which names are legible, and at which they are easy to read. */
const LEGIBLE = 0.6;
const NEAR = 0.8;

class Picture {
  constructor(canvas, choose, showTip) {
    Object.assign(this, { canvas, choose, showTip, view: { x: 0, y: 0, scale: 1 }, chosen: undefined, chain: [] });
    this.context = canvas.getContext("2d", { willReadFrequently: true });
    this.buffer = undefined;
    this.job = undefined;
    this.draw = onceAFrame(() => this.frame());
    new ResizeObserver(() => this.resize()).observe(canvas.parentElement);
    this.listen();
  }

  show(model, layout) {
    Object.assign(this, { model, layout, chosen: undefined, chain: [] });
    this.readColours();
    this.isFitted = false;
    this.resize();
  }

  readColours() {
    const probe = make("i");
    this.canvas.parentElement.append(probe);
    const colour = (name) => {
      probe.style.color = `var(--${name})`;
      return getComputedStyle(probe).color;
    };
    const kinds = [...new Set(this.model.nodes.map(({ kind }) => kind))];
    this.colours = {
      kinds: new Map(kinds.map((kind) => [kind, colour(`kind-${kind}`)])),
      ink: colour("ink"), dim: colour("dim"), edge: colour("edge"), accent: colour("accent"), paper: colour("paper"),
    };
    this.font = `12px ${getComputedStyle(document.documentElement).getPropertyValue("--mono")}`;
    probe.remove();
  }

  recolour() {
    if (!this.model) return;
    this.readColours();
    this.renew();
  }

  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    if (!this.model || clientWidth === 0) return;
    this.ratio = Math.min(2, devicePixelRatio || 1);
    this.size = { width: clientWidth, height: clientHeight };
    this.canvas.width = Math.round(clientWidth * this.ratio);
    this.canvas.height = Math.round(clientHeight * this.ratio);
    if (!this.isFitted) this.fit();
    this.renew();
  }

  /** Fits the whole picture into the view. */
  fit() {
    const { width, height } = this.size;
    const { extent, height: high } = this.layout;
    const scale = Math.min((width - 48) / extent, (height - 48) / high, 1.15);
    this.view = { scale, x: (extent - width / scale) / 2, y: (high - height / scale) / 2 };
    this.isFitted = true;
    this.draw();
  }

  pan(dx, dy) {
    this.view.x += dx / this.view.scale;
    this.view.y += dy / this.view.scale;
    this.draw();
  }

  /** Zooms by a factor; the point of the picture under (x, y) stays where it is. */
  zoom(factor, x = this.size.width / 2, y = this.size.height / 2) {
    const { view } = this;
    const scale = Math.min(ZOOM[1], Math.max(ZOOM[0], view.scale * factor));
    view.x += x / view.scale - x / scale;
    view.y += y / view.scale - y / scale;
    view.scale = scale;
    this.draw();
  }

  /** Marks a node and the chain of edges to it, and moves the view to the node. */
  mark(node, chain = []) {
    Object.assign(this, { chosen: node, chain });
    if (node !== undefined) this.reveal(node);
    this.renew();
  }

  /** Moves the view to a node, with the whole chain to it if that is still legible. */
  reveal(node) {
    if (!this.size) return;
    const { view, size } = this;
    const whole = this.extentOf([node, ...this.chain.map((edge) => this.model.edges[edge][0])]);
    const roomy = Math.min((size.width - 120) / whole.width, (size.height - 80) / whole.height);
    const showsAll = roomy >= LEGIBLE;
    const { x, y, width, height } = showsAll ? whole : this.extentOf([node]);
    const near = view.scale >= LEGIBLE ? view.scale : NEAR;
    const scale = showsAll ? Math.min(near, roomy) : near;
    const isVisible =
      scale === view.scale &&
      x >= view.x + 20 / scale && x + width <= view.x + (size.width - 60) / scale &&
      y >= view.y + 20 / scale && y + height <= view.y + (size.height - 20) / scale;
    if (!isVisible) Object.assign(view, { scale, x: x + width / 2 - size.width / 2 / scale, y: y + height / 2 - size.height / 2 / scale });
  }

  extentOf(nodes) {
    const { x, y, width } = this.layout;
    const [left, top] = [Math.min(...nodes.map((node) => x[node])), Math.min(...nodes.map((node) => y[node]))];
    const right = Math.max(...nodes.map((node) => x[node] + width[node]));
    return { x: left, y: top, width: right - left, height: Math.max(...nodes.map((node) => y[node])) + NODE_HEIGHT - top };
  }

  /** Redraws the buffer. */
  renew() {
    this.job = undefined;
    this.isStale = true;
    this.draw();
  }

  frame() {
    if (!this.model || !this.size) return;
    if (!this.job && (this.isStale || !this.covers())) this.begin();
    this.advance();
    const { context, ratio, size, view, buffer } = this;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, size.width, size.height);
    if (buffer) {
      const zoom = view.scale / buffer.view.scale;
      const [left, top] = [(buffer.view.x - view.x) * view.scale, (buffer.view.y - view.y) * view.scale];
      context.drawImage(buffer.canvas, left, top, buffer.width * zoom, buffer.height * zoom);
    }
    this.drawChain(context);
    if (this.job) this.draw();
  }

  /** True if the buffer has the scale of the view and exceeds it on each side. */
  covers() {
    const { buffer, view, size } = this;
    if (!buffer || buffer.view.scale !== view.scale) return false;
    const spare = 0.15;
    const [left, top] = [(view.x - buffer.view.x) * view.scale, (view.y - buffer.view.y) * view.scale];
    return (
      left >= spare * size.width &&
      top >= spare * size.height &&
      left + size.width * (1 + spare) <= buffer.width &&
      top + size.height * (1 + spare) <= buffer.height
    );
  }

  begin() {
    const { size, view, ratio } = this;
    const [width, height] = [size.width * (1 + 2 * MARGIN), size.height * (1 + 2 * MARGIN)];
    const canvas = this.spare ?? document.createElement("canvas");
    this.spare = undefined;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (canvas.width === wide && canvas.height === high) {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.clearRect(0, 0, wide, high);
    } else Object.assign(canvas, { width: wide, height: high });
    const origin = { scale: view.scale, x: view.x - (size.width * MARGIN) / view.scale, y: view.y - (size.height * MARGIN) / view.scale };
    context.setTransform(ratio * view.scale, 0, 0, ratio * view.scale, -origin.x * ratio * view.scale, -origin.y * ratio * view.scale);
    const target = { canvas, width, height, view: origin };
    const sight = { left: origin.x, top: origin.y, right: origin.x + width / view.scale, bottom: origin.y + height / view.scale };
    this.isStale = false;
    this.job = { target, context, steps: this.steps(context, sight, view.scale) };
  }

  advance() {
    if (!this.job) return;
    const end = performance.now() + SLICE_TIME;
    for (;;) {
      const { done } = this.job.steps.next();
      // Browsers defer drawing until a pixel is read; reading one makes the clock include its cost.
      this.job.context.getImageData(0, 0, 1, 1);
      if (done) {
        this.spare = this.buffer?.canvas;
        this.buffer = this.job.target;
        this.job = undefined;
        if (!this.covers()) this.draw();
        return;
      }
      if (performance.now() > end) return;
    }
  }

  /** Draws the visible part, one step at a time. */
  *steps(context, sight, scale) {
    const near = this.chosen === undefined ? undefined : this.neighbours();
    const { edges } = this.model;
    context.lineWidth = Math.min(2.5, Math.max(1, 0.7 / scale));
    context.strokeStyle = this.colours.edge;
    const crowd = Math.min(1, 700 / Math.max(1, edges.length));
    context.globalAlpha = (near ? 0.3 : 1) * Math.max(0.16, 0.62 * Math.sqrt(crowd));
    for (let first = 0; first < edges.length; first += STEP_EDGES) {
      this.strokeEdges(context, sight, scale, first, Math.min(edges.length, first + STEP_EDGES));
      yield;
    }
    if (near) {
      context.globalAlpha = 0.75;
      context.strokeStyle = this.colours.accent;
      for (let first = 0; first < near.edges.length; first += STEP_EDGES) {
        for (const edge of near.edges.slice(first, first + STEP_EDGES)) this.stroke(context, edge, scale);
        yield;
      }
    }
    context.font = this.font;
    context.textBaseline = "middle";
    let drawn = 0;
    for (let node = 0; node < this.model.nodes.length; node += 1) {
      if (!this.isIn(sight, node)) continue;
      context.globalAlpha = !near || near.nodes.has(node) ? 1 : 0.4;
      this.drawNode(context, node, scale);
      drawn += 1;
      if (drawn % STEP_NODES === 0) yield;
    }
  }

  strokeEdges(context, sight, scale, first, end) {
    const { x, y, width } = this.layout;
    for (let edge = first; edge < end; edge += 1) {
      const [from, to] = this.model.edges[edge];
      const [low, high] = y[from] < y[to] ? [y[from], y[to]] : [y[to], y[from]];
      const [left, right] = x[from] < x[to] ? [x[from], x[to] + width[to]] : [x[to], x[from] + width[from]];
      if (high + ROW < sight.top || low > sight.bottom || right + 60 < sight.left || left - 60 > sight.right) continue;
      this.stroke(context, edge, scale);
    }
  }

  /** Draws an edge. Many long curves in one path cost a multiple of drawing them one by one. */
  stroke(context, edge, scale) {
    context.beginPath();
    this.trace(context, edge, scale);
    context.stroke();
  }

  trace(context, edge, scale) {
    const { x, y, width } = this.layout;
    const [from, to] = this.model.edges[edge];
    const [x1, y1] = [x[from] + width[from], y[from] + NODE_HEIGHT / 2];
    const [x2, y2] = [x[to], y[to] + NODE_HEIGHT / 2];
    context.moveTo(x1, y1);
    // At a small scale a curve is not visible, and straight lines cost a tenth.
    if (scale < 0.3 && x2 > x1) {
      context.lineTo(x2, y2);
      return;
    }
    const bend = x2 > x1 ? Math.min(120, (x2 - x1) / 2) : 48;
    context.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
  }

  drawNode(context, node, scale) {
    const { x, y, width } = this.layout;
    const { kind, start, name } = this.model.nodes[node];
    context.fillStyle = this.colours.kinds.get(kind);
    context.beginPath();
    if (scale < 0.3) context.rect(x[node], y[node], width[node], NODE_HEIGHT);
    else context.roundRect(x[node], y[node], width[node], NODE_HEIGHT, 4);
    context.fill();
    context.lineWidth = start ? 1.5 : 1;
    context.strokeStyle = start ? this.colours.ink : this.colours.edge;
    if (scale >= 0.16) context.stroke();
    if (scale < 0.42) return;
    const room = Math.floor((width[node] - 14) / LETTER);
    context.fillStyle = this.colours.ink;
    context.fillText(name.length > room ? `${name.slice(0, room - 1)}…` : name, x[node] + 8, y[node] + NODE_HEIGHT / 2 + 0.5, width[node] - 12);
  }

  drawChain(context) {
    if (this.chosen === undefined) return;
    const { view, ratio, layout, colours } = this;
    const scale = ratio * view.scale;
    context.setTransform(scale, 0, 0, scale, -view.x * scale, -view.y * scale);
    context.strokeStyle = colours.accent;
    context.lineWidth = Math.max(2.5, 2 / view.scale);
    for (const edge of this.chain) this.stroke(context, edge, view.scale);
    context.font = this.font;
    context.textBaseline = "middle";
    const nodes = new Set([this.chosen, ...this.chain.map((edge) => this.model.edges[edge][0])]);
    for (const node of nodes) {
      this.drawNode(context, node, view.scale);
      context.strokeStyle = colours.accent;
      context.lineWidth = Math.max(node === this.chosen ? 3 : 2, 1.5 / view.scale);
      context.strokeRect(layout.x[node] - 1, layout.y[node] - 1, layout.width[node] + 2, NODE_HEIGHT + 2);
    }
  }

  /** Returns the edges at the chosen node, and the nodes at their other ends. */
  neighbours() {
    const edges = [...this.model.from(this.chosen), ...this.model.to(this.chosen)];
    const nodes = new Set([this.chosen]);
    for (const edge of [...edges, ...this.chain]) nodes.add(this.model.edges[edge][0]).add(this.model.edges[edge][1]);
    return { edges, nodes };
  }

  isIn(sight, node) {
    const { x, y, width } = this.layout;
    return x[node] + width[node] >= sight.left && x[node] <= sight.right && y[node] + NODE_HEIGHT >= sight.top && y[node] <= sight.bottom;
  }

  /** Returns the node at a position of the canvas. */
  nodeAt(left, top) {
    const { view, layout } = this;
    const [x, y] = [view.x + left / view.scale, view.y + top / view.scale];
    const spare = Math.min(6, 3 / view.scale);
    for (let node = this.model.nodes.length - 1; node >= 0; node -= 1) {
      const [dx, dy] = [x - layout.x[node], y - layout.y[node]];
      if (dx >= -spare && dy >= -spare && dx <= layout.width[node] + spare && dy <= NODE_HEIGHT + spare) return node;
    }
    return undefined;
  }

  listen() {
    const { canvas } = this;
    const pointers = new Map();
    let moved = 0;
    canvas.onpointerdown = (event) => {
      canvas.setPointerCapture(event.pointerId);
      pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
      moved = 0;
    };
    canvas.onpointermove = (event) => {
      const last = pointers.get(event.pointerId);
      if (!last) return this.hover(event);
      const now = [event.offsetX, event.offsetY];
      moved += Math.abs(now[0] - last[0]) + Math.abs(now[1] - last[1]);
      if (pointers.size === 1) this.pan(last[0] - now[0], last[1] - now[1]);
      else this.pinch(pointers, event.pointerId, now);
      pointers.set(event.pointerId, now);
      return undefined;
    };
    canvas.onpointerup = (event) => {
      const isClick = pointers.size === 1 && moved < 5;
      pointers.delete(event.pointerId);
      if (isClick) this.choose(this.nodeAt(event.offsetX, event.offsetY));
    };
    canvas.onpointercancel = (event) => pointers.delete(event.pointerId);
    canvas.onpointerleave = () => this.showTip(undefined);
    // Without focus the wheel scrolls the page, so that the picture does not stop people from scrolling past it.
    canvas.addEventListener("wheel", (event) => {
      if (document.activeElement !== canvas && !event.ctrlKey) return;
      event.preventDefault();
      this.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0018)), event.offsetX, event.offsetY);
    }, { passive: false });
    canvas.onkeydown = (event) => this.onKey(event);
  }

  hover(event) {
    const node = this.nodeAt(event.offsetX, event.offsetY);
    this.canvas.classList.toggle("over", node !== undefined);
    this.showTip(node);
  }

  pinch(pointers, id, now) {
    const other = [...pointers].find(([known]) => known !== id)[1];
    const last = pointers.get(id);
    const distance = (point) => Math.hypot(point[0] - other[0], point[1] - other[1]);
    this.zoom(distance(now) / Math.max(1, distance(last)), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? 240 : 60;
    const moves = {
      ArrowLeft: () => this.pan(-step, 0),
      ArrowRight: () => this.pan(step, 0),
      ArrowUp: () => this.pan(0, -step),
      ArrowDown: () => this.pan(0, step),
      "+": () => this.zoom(1.25),
      "=": () => this.zoom(1.25),
      "-": () => this.zoom(0.8),
      0: () => this.fit(),
      Escape: () => this.choose(undefined),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  }
}

