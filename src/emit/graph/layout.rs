//! Layout of a picture: nodes in columns from left to right, each edge to a column further right.
//!
//! The method of Sugiyama, Tagawa and Toda: edges that close a cycle are set aside; each node goes as far left as its
//! predecessors allow (the longest path to it); the nodes of each column are ordered by the mean positions of their
//! neighbours in a few sweeps; and finally each node gets as close to the mean height of its neighbours as that order
//! allows.
//!
//! An edge that passes columns has a bend in each of them, so that it goes between their nodes. All edges to one node
//! share these bends: they run together and lead to that node only. So there is at most one bend for each node in each
//! column, for any number of edges.

use std::collections::BTreeMap;

/// Number of sweeps in alternating directions, after which the order hardly changes.
const SWEEPS: usize = 8;

/// Height of a bend, in the unit of the nodes' heights.
const BEND_HEIGHT: f64 = 4.0;

/// Maximum number of bends: a chain of many thousand objects could have millions. Further edges are straight lines behind
/// the nodes between.
const MAX_BENDS: usize = 20_000;

/// Distance between two nodes of a column.
const GAP: f64 = 7.0;

/// Diagram before layout.
pub(super) struct Diagram {
    /// Width and height of each node.
    pub(super) sizes: Vec<(f64, f64)>,
    /// Edges, as the indices of the nodes at both ends.
    pub(super) edges: Vec<(usize, usize)>,
    /// Maximum distance of a node from the last column, for nodes that are aligned at the right.
    pub(super) from_right: Vec<Option<usize>>,
    /// Distance between two columns.
    pub(super) between: f64,
}

/// Positions of nodes and edges.
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    /// Left edge and vertical centre of each node.
    pub(super) places: Vec<(f64, f64)>,
    /// Pieces of the edges.
    pub(super) pieces: Vec<Piece>,
}

/// A piece of an edge, or of several edges that run together.
pub(super) struct Piece {
    pub(super) from: (f64, f64),
    /// Position up to which it is horizontal, past wider nodes of its column.
    pub(super) past: f64,
    pub(super) to: (f64, f64),
    /// Node that the edge leads to.
    pub(super) end: usize,
    /// Node at which it begins; none if it begins at a bend.
    pub(super) start: Option<usize>,
    /// True if it ends at the node.
    pub(super) is_last: bool,
    /// True if it closes a cycle and leads back to the left.
    pub(super) is_back: bool,
}

/// A node, or the common bend of the edges to a node in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Item {
    Node(usize),
    Bend { end: usize, column: usize },
}

/// Computes the layout of a diagram.
pub(super) fn lay_out(diagram: &Diagram) -> Layout {
    let is_back = closing_edges(diagram);
    let forward: Vec<(usize, usize)> =
        diagram.edges.iter().zip(&is_back).filter(|(_, is_back)| !**is_back).map(|(edge, _)| *edge).collect();
    let columns = columns_of(diagram, &forward);
    let mut grid = Grid::new(diagram, &columns, &forward);
    grid.order();
    grid.settle();
    grid.layout(diagram, &columns, &is_back)
}

/// Marks the edges that close a cycle: those that lead to a node on the current path of a depth-first search, which
/// begins at the nodes without predecessors.
fn closing_edges(diagram: &Diagram) -> Vec<bool> {
    let count = diagram.sizes.len();
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut has_predecessor = vec![false; count];
    for (number, (from, to)) in diagram.edges.iter().enumerate() {
        out[*from].push(number);
        has_predecessor[*to] |= from != to;
    }
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        Open,
        Done,
    }
    let mut states = vec![State::New; count];
    let mut is_back = vec![false; diagram.edges.len()];
    let first = (0..count).filter(|node| !has_predecessor[*node]);
    for root in first.chain(0..count) {
        if states[root] != State::New {
            continue;
        }
        states[root] = State::Open;
        let mut path = vec![(root, 0)];
        while let Some((node, next)) = path.last_mut() {
            let Some(edge) = out[*node].get(*next) else {
                states[*node] = State::Done;
                path.pop();
                continue;
            };
            *next += 1;
            let (_, to) = diagram.edges[*edge];
            match states[to] {
                State::Open => is_back[*edge] = true,
                State::Done => {}
                State::New => {
                    states[to] = State::Open;
                    path.push((to, 0));
                }
            }
        }
    }
    is_back
}

