// How numbers, sizes and levels are told.

const grouped = (number) => number.toLocaleString("en");

const counted = (number, noun) => {
  if (number === 1) return `1 ${noun}`;
  return `${grouped(number)} ${noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
};

/** A size as a number and its unit. */
function sizeParts(bytes) {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  let place = 0;
  let size = bytes;
  while (size >= 1024 && place < units.length - 1) {
    size /= 1024;
    place += 1;
  }
  const digits = place === 0 || size >= 100 ? 0 : 1;
  return [size.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }), units[place]];
}

const sized = (bytes) => sizeParts(bytes).join(" ");

function percent(part, whole) {
  const share = whole > 0 ? (100 * part) / whole : 0;
  return share > 0 && share < 0.1 ? "< 0.1 %" : `${share.toFixed(1)} %`;
}

const LEVELS = ["error", "warning", "note"];

const STATES = ["counts", "known", "ignored"];

const STATE_WORDS = { counts: "Counts", known: "Known", ignored: "Ignored" };

const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

/** The kinds in a set, in the order of the report's own list, as items of a legend. */
function legendItems(kinds, found) {
  return kinds
    .filter(([kind]) => found.has(kind))
    .map(([kind, words]) => make("li", {}, make("span", { class: `swatch kind-${kind}` }), words));
}

