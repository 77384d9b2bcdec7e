// Findings: filtered, grouped by rule, each with its evidence.

/** Number of findings of a rule that are shown at first. */
const SHOWN_FINDINGS = 20;

const findings = {
  setUp(report, showNode) {
    this.rules = new Map(report.rules.map((rule) => [rule.code, rule]));
    this.order = report.rules.map((rule) => rule.code);
    this.showNode = showNode;
    const filter = () => this.onFilter();
    byId("filter-text").oninput = filter;
    for (const name of ["rule", "reach", "owner"]) byId(`filter-${name}`).onchange = filter;
    byId("filters").onsubmit = (event) => event.preventDefault();
    byId("filter-reset").onclick = () => this.reset();
    addEventListener("beforeprint", () => this.render({ whole: true }));
    addEventListener("afterprint", () => this.render());
  },

  show(subject, nodeOf) {
    this.all = subject.findings;
    this.nodeOf = nodeOf;
    this.widened = new Set();
    this.texts = this.all.map(({ message, path, subject: about, owner, rule }) =>
      [message, path, about, owner ?? "", rule].join("\n").toLowerCase(),
    );
    byId("findings").hidden = false;
    byId("filters").hidden = this.all.length === 0;
    this.fillFilters();
    this.render();
  },

  fillFilters() {
    const count = (key, value) =>
      this.all.filter((finding) => finding[key] === value && (key === "status" || finding.status === "active")).length;
    const levels = state.list("level");
    const statuses = state.list("status");
    const chips = (name, words, values, isOn) =>
      byId(`filter-${name}`).replaceChildren(
        ...values.map((value) => {
          const box = make("input", { type: "checkbox", name, value, onchange: () => this.onFilter() });
          box.checked = isOn(value);
          return make("label", {}, box, make("span", {}, `${words(value)} ${thousands(count(name, value))}`));
        }),
      );
    chips("level", capital, LEVELS, (level) => levels.length === 0 || levels.includes(level));
    const isShown = (value) => (statuses.length === 0 ? value === "active" : statuses.includes(value));
    chips("status", capital, STATUSES, isShown);
    byId("filter-status-set").hidden = this.all.every((finding) => finding.status === "active");
    for (const key of ["rule", "reach", "owner"]) this.fillSelect(key);
    byId("filter-text").value = state.get("q");
  },

  fillSelect(key) {
    const counts = new Map();
    for (const finding of this.all) counts.set(finding[key], (counts.get(finding[key]) ?? 0) + 1);
    counts.delete(undefined);
    const values = key === "rule" ? this.order.filter((code) => counts.has(code)) : [...counts.keys()].sort();
    const select = byId(`filter-${key}`);
    const options = values.map((value) => make("option", { value }, `${value} (${thousands(counts.get(value))})`));
    select.replaceChildren(make("option", { value: "" }, "any"), ...options);
    select.value = values.includes(state.get(key)) ? state.get(key) : "";
    select.parentElement.hidden = values.length < 2;
  },

  onFilter() {
    const checked = (name) => [...byId(`filter-${name}`).querySelectorAll("input:checked")].map((box) => box.value);
    const levels = checked("level");
    const statuses = checked("status");
    state.set({
      q: byId("filter-text").value,
      level: levels.length === LEVELS.length ? "" : levels.join(",") || "none",
      status: statuses.join(",") === "active" ? "" : statuses.join(",") || "none",
      rule: byId("filter-rule").value,
      reach: byId("filter-reach").value,
      owner: byId("filter-owner").value,
      finding: "",
    });
    this.widened = new Set();
    this.render();
  },

  reset() {
    state.set({ q: "", level: "", status: STATUSES.join(","), rule: "", reach: "", owner: "", finding: "" });
    this.fillFilters();
    this.onFilter();
  },

  filtered() {
    const text = state.get("q").trim().toLowerCase();
    const levels = state.list("level");
    const statuses = state.list("status");
    const open = state.get("finding");
    const same = (key, finding) => state.get(key) === "" || state.get(key) === finding[key];
    return this.all.filter(
      (finding, place) =>
        finding.id === open ||
        ((levels.length === 0 || levels.includes(finding.level)) &&
          (statuses.length === 0 ? finding.status === "active" : statuses.includes(finding.status)) &&
          ["rule", "reach", "owner"].every((key) => same(key, finding)) &&
          this.texts[place].includes(text)),
    );
  },

  render({ whole = false } = {}) {
    const shown = this.filtered();
    const groups = new Map(this.order.map((code) => [code, []]));
    for (const finding of shown) groups.get(finding.rule)?.push(finding);
    // By level and then by reclaimable size; a stable sort keeps the rest in order.
    const order = (one, other) =>
      LEVELS.indexOf(one.level) - LEVELS.indexOf(other.level) || (other.reclaimable ?? 0) - (one.reclaimable ?? 0);
    for (const group of groups.values()) group.sort(order);
    byId("findings-count").textContent =
      this.all.length === 0 ? "" : `${thousands(shown.length)} of ${counted(this.all.length, "finding")}`;
    const parts = [...groups].filter(([, group]) => group.length > 0).map(([code, group]) => this.group(code, group, whole));
    if (parts.length === 0) {
      const words = this.all.length === 0 ? "No findings." : "No finding matches the filters.";
      parts.push(make("p", { class: "empty" }, words));
    }
    byId("findings-list").replaceChildren(...parts);
  },

  group(code, group, whole) {
    const rule = this.rules.get(code);
    const open = state.get("finding");
    const isWide = whole || this.widened.has(code) || group.slice(SHOWN_FINDINGS).some(({ id }) => id === open);
    const rows = make("ul", { class: "rows", role: "list" });
    const fill = (some) => rows.append(...some.map((finding) => this.row(finding, whole)));
    fill(isWide ? group : group.slice(0, SHOWN_FINDINGS));
    const more = make("button", { type: "button", class: "quiet more" }, `Show all ${thousands(group.length)}`);
    more.onclick = () => {
      this.widened.add(code);
      more.remove();
      fill(group.slice(SHOWN_FINDINGS));
      rows.children[SHOWN_FINDINGS].querySelector("button").focus();
    };
    return make(
      "section",
      { class: "rule", "aria-labelledby": `rule-${code}` },
      make(
        "header",
        {},
        make("h3", { id: `rule-${code}` }, make("code", {}, code)),
        make("span", { class: "rule-title" }, rule.title),
        make("span", { class: "count" }, counted(group.length, "finding")),
      ),
      make(
        "details",
        { class: "about", open: whole },
        make("summary", {}, "Meaning and fix"),
        make("p", {}, rule.explanation),
        make("p", {}, rule.fix),
      ),
      rows,
      isWide || group.length <= SHOWN_FINDINGS ? null : more,
    );
  },

  row(finding, whole) {
    const isOpen = whole || finding.id === state.get("finding");
    const words = [finding.status === "active" ? null : finding.status, finding.reclaimable === undefined ? null : sized(finding.reclaimable)];
    const tag = words.some(Boolean) ? make("span", { class: "tag" }, ` (${words.filter(Boolean).join(", ")})`) : null;
    const button = make(
      "button",
      { type: "button", class: "row", "aria-expanded": String(isOpen) },
      make("span", { class: `badge ${finding.level}` }, finding.level),
      make("span", { class: "message" }, finding.message, tag),
      make("span", { class: "path code" }, finding.path),
    );
    const item = make("li", { "data-finding": finding.id }, button);
    if (isOpen) item.append(this.detail(finding));
    button.onclick = () => {
      const opens = button.getAttribute("aria-expanded") === "false";
      button.setAttribute("aria-expanded", String(opens));
      if (opens) item.append(this.detail(finding));
      else item.lastElementChild.remove();
      state.goTo("findings");
      state.set({ finding: opens ? finding.id : "" });
    };
    return item;
  },

  detail(finding) {
    const facts = [
      ["Path", finding.path, true],
      ["Subject", finding.subject, true],
      ["Owner", finding.owner],
      ["Layer", finding.layer],
      ["Reach", finding.reach],
      ["Reclaimable", finding.reclaimable === undefined ? undefined : sized(finding.reclaimable)],
      ["Ignored", finding.reason],
    ].filter(([, value]) => value);
    const list = (tag, title, items, look, wrap) =>
      items?.length ? [make("h4", {}, title), make(tag, { class: look }, items.map((item) => make("li", {}, wrap(item))))] : [];
    const code = (text) => make("code", {}, text);
    const node = this.nodeOf(finding);
    return make(
      "div",
      { class: "detail" },
      make("dl", { class: "facts" }, facts.flatMap(([label, value, isCode]) => [make("dt", {}, label), make("dd", { class: isCode ? "code" : "" }, value)])),
      list("ul", "Fix", finding.fix, "fix", code),
      list("ol", "Loaded by", finding.chain, "", code),
      list("ul", "Evidence", finding.evidence, "", (text) => text),
      make(
        "div",
        { class: "actions" },
        node === undefined
          ? null
          : make("button", { type: "button", class: "link", onclick: () => this.showNode(node) }, "Show it in the graph"),
        make("a", { href: state.link("findings", { ...this.imageKey(), finding: finding.id }) }, "Link to this finding"),
      ),
    );
  },

  imageKey: () => (state.get("image") ? { image: state.get("image") } : {}),

  /** Scrolls to the finding that the address names. */
  reveal() {
    const open = state.get("finding");
    const items = [...byId("findings-list").querySelectorAll("[data-finding]")];
    const item = items.find((candidate) => candidate.dataset.finding === open);
    if (item) show(item);
  },
};

