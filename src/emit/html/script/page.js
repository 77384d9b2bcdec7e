// Elements, and the data in the page. Text of a report is always inserted as text and never as markup.

const byId = (id) => document.getElementById(id);

/** Creates an element with attributes, listeners (`onclick` …) and children; a child that is not an element becomes text. */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null));
  return element;
}

const readData = (id) => JSON.parse(byId(id).textContent);

/** Returns a function that calls `work` once before the next frame, however often it is called. */
function onceAFrame(work) {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame((time) => {
      isDue = false;
      work(time);
    });
  };
}

const wantsNoMotion = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Scrolls to a part of the page. */
const show = (element) => element.scrollIntoView({ behavior: wantsNoMotion() ? "auto" : "smooth", block: "start" });

