// Elements, and what is read out of the page. Whatever comes out of a report is put in as text and never as markup.

const byId = (id) => document.getElementById(id);

/** An element with attributes, listeners (`onclick` …) and children; what is no element becomes text. */
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

/** A function that calls another once before the next frame, however often it is called itself. */
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

/** Brings a part of the page into sight. */
const show = (element) => element.scrollIntoView({ behavior: wantsNoMotion() ? "auto" : "smooth", block: "start" });