/// Returns the column of each node: the length of the longest path to it.
fn columns_of(diagram: &Diagram, forward: &[(usize, usize)]) -> Vec<usize> {
    let count = diagram.sizes.len();
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
    let mut before = vec![0_usize; count];
    for (from, to) in forward {
        out[*from].push(*to);
        before[*to] += 1;
    }
    let mut columns = vec![0; count];
    let mut ready: Vec<usize> = (0..count).filter(|node| before[*node] == 0).collect();
    while let Some(node) = ready.pop() {
        for to in &out[node] {
            columns[*to] = columns[*to].max(columns[node] + 1);
            before[*to] -= 1;
            if before[*to] == 0 {
                ready.push(*to);
            }
        }
    }
    let last =
        columns.iter().zip(&diagram.from_right).map(|(column, right)| column + right.unwrap_or(0)).max();
    for (column, right) in columns.iter_mut().zip(&diagram.from_right) {
        if let Some(right) = right {
            *column = (*column).max(last.unwrap_or_default().saturating_sub(*right));
        }
    }
    columns
}

/// Columns with their items, and the links between neighbouring columns.
struct Grid {
    columns: Vec<Vec<Item>>,
    heights: BTreeMap<Item, f64>,
    before: BTreeMap<Item, Vec<Item>>,
    after: BTreeMap<Item, Vec<Item>>,
    middles: BTreeMap<Item, f64>,
    /// Edges that pass columns without bends.
    straight: Vec<(usize, usize)>,
}

impl Grid {
    fn new(diagram: &Diagram, columns: &[usize], forward: &[(usize, usize)]) -> Self {
        let last = columns.iter().max().map_or(0, |last| last + 1);
        let mut grid = Self {
            columns: vec![Vec::new(); last],
            heights: BTreeMap::new(),
            before: BTreeMap::new(),
            after: BTreeMap::new(),
            middles: BTreeMap::new(),
            straight: Vec::new(),
        };
        for (node, column) in columns.iter().enumerate() {
            grid.columns[*column].push(Item::Node(node));
            grid.heights.insert(Item::Node(node), diagram.sizes[node].1);
        }
        let mut bends = 0;
        for (from, to) in forward {
            if bends + (columns[*to] - columns[*from] - 1) > MAX_BENDS {
                grid.straight.push((*from, *to));
                continue;
            }
            let mut item = Item::Node(*from);
            for column in columns[*from] + 1..columns[*to] {
                let bend = Item::Bend { end: *to, column };
                let is_known = grid.heights.insert(bend, BEND_HEIGHT).is_some();
                grid.link(item, bend);
                if !is_known {
                    grid.columns[column].push(bend);
                    bends += 1;
                }
                item = bend;
            }
            grid.link(item, Item::Node(*to));
        }
        grid
    }

    fn link(&mut self, from: Item, to: Item) {
        let after = self.after.entry(from).or_default();
        if !after.contains(&to) {
            after.push(to);
            self.before.entry(to).or_default().push(from);
        }
    }

    /// Orders each column by the mean positions of its neighbours, in sweeps of alternating directions.
    fn order(&mut self) {
        for sweep in 0..SWEEPS {
            let is_forward = sweep % 2 == 0;
            let mut places: BTreeMap<Item, f64> = BTreeMap::new();
            let count = self.columns.len();
            for step in 0..count {
                let column = if is_forward { step } else { count - 1 - step };
                let neighbours = if is_forward { &self.before } else { &self.after };
                let mean =
                    |item: &Item, own: usize| mean_of(neighbours.get(item), &places).unwrap_or(own as f64);
                let mut keyed: Vec<(f64, Item)> = self.columns[column]
                    .iter()
                    .enumerate()
                    .map(|(own, item)| (mean(item, own), *item))
                    .collect();
                keyed.sort_by(|one, other| one.0.total_cmp(&other.0));
                self.columns[column] = keyed.into_iter().map(|(_, item)| item).collect();
                places.extend(
                    self.columns[column].iter().enumerate().map(|(place, item)| (*item, place as f64)),
                );
            }
        }
    }

