// Numbers, sizes and levels as people read them.

const thousands = (number) => number.toLocaleString("en");

const counted = (number, noun) => {
  if (number === 1) return `1 ${noun}`;
  return `${thousands(number)} ${noun.endsWith("y") ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
};

/** Splits a size into its number and its unit: B, KiB or MiB. */
function sizeParts(bytes) {
  if (bytes < 1024) return [thousands(bytes), "B"];
  const [unit, name] = bytes < 1048576 ? [1024, "KiB"] : [1048576, "MiB"];
  return [(bytes / unit).toLocaleString("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 }), name];
}

const sized = (bytes) => sizeParts(bytes).join(" ");

function percent(part, whole) {
  const share = whole > 0 ? (100 * part) / whole : 0;
  return share > 0 && share < 0.1 ? "< 0.1 %" : `${share.toFixed(1)} %`;
}

const LEVELS = ["error", "warning", "note"];

const STATUSES = ["active", "known", "ignored"];

const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

/** Legend items of the kinds in a set, in the order of the report's list of kinds. */
function legendItems(kinds, found) {
  return kinds
    .filter(([kind]) => found.has(kind))
    .map(([kind, words]) => make("li", {}, make("span", { class: `swatch kind-${kind}` }), words));
}

