// Summary: the subjects, their facts and totals.

const summary = {
  setUp(report, choose) {
    byId("not-checked").hidden = report.not_checked.length === 0;
    byId("not-checked-list").replaceChildren(...report.not_checked.map((words) => make("li", {}, words)));
    byId("unread").hidden = report.unread.length === 0;
    byId("unread-list").replaceChildren(
      ...report.unread.flatMap(([name, cause]) => [make("dt", { class: "code" }, name), make("dd", {}, cause)]),
    );
    byId("title").textContent = report.title;
    byId("footer").textContent = `Written by sodeb ${report.version}. No program of a subject was run.`;
    const several = report.subjects.length > 1;
    byId("subjects").hidden = !several;
    byId("subjects-caption").textContent = `All ${report.subjects.length} ${report.noun}s`;
    byId("subjects-rows").replaceChildren(
      ...report.subjects.map((subject, number) => {
        const name = make("button", { type: "button", class: "link code", onclick: () => choose(number) }, subject.name);
        const counts = subject.levels.map(([, count]) => make("td", { class: "number" }, thousands(count)));
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
      tile(count === 1 ? capital(level) : `${capital(level)}s`, thousands(count), "", count > 0 ? level : level === "error" ? "good" : ""),
    );
    for (const wanted of ["known", "ignored"]) {
      const count = subject.findings.filter((finding) => finding.status === wanted).length;
      if (count > 0) tiles.push(tile(capital(wanted), thousands(count)));
    }
    if (subject.sizes) tiles.push(tile(report.size_label, ...sizeParts(subject.sizes.bytes)));
    if (subject.reclaimable > 0) tiles.push(tile("Reclaimable", ...sizeParts(subject.reclaimable)));
    tiles.push(tile("Objects", thousands(subject.objects)));
    if (subject.files !== null) tiles.push(tile("Files", thousands(subject.files)));
    return tiles;
  },
};

