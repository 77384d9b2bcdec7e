// The summary: what was looked at, and what it comes to.

const summary = {
  setUp(report, choose) {
    byId("unseen").hidden = report.not_seen.length === 0;
    byId("unseen-list").replaceChildren(...report.not_seen.map((words) => make("li", {}, words)));
    byId("unread").hidden = report.unread.length === 0;
    byId("unread-list").replaceChildren(
      ...report.unread.flatMap(([name, cause]) => [make("dt", { class: "code" }, name), make("dd", {}, cause)]),
    );
    byId("title").textContent = report.title;
    byId("footer").textContent = `Written by sodeb ${report.version}. Nothing that was looked at was run.`;
    const several = report.subjects.length > 1;
    byId("subjects").hidden = !several;
    byId("subjects-caption").textContent = `All ${report.subjects.length} ${report.noun}s`;
    byId("subjects-rows").replaceChildren(
      ...report.subjects.map((subject, number) => {
        const name = make("button", { type: "button", class: "link code", onclick: () => choose(number) }, subject.name);
        const counts = subject.levels.map(([, count]) => make("td", { class: "number" }, grouped(count)));
        const size = subject.bytes === null ? "" : sized(subject.bytes);
        return make("tr", {}, make("th", { scope: "row" }, name), counts, make("td", { class: "number" }, size));
      }),
    );
  },

  show(report, number, subject) {
    const several = report.subjects.length > 1;
    byId("eyebrow").textContent = several
      ? `${report.title} · ${number + 1} of ${report.subjects.length}`
      : report.title.endsWith(subject.name)
        ? report.title.slice(0, -subject.name.length).trim()
        : report.title;
    byId("title").textContent = subject.name;
    byId("tiles").replaceChildren(...this.tiles(report, report.subjects[number], subject));
    byId("facts").replaceChildren(
      ...subject.facts.flatMap(({ label, value, code }) => [
        make("dt", {}, label),
        make("dd", code ? { class: "code" } : {}, value),
      ]),
    );
  },

  tiles(report, head, subject) {
    const tile = (label, figure, unit, look = "") =>
      make(
        "li",
        { class: look },
        make("span", { class: "label" }, label),
        make("span", { class: "figure" }, figure, unit ? make("small", {}, unit) : null),
      );
    const tiles = head.levels.map(([level, count]) =>
      tile(count === 1 ? capital(level) : `${capital(level)}s`, grouped(count), "", count > 0 ? level : level === "error" ? "good" : ""),
    );
    for (const wanted of ["known", "ignored"]) {
      const count = subject.findings.filter((finding) => finding.state === wanted).length;
      if (count > 0) tiles.push(tile(STATE_WORDS[wanted], grouped(count)));
    }
    if (subject.sizes) tiles.push(tile(report.size_words, ...sizeParts(subject.sizes.bytes)));
    if (subject.saves > 0) tiles.push(tile("Could be saved", ...sizeParts(subject.saves)));
    tiles.push(tile("Objects", grouped(subject.objects)));
    if (subject.files !== null) tiles.push(tile("Files", grouped(subject.files)));
    return tiles;
  },
};

