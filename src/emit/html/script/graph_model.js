// Graph: its nodes, edges and shortest chains.

/** Graph as lists of neighbours. Edges are `[from, to, name, set of processes, 1 if it is a dlopen]`. */
class GraphModel {
  constructor({ nodes, names, processes, edges }) {
    Object.assign(this, { nodes, names, edges });
    const starts = [];
    nodes.forEach((node, place) => node.start && starts.push(place));
    this.starts = starts;
    this.processes = processes.map((runs) => new Runs(runs));
    this.out = adjacency(nodes.length, edges, 0);
    this.in = adjacency(nodes.length, edges, 1);
    this.depth = this.depths();
    this.chains = new Map();
  }

  /** Returns the edges that begin at a node. */
  from(node) {
    return slice(this.out, node);
  }

  /** Returns the edges that end at a node. */
  to(node) {
    return slice(this.in, node);
  }

  name(edge) {
    const name = this.edges[edge][2];
    return name === null ? undefined : this.names[name];
  }

  /** Computes the least number of edges from a start object to each node. */
  depths() {
    const depth = new Int32Array(this.nodes.length).fill(-1);
    const queue = [...this.starts];
    for (const start of queue) depth[start] = 0;
    for (let place = 0; place < queue.length; place += 1) {
      for (const edge of this.from(queue[place])) {
        const to = this.edges[edge][1];
        if (depth[to] >= 0) continue;
        depth[to] = depth[queue[place]] + 1;
        queue.push(to);
      }
    }
    return depth.map((value) => Math.max(0, value));
  }

  /** Returns a shortest chain of edges from a start object to a node, all of them in the process of that start object. */
  chainTo(target) {
    if (!this.chains.has(target)) this.chains.set(target, this.findChain(target));
    return this.chains.get(target);
  }

  findChain(target) {
    if (this.nodes[target].start) return [];
    let best;
    for (let number = 0; number < this.starts.length; number += 1) {
      const limit = best ? best.length - 1 : Infinity;
      best = this.chainFrom(number, target, limit) ?? best;
      // No chain within one process is shorter than the shortest one across processes.
      if (best?.length === this.depth[target]) break;
    }
    return best;
  }

  chainFrom(number, target, limit) {
    const start = this.starts[number];
    const before = new Map([[start, undefined]]);
    let queue = [start];
    for (let length = 1; queue.length > 0 && length <= limit; length += 1) {
      const next = [];
      for (const node of queue) {
        for (const edge of this.from(node)) {
          const [, to, , set] = this.edges[edge];
          if (before.has(to) || !(set === null || this.processes[set].has(number))) continue;
          before.set(to, edge);
          if (to === target) return this.chainBack(before, target);
          next.push(to);
        }
      }
      queue = next;
    }
    return undefined;
  }

  chainBack(before, target) {
    const chain = [];
    for (let edge = before.get(target); edge !== undefined; edge = before.get(this.edges[edge][0])) chain.push(edge);
    return chain.reverse();
  }
}

/** Set of numbers as runs: `[first, count, …]`, ascending. */
class Runs {
  constructor(runs) {
    this.runs = runs;
  }

  has(number) {
    let [low, high] = [0, this.runs.length / 2];
    while (low < high) {
      const middle = (low + high) >> 1;
      const first = this.runs[2 * middle];
      if (number < first) high = middle;
      else if (number >= first + this.runs[2 * middle + 1]) low = middle + 1;
      else return true;
    }
    return false;
  }
}

/** Sorts edges by one of their ends: those of node n are `sorted[first[n]]` to before `sorted[first[n + 1]]`. */
function adjacency(count, edges, end) {
  const first = new Int32Array(count + 1);
  for (const edge of edges) first[edge[end] + 1] += 1;
  for (let node = 0; node < count; node += 1) first[node + 1] += first[node];
  const next = first.slice();
  const sorted = new Int32Array(edges.length);
  edges.forEach((edge, place) => {
    sorted[next[edge[end]]] = place;
    next[edge[end]] += 1;
  });
  return { first, sorted };
}

const slice = ({ first, sorted }, node) => sorted.subarray(first[node], first[node + 1]);

/** True if a node is a soname that was not found. */
const isMissing = ({ kind }) => ["missing", "host", "unresolved"].includes(kind);