    /// Places each item as close to the mean height of its neighbours as the order allows.
    fn settle(&mut self) {
        for column in &self.columns {
            let mut top = 0.0;
            for item in column {
                let height = self.heights[item];
                self.middles.insert(*item, top + height / 2.0);
                top += height + GAP;
            }
        }
        for sweep in 0..SWEEPS {
            let is_forward = sweep % 2 == 1;
            let count = self.columns.len();
            for step in 0..count {
                let column = if is_forward { step } else { count - 1 - step };
                let neighbours = if is_forward { &self.before } else { &self.after };
                let items = &self.columns[column];
                let wanted: Vec<f64> = items
                    .iter()
                    .map(|item| mean_of(neighbours.get(item), &self.middles).unwrap_or(self.middles[item]))
                    .collect();
                let heights: Vec<f64> = items.iter().map(|item| self.heights[item]).collect();
                self.middles.extend(items.iter().copied().zip(spread(&wanted, &heights)));
            }
        }
        let tops = self.middles.iter().map(|(item, middle)| middle - self.heights[item] / 2.0);
        let top = tops.fold(f64::INFINITY, f64::min);
        for middle in self.middles.values_mut() {
            *middle -= top;
        }
    }

    fn layout(&self, diagram: &Diagram, columns: &[usize], is_back: &[bool]) -> Layout {
        let mut lefts = vec![0.0_f64; self.columns.len()];
        let mut widths = vec![0.0_f64; self.columns.len()];
        for (node, column) in columns.iter().enumerate() {
            widths[*column] = widths[*column].max(diagram.sizes[node].0);
        }
        for column in 1..lefts.len() {
            lefts[column] = lefts[column - 1] + widths[column - 1] + diagram.between;
        }
        let column_of = |item: Item| match item {
            Item::Node(node) => columns[node],
            Item::Bend { column, .. } => column,
        };
        let entry = |item: Item| (lefts[column_of(item)], self.middles[&item]);
        let exit = |item: Item| {
            let (left, middle) = entry(item);
            match item {
                Item::Node(node) => (left + diagram.sizes[node].0, middle),
                Item::Bend { column, .. } => (left + widths[column], middle),
            }
        };
        let right = |item: Item| lefts[column_of(item)] + widths[column_of(item)];
        let mut pieces = Vec::new();
        for (from, nexts) in &self.after {
            let start = match from {
                Item::Node(node) => Some(*node),
                Item::Bend { .. } => None,
            };
            for to in nexts {
                let (end, is_last) = match to {
                    Item::Node(node) => (*node, true),
                    Item::Bend { end, .. } => (*end, false),
                };
                let (past, is_back) = (right(*from), false);
                pieces.push(Piece { from: exit(*from), past, to: entry(*to), end, start, is_last, is_back });
            }
            if let Item::Bend { end, .. } = from {
                // Horizontal piece through the column, between its nodes.
                pieces.push(Piece {
                    from: entry(*from),
                    past: 0.0,
                    to: exit(*from),
                    end: *end,
                    start: None,
                    is_last: false,
                    is_back: false,
                });
            }
        }
        let whole = |(from, to): &(usize, usize), is_back: bool| {
            let (from_item, to_item) = (Item::Node(*from), Item::Node(*to));
            // An edge that leads back connects the sides that face each other.
            let (from_place, to_place) = match is_back {
                true if from != to => (entry(from_item), exit(to_item)),
                true => (exit(from_item), exit(to_item)),
                false => (exit(from_item), entry(to_item)),
            };
            let (end, start, is_last) = (*to, Some(*from), true);
            Piece { from: from_place, past: 0.0, to: to_place, end, start, is_last, is_back }
        };
        pieces.extend(self.straight.iter().map(|edge| whole(edge, false)));
        let back = diagram.edges.iter().zip(is_back).filter(|(_, is_back)| **is_back);
        pieces.extend(back.map(|(edge, _)| whole(edge, true)));
        let bottoms = self.middles.iter().map(|(item, middle)| middle + self.heights[item] / 2.0);
        Layout {
            width: lefts.last().zip(widths.last()).map_or(0.0, |(left, width)| left + width),
            height: bottoms.fold(0.0, f64::max),
            places: (0..columns.len()).map(|node| entry(Item::Node(node))).collect(),
            pieces,
        }
    }
}

fn mean_of(items: Option<&Vec<Item>>, places: &BTreeMap<Item, f64>) -> Option<f64> {
    let places: Vec<f64> = items?.iter().filter_map(|item| places.get(item)).copied().collect();
    (!places.is_empty()).then(|| places.iter().sum::<f64>() / places.len() as f64)
}

