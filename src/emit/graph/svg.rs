//! `sodeb graph --format svg`: a self-contained picture without scripts and fonts.
//!
//! Colours follow the reader's preference (`prefers-color-scheme`). Each node and edge has a `<title>`, which browsers
//! show as a tooltip and read out.

use super::drawing::{Arrow, Drawing, DrawnNode, NodeClass};
use super::layout::{Diagram, Layout, Piece, lay_out};
use crate::emit::escape::markup;
use crate::emit::lines::Lines;
use crate::solve::graph::Graph;

/// Width of a letter of a label: about 0.6 of the size of a monospaced font, in some fonts a little more.
const LETTER: f64 = 7.4;

/// Width of a letter of the second line.
const SMALL_LETTER: f64 = 6.2;

/// Maximum number of letters of a label; the title contains all of them.
const MAX_LETTERS: usize = 44;

const PADDING: f64 = 8.0;
const MARGIN: f64 = 24.0;
const HEAD: f64 = 78.0;
const BETWEEN: f64 = 90.0;

const STYLE: &str = "
text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; font-size: 12px; fill: #1f2328 }
.detail { font-size: 10px; fill: #59636e }
.heading { font-size: 15px; font-weight: bold }
.paper { fill: #ffffff }
.node rect, .key rect { stroke-width: 1; rx: 4px }
.edge { fill: none; stroke: #8c959f; stroke-width: 1; stroke-opacity: 0.75 }
.edge:hover { stroke: #cf222e; stroke-width: 2.5; stroke-opacity: 1 }
.node:hover rect { stroke-width: 2.5 }
.opened { stroke-dasharray: 5 3 }
.head { fill: #8c959f; stroke: none }
.start rect { fill: #b6d7ff; stroke: #0969da }
.app rect { fill: #ddf4ff; stroke: #54aeff }
.base rect { fill: #eaeef2; stroke: #8c959f }
.package rect { fill: #dafbe1; stroke: #1a7f37 }
.missing rect { fill: #fff8c5; stroke: #bf8700 }
.host rect { fill: #eee4ff; stroke: #8250df }
.unresolved rect { fill: #ffcecb; stroke: #cf222e }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 }
.detail { fill: #9198a1 }
.paper { fill: #0d1117 }
.edge { stroke: #6e7681 }
.edge:hover { stroke: #ff7b72 }
.head { fill: #6e7681 }
.start rect { fill: #0c3a75; stroke: #58a6ff }
.app rect { fill: #0b2748; stroke: #388bfd }
.base rect { fill: #21262d; stroke: #6e7681 }
.package rect { fill: #0f3d22; stroke: #3fb950 }
.missing rect { fill: #3d2e00; stroke: #d29922 }
.host rect { fill: #2e1d53; stroke: #a371f7 }
.unresolved rect { fill: #5c1715; stroke: #f85149 }
}
";

/// Draws a graph as a picture.
pub fn graph_svg(graph: &Graph) -> String {
    let drawing = Drawing::new(graph);
    let layout = lay_out(&diagram(&drawing));
    let keys = keys(&drawing);
    let keys_width = keys.iter().map(|(_, left, width)| left + width).fold(0.0, f64::max);
    let title_width = drawing.title.chars().count() as f64 * 9.5;
    let width = layout.width.max(keys_width).max(title_width) + 2.0 * MARGIN;
    let height = layout.height + HEAD + MARGIN;
    let mut text = Lines::default();
    text.line(format_args!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width:.0}\" height=\"{height:.0}\" \
         viewBox=\"0 0 {width:.0} {height:.0}\" role=\"img\" aria-labelledby=\"title description\">\n\
         <title id=\"title\">{}</title>\n<desc id=\"description\">{} nodes, {} edges</desc>\n\
         <style>{STYLE}</style>\n<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n\
         <text class=\"heading\" x=\"{MARGIN}\" y=\"30\">{}</text>",
        markup(&drawing.title),
        drawing.nodes.len(),
        drawing.edges.len(),
        markup(&drawing.title),
    ));
    for (class, left, _) in &keys {
        text.line(format_args!(
            "<g class=\"key {}\"><rect x=\"{:.1}\" y=\"44\" width=\"12\" height=\"12\"/><text class=\"detail\" \
             x=\"{:.1}\" y=\"54\">{}</text></g>",
            class.name(),
            MARGIN + left,
            MARGIN + left + 18.0,
            class.label()
        ));
    }
    text.line(format_args!("<g transform=\"translate({MARGIN} {HEAD})\">"));
    edges(&mut text, &drawing, &layout);
    for (shown, place) in drawing.nodes.iter().zip(&layout.places) {
        text.line(node(shown, *place));
    }
    text.line("</g>\n</svg>");
    text.into_text()
}

fn diagram(drawing: &Drawing) -> Diagram {
    let is_alone = alone(drawing);
    Diagram {
        sizes: drawing.nodes.iter().map(size).collect(),
        edges: drawing.edges.iter().map(|arrow| (arrow.from, arrow.to)).collect(),
        from_right: drawing
            .nodes
            .iter()
            .enumerate()
            .map(|(place, shown)| match shown.class {
                NodeClass::Missing | NodeClass::Host | NodeClass::Unresolved => {
                    Some(usize::from(is_alone.contains(&true)))
                }
                NodeClass::Package if is_alone[place] => Some(0),
                NodeClass::Package | NodeClass::Start | NodeClass::App | NodeClass::Base => None,
            })
            .collect(),
        between: BETWEEN,
    }
}

/// Marks the nodes that are packages without objects of their own.
fn alone(drawing: &Drawing) -> Vec<bool> {
    let mut is_alone = vec![false; drawing.nodes.len()];
    for (place, shown) in drawing.ungrouped() {
        is_alone[place] = shown.class == NodeClass::Package;
    }
    is_alone
}

fn size(shown: &DrawnNode) -> (f64, f64) {
    let letters = columns(&cut(&shown.label)) as f64 * LETTER;
    let small = shown.detail.as_ref().map_or(0.0, |detail| columns(&cut(detail)) as f64 * SMALL_LETTER);
    (letters.max(small) + 2.0 * PADDING, if shown.detail.is_some() { 34.0 } else { 22.0 })
}

/// Returns the width of a text in columns of a terminal: East Asian letters take two.
fn columns(text: &str) -> usize {
    text.chars().map(|letter| if u32::from(letter) >= 0x1100 { 2 } else { 1 }).sum()
}

/// Shortens a long label near its end: the names of extension modules differ before their ABI.
fn cut(label: &str) -> String {
    let count = label.chars().count();
    if count <= MAX_LETTERS {
        return label.to_owned();
    }
    let tail = MAX_LETTERS / 4;
    let head: String = label.chars().take(MAX_LETTERS - tail - 1).collect();
    let tail: String = label.chars().skip(count - tail).collect();
    format!("{head}…{tail}")
}

/// Lists the classes in the drawing, each with its distance from the left and its width.
fn keys(drawing: &Drawing) -> Vec<(NodeClass, f64, f64)> {
    let mut left = 0.0;
    let mut keys = Vec::new();
    let is_drawn = |class: &NodeClass| drawing.nodes.iter().any(|shown| shown.class == *class);
    for class in NodeClass::ALL.into_iter().filter(is_drawn) {
        let width = 18.0 + class.label().len() as f64 * SMALL_LETTER;
        keys.push((class, left, width));
        left += width + 22.0;
    }
    keys
}

fn edges(text: &mut Lines, drawing: &Drawing, layout: &Layout) {
    for piece in &layout.pieces {
        let arrow = piece.start.and_then(|start| drawing.edge(start, piece.end));
        let class = if arrow.is_some_and(|arrow| arrow.is_opened) { "edge opened" } else { "edge" };
        text.line(format_args!(
            "<path class=\"{class}\" d=\"{}\"><title>{}</title></path>",
            curve(piece),
            markup(edge_title(drawing, arrow, piece.end))
        ));
        if piece.is_last {
            let (x, y) = piece.to;
            let back = if piece.is_back { 7 } else { -7 };
            text.line(format_args!("<path class=\"head\" d=\"M{x:.1} {y:.1}l{back} -3.2v6.4z\"/>"));
        }
    }
}

fn curve(piece: &Piece) -> String {
    let ((x1, y1), (x2, y2)) = (piece.from, piece.to);
    if piece.start == Some(piece.end) {
        // Loop at the right of a node that needs itself.
        let (x, above, below) = (x1 + 34.0, y1 - 18.0, y2 + 18.0);
        return format!("M{x1:.1} {:.1}C{x:.1} {above:.1} {x:.1} {below:.1} {x2:.1} {y2:.1}", y1 - 6.0);
    }
    if (y1 - y2).abs() < 0.05 {
        return format!("M{x1:.1} {y1:.1}H{x2:.1}");
    }
    let x = x1.max(piece.past);
    let straight = if x > x1 { format!("H{x:.1}") } else { String::new() };
    let middle = (x + x2) / 2.0;
    format!("M{x1:.1} {y1:.1}{straight}C{middle:.1} {y1:.1} {middle:.1} {y2:.1} {x2:.1} {y2:.1}")
}

fn edge_title(drawing: &Drawing, arrow: Option<&Arrow>, end: usize) -> String {
    let Some(arrow) = arrow else { return format!("→ {}", drawing.nodes[end].label) };
    let names = match arrow.names.is_empty() {
        true => String::new(),
        false => format!(" as {}", arrow.names.join(", ")),
    };
    format!("{} → {}{names}", drawing.nodes[arrow.from].label, drawing.nodes[end].label)
}

fn node(shown: &DrawnNode, (left, middle): (f64, f64)) -> String {
    let (width, height) = size(shown);
    let top = middle - height / 2.0;
    let base_line = if shown.detail.is_some() { middle - 2.0 } else { middle + 4.0 };
    let mut element = format!(
        "<g class=\"node {}\"><title>{}</title><rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" \
         height=\"{height:.0}\"/><text x=\"{:.1}\" y=\"{base_line:.1}\">{}</text>",
        shown.class.name(),
        markup(&shown.tip),
        left + PADDING,
        markup(cut(&shown.label))
    );
    if let Some(detail) = &shown.detail {
        element += &format!(
            "<text class=\"detail\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            left + PADDING,
            middle + 11.0,
            markup(cut(detail))
        );
    }
    element + "</g>"
}
