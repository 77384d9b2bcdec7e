// List with elements for the visible rows only: a listbox (ARIA 1.2) that keeps the focus while its active option moves.

class LongList {
  /** Creates a list in `box`: `draw` fills the element of a row, `choose` is called with the chosen row. */
  constructor(box, { rowHeight, draw, choose }) {
    Object.assign(this, { box, rowHeight, draw, choose, rows: [], active: -1 });
    this.spacer = make("div", { class: "spacer", role: "presentation" });
    box.replaceChildren(this.spacer);
    this.redraw = onceAFrame(() => this.render());
    box.onscroll = this.redraw;
    box.onkeydown = (event) => this.onKey(event);
    box.onclick = (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.activate(Number(option.dataset.place));
    };
    new ResizeObserver(this.redraw).observe(box);
  }

  /** Shows other rows; `chosen` stays active if it is among them. */
  show(rows, chosen) {
    this.rows = rows;
    this.active = rows.indexOf(chosen);
    this.spacer.style.height = `${rows.length * this.rowHeight}px`;
    this.box.scrollTop = 0;
    if (this.active >= 0) this.reveal();
    this.render();
  }

  /** Makes a row active without calling `choose`. */
  mark(chosen) {
    this.active = this.rows.indexOf(chosen);
    if (this.active >= 0) this.reveal();
    this.render();
  }

  reveal() {
    const top = this.active * this.rowHeight;
    const { scrollTop, clientHeight } = this.box;
    if (top < scrollTop) this.box.scrollTop = top;
    else if (top + this.rowHeight > scrollTop + clientHeight) this.box.scrollTop = top + this.rowHeight - clientHeight;
  }

  activate(place) {
    if (place < 0 || place >= this.rows.length) return;
    this.active = place;
    this.reveal();
    this.render();
    this.choose(this.rows[place]);
  }

  onKey(event) {
    const page = Math.max(1, Math.floor(this.box.clientHeight / this.rowHeight) - 1);
    const last = this.rows.length - 1;
    const targets = {
      ArrowDown: Math.min(last, this.active + 1),
      ArrowUp: Math.max(0, this.active - 1),
      PageDown: Math.min(last, this.active + page),
      PageUp: Math.max(0, this.active - page),
      Home: 0,
      End: last,
    };
    if (!(event.key in targets) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.activate(targets[event.key]);
  }

  render() {
    const { scrollTop, clientHeight } = this.box;
    const first = Math.max(0, Math.floor(scrollTop / this.rowHeight) - 4);
    const end = Math.min(this.rows.length, Math.ceil((scrollTop + clientHeight) / this.rowHeight) + 4);
    const options = [];
    for (let place = first; place < end; place += 1) options.push(this.option(place));
    this.spacer.replaceChildren(...options);
    const isVisible = this.active >= first && this.active < end;
    if (isVisible) this.box.setAttribute("aria-activedescendant", `${this.box.id}-${this.active}`);
    else this.box.removeAttribute("aria-activedescendant");
  }

  option(place) {
    const option = make("div", {
      class: "option",
      role: "option",
      id: `${this.box.id}-${place}`,
      "aria-selected": String(place === this.active),
      "aria-setsize": this.rows.length,
      "aria-posinset": place + 1,
      "data-place": place,
    });
    option.style.top = `${place * this.rowHeight}px`;
    this.draw(option, this.rows[place]);
    return option;
  }
}