/// Returns the centres that are closest to the wanted ones (by least squares), in this order and without overlap:
/// neighbours that would overlap move as one block to the mean of their wanted centres.
fn spread(wanted: &[f64], heights: &[f64]) -> Vec<f64> {
    // Distance of each from the first if there were no free space.
    let mut close = Vec::with_capacity(wanted.len());
    let mut below = 0.0;
    for (place, height) in heights.iter().enumerate() {
        if place > 0 {
            below += (heights[place - 1] + height) / 2.0 + GAP;
        }
        close.push(below);
    }
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for (wanted, below) in wanted.iter().zip(&close) {
        let mut block = (wanted - below, 1);
        while let Some((sum, count)) = blocks.pop() {
            if sum / (count as f64) <= block.0 / block.1 as f64 {
                blocks.push((sum, count));
                break;
            }
            block = (sum + block.0, count + block.1);
        }
        blocks.push(block);
    }
    let tops = blocks.into_iter().flat_map(|(sum, count)| std::iter::repeat_n(sum / count as f64, count));
    tops.zip(close).map(|(top, below)| top + below).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn diagram(count: usize, edges: &[(usize, usize)]) -> Diagram {
        Diagram {
            sizes: vec![(100.0, 20.0); count],
            edges: edges.to_vec(),
            from_right: vec![None; count],
            between: 50.0,
        }
    }

    #[test]
    fn a_node_is_right_of_its_predecessors() {
        let layout = lay_out(&diagram(4, &[(0, 1), (1, 2), (0, 2), (3, 2)]));
        let lefts: Vec<f64> = layout.places.iter().map(|place| place.0).collect();
        assert_eq!(lefts, [0.0, 150.0, 300.0, 0.0]);
        // The two edges that pass the second column share one bend.
        let bends = layout.pieces.iter().filter(|piece| piece.start.is_none() && piece.is_last).count();
        assert_eq!(bends, 1);
    }

    #[test]
    fn nodes_can_be_aligned_at_the_right() {
        let mut diagram = diagram(4, &[(0, 1), (1, 2)]);
        diagram.from_right[3] = Some(0);
        assert_eq!(lay_out(&diagram).places[3].0, 300.0);
    }

    #[test]
    fn the_layout_of_a_thousand_nodes_is_deterministic() {
        let edges: Vec<(usize, usize)> =
            (0..950).flat_map(|node| [(node, 900 + node % 50), (node, 950 + node % 7)]).collect();
        let (one, other) = (lay_out(&diagram(1_000, &edges)), lay_out(&diagram(1_000, &edges)));
        assert_eq!((&one.places, one.pieces.len()), (&other.places, other.pieces.len()));
        assert!(one.height < 1_000.0 * 2.0 * (20.0 + GAP), "{}", one.height);
    }

    #[test]
    fn a_long_chain_has_no_more_bends_than_allowed() {
        // Each node needs the next, and the first needs all.
        let edges: Vec<(usize, usize)> = (1..400).flat_map(|node| [(node - 1, node), (0, node)]).collect();
        let layout = lay_out(&diagram(400, &edges));
        assert!(layout.pieces.iter().filter(|piece| piece.start.is_none()).count() <= 2 * MAX_BENDS);
        assert!(
            layout.pieces.iter().any(|piece| piece.start == Some(0) && piece.end == 399 && piece.is_last)
        );
    }

    #[test]
    fn cycles_lead_back() {
        let layout = lay_out(&diagram(3, &[(0, 1), (1, 2), (2, 1), (2, 2)]));
        assert_eq!(layout.pieces.iter().filter(|piece| piece.is_back).count(), 2);
        assert!(layout.places[0].0 < layout.places[1].0 && layout.places[1].0 < layout.places[2].0);
    }

    proptest! {
        #[test]
        fn nodes_never_overlap_and_each_edge_is_drawn(
            edges in prop::collection::vec((0_usize..12, 0_usize..12), 0..40)
        ) {
            let layout = lay_out(&diagram(12, &edges));
            for (one, place) in layout.places.iter().enumerate() {
                for other in &layout.places[one + 1..] {
                    prop_assert!(place.0 != other.0 || (place.1 - other.1).abs() >= 20.0 + GAP - 1e-6);
                }
                prop_assert!(place.1 >= 10.0 - 1e-6 && place.1 <= layout.height - 10.0 + 1e-6);
            }
            for (from, to) in edges {
                prop_assert!(layout.pieces.iter().any(|piece| piece.start == Some(from) && piece.end == to));
                prop_assert!(layout.pieces.iter().any(|piece| piece.end == to && piece.is_last));
            }
        }
    }
}
