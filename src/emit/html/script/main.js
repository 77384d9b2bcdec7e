// Connects the parts, and shows what the address names.

const report = readData("report");

const SECTIONS = [["summary", "Summary"], ["findings", "Findings"], ["graph", "Graph"], ["sizes", "Sizes"]];

let shown = -1;

/** Returns the number of the subject that the address names. */
const wanted = () => Math.min(report.subjects.length - 1, Math.max(0, (Number.parseInt(state.get("image"), 10) || 1) - 1));

function showSubject(number) {
  if (report.subjects.length === 0) return drawNavigation();
  shown = number;
  const subject = readData(`subject-${number}`);
  byId("picker-select").value = String(number);
  summary.show(report, number, subject);
  graph.show(subject);
  findings.show(subject, (finding) => graph.nodeOf(finding));
  sizes.show(subject);
  return drawNavigation();
}

function chooseSubject(number) {
  state.set({ image: number === 0 ? "" : String(number + 1), finding: "", node: "", part: "", rule: "", reach: "", owner: "" });
  showSubject(number);
  byId("main").focus({ preventScroll: true });
  scrollTo(0, 0);
}

function drawNavigation() {
  const link = ([id, words]) => make("a", { href: `#${id}`, onclick: (event) => goToSection(event, id) }, words);
  const items = SECTIONS.filter(([id]) => !byId(id).hidden).map((section) => make("li", {}, link(section)));
  byId("nav").replaceChildren(make("ul", { role: "list" }, items));
  markSection();
}

function goToSection(event, id) {
  event.preventDefault();
  state.goTo(id);
  show(byId(id));
  (byId(`${id}-title`) ?? byId("main")).focus({ preventScroll: true });
}

/** Marks the visible section in the navigation. */
const markSection = onceAFrame(() => {
  let current = "summary";
  for (const [id] of SECTIONS) {
    const section = byId(id);
    if (!section.hidden && section.getBoundingClientRect().top < innerHeight * 0.4) current = id;
  }
  for (const link of byId("nav").querySelectorAll("a")) {
    if (link.hash === `#${current}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
});

function setUpTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const theme = state.get("theme");
    if (theme) document.documentElement.dataset.theme = theme;
    else delete document.documentElement.dataset.theme;
    byId("theme").setAttribute("aria-pressed", String(theme ? theme === "dark" : system.matches));
    graph.picture?.recolour();
  };
  byId("theme").onclick = () => {
    const isDark = byId("theme").getAttribute("aria-pressed") === "true";
    state.set({ theme: isDark ? "light" : "dark" });
    apply();
  };
  system.addEventListener("change", apply);
  state.onLink(apply);
  apply();
}

function setUpPicker() {
  byId("picker").hidden = report.subjects.length < 2;
  byId("picker-noun").textContent = capital(report.noun);
  const select = byId("picker-select");
  select.replaceChildren(...report.subjects.map(({ name }, number) => make("option", { value: number }, name)));
  select.onchange = () => chooseSubject(Number(select.value));
}

/** Scrolls to what the address names. */
function reveal() {
  if (state.get("finding")) findings.reveal();
  else if (SECTIONS.some(([id]) => id === state.section())) byId(state.section()).scrollIntoView();
}

performance.mark("sodeb-begin");
setUpPicker();
summary.setUp(report, chooseSubject);
findings.setUp(report, (node) => graph.goTo(node));
graph.setUp(report);
sizes.setUp(report);
setUpTheme();
showSubject(wanted());
byId("skip").onclick = (event) => {
  event.preventDefault();
  byId("main").focus();
};
state.onLink(() => {
  showSubject(wanted());
  reveal();
});
addEventListener("scroll", markSection, { passive: true });
if (location.hash) reveal();
performance.measure("sodeb-render", "sodeb-begin");

