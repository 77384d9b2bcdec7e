// Squarified treemaps (Bruls, Huizing, van Wijk 2000): rectangles whose areas are sizes, as square as they can be.

/** Returns the rectangles of sizes that are positive and descending, in their order. */
function squarified(sizes, { x, y, width, height }) {
  const total = sizes.reduce((sum, size) => sum + size, 0);
  const scale = total > 0 ? (width * height) / total : 0;
  const rectangles = [];
  let [left, top, wide, high] = [x, y, width, height];
  let first = 0;
  while (first < sizes.length) {
    const side = Math.min(wide, high);
    let end = first;
    let sum = 0;
    let best = Infinity;
    // A row grows as long as its least square rectangle becomes squarer.
    while (end < sizes.length) {
      const area = sizes[end] * scale;
      const worst = worstRatio(sizes[first] * scale, area, sum + area, side);
      if (worst > best) break;
      best = worst;
      sum += area;
      end += 1;
    }
    const thick = side > 0 ? sum / side : 0;
    let offset = 0;
    for (let place = first; place < end; place += 1) {
      const long = thick > 0 ? (sizes[place] * scale) / thick : 0;
      rectangles.push(
        wide >= high
          ? { x: left, y: top + offset, width: thick, height: long }
          : { x: left + offset, y: top, width: long, height: thick },
      );
      offset += long;
    }
    if (wide >= high) [left, wide] = [left + thick, Math.max(0, wide - thick)];
    else [top, high] = [top + thick, Math.max(0, high - thick)];
    first = end;
  }
  return rectangles;
}

function worstRatio(largest, smallest, sum, side) {
  const square = sum * sum;
  return Math.max((side * side * largest) / square, square / (side * side * smallest));
}

/** Returns the parts that are large enough to be drawn, and the others as one entry; the largest first. */
function drawable(parts, area, least) {
  const sorted = parts.filter((part) => part.bytes > 0).sort((one, other) => other.bytes - one.bytes);
  const total = sorted.reduce((sum, part) => sum + part.bytes, 0);
  const entries = sorted.filter((part) => (part.bytes / total) * area >= least).map((part) => ({ part, bytes: part.bytes }));
  const rest = sorted.slice(entries.length);
  if (rest.length > 0) entries.push({ rest, bytes: rest.reduce((sum, part) => sum + part.bytes, 0) });
  return entries.sort((one, other) => other.bytes - one.bytes);
}

