// Layout of the picture. Nodes of one depth form a block of columns, the blocks go from left to right; within a block,
// nodes are near those that they are connected to (the barycentre heuristic of Sugiyama, Tagawa, Toda 1981, two sweeps).
// The layout is deterministic and takes the time of sorting.

const ROW = 28;
const NODE_HEIGHT = 20;
const LETTER = 7;
const COLUMN_GAP = 18;
const BLOCK_GAP = 96;
const NODE_WIDTH = [56, 226];
/** Wanted ratio of the picture's width to its height. */
const ASPECT = 1.4;

/** Computes the left, top and width of each node, and the width and height of all. */
function laidOut(model) {
  const { nodes } = model;
  const widths = nodes.map(({ name }) => Math.min(NODE_WIDTH[1], Math.max(NODE_WIDTH[0], name.length * LETTER + 18)));
  const blocks = ordered(model);
  const columns = bestColumns(blocks, widths);
  const height = ROW * Math.max(1, ...columns.map(({ column }) => column.length));
  const layout = { x: new Float32Array(nodes.length), y: new Float32Array(nodes.length), width: Float32Array.from(widths), height, extent: extentOf(columns) };
  for (const { column, left } of columns) {
    const top = (height - column.length * ROW) / 2;
    column.forEach((node, place) => {
      layout.x[node] = left;
      layout.y[node] = top + place * ROW + (ROW - NODE_HEIGHT) / 2;
    });
  }
  return layout;
}

/** Arranges the blocks in columns, with the number of rows that comes closest to the wanted ratio. */
function bestColumns(blocks, widths) {
  const tallest = Math.max(1, ...blocks.map((block) => block.length));
  let best;
  for (let rows = 6; ; rows = Math.ceil(rows * 1.2)) {
    const columns = inColumns(blocks, widths, rows);
    const form = extentOf(columns) / (ROW * Math.min(rows, tallest));
    if (!best || Math.abs(Math.log(form / ASPECT)) < Math.abs(Math.log(best.form / ASPECT))) best = { columns, form };
    if (rows >= tallest || form < ASPECT) return best.columns;
  }
}

/** Splits each block into columns of nearly equal height. */
function inColumns(blocks, widths, rows) {
  const columns = [];
  let left = 0;
  for (const block of blocks) {
    const high = Math.ceil(block.length / Math.ceil(block.length / rows));
    for (let first = 0; first < block.length; first += high) {
      const column = block.slice(first, first + high);
      const width = column.reduce((widest, node) => Math.max(widest, widths[node]), 0);
      columns.push({ column, left, width });
      left += width + COLUMN_GAP;
    }
    left += BLOCK_GAP - COLUMN_GAP;
  }
  return columns;
}

function extentOf(columns) {
  const last = columns.at(-1);
  return last ? last.left + last.width : 1;
}

/** Returns the nodes of each depth, in an order with few crossings. */
function ordered(model) {
  const { nodes, depth } = model;
  const blocks = [];
  nodes.forEach((_, node) => (blocks[depth[node]] ??= []).push(node));
  const rank = new Int32Array(nodes.length);
  const byWords = (one, other) => compare(nodes[one].owner ?? "", nodes[other].owner ?? "") || compare(nodes[one].detail, nodes[other].detail);
  [...nodes.keys()].sort(byWords).forEach((node, place) => (rank[node] = place));
  const position = new Float64Array(nodes.length);
  const settle = (block) => block.forEach((node, place) => (position[node] = (place + 0.5) / block.length));
  for (const block of blocks) settle(block.sort((one, other) => rank[one] - rank[other]));
  const sweep = (order, edgesOf, end) => {
    for (const block of order) {
      const wanted = new Map(block.map((node) => [node, centre(model, edgesOf(node), end, position, position[node])]));
      settle(block.sort((one, other) => wanted.get(one) - wanted.get(other) || rank[one] - rank[other]));
    }
  };
  const backwards = [...blocks].reverse();
  sweep(blocks.slice(1), (node) => model.to(node), 0);
  sweep(backwards.slice(1), (node) => model.from(node), 1);
  sweep(blocks.slice(1), (node) => model.to(node), 0);
  return blocks;
}

function centre(model, edges, end, position, otherwise) {
  if (edges.length === 0) return otherwise;
  let sum = 0;
  for (const edge of edges) sum += position[model.edges[edge][end]];
  return sum / edges.length;
}

const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

