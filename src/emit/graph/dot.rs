//! `sodeb graph --format dot`: the DOT language of Graphviz.
//!
//! An ID in double quotes may contain anything; `\"` is the only escape of the language itself. Labels and tooltips are
//! escStrings, in which a backslash begins a sequence (`\N`, `\l` …) and `&` begins a character reference, so that both
//! are escaped (<https://graphviz.org/doc/info/lang.html>, <https://graphviz.org/docs/attr-types/escString/>). Nodes are
//! named by number.

use super::drawing::{Drawing, DrawnNode, NodeClass};
use crate::emit::lines::Lines;
use crate::emit::quote::{backslashed, quoted};
use crate::solve::graph::Graph;

/// Writes a graph in the DOT language.
pub fn graph_dot(graph: &Graph) -> String {
    let drawing = Drawing::new(graph);
    let mut text = Lines::default();
    text.line(format_args!(
        "digraph sodeb {{\n  label={};\n  labelloc=t;\n  rankdir=LR;\n  ranksep=1.2;\n  nodesep=0.12;\n  \
         fontname=\"sans-serif\";\n  node [shape=box, style=\"rounded,filled\", color=\"#57606a\", \
         fontname=\"monospace\", fontsize=10, height=0.3];\n  edge [color=\"#8c959f\", arrowsize=0.6, \
         fontname=\"monospace\", fontsize=8];",
        quoted(&drawing.title, reference)
    ));
    for (number, group) in drawing.groups.iter().enumerate() {
        text.line(format_args!(
            "  subgraph cluster_{number} {{\n    label={};\n    labelloc=t;\n    color=\"#d0d7de\";",
            quoted(&group.label, reference)
        ));
        for place in &group.nodes {
            // The label of the group contains the name of the package.
            let shown = &drawing.nodes[*place];
            text.line(format_args!("    {}", node(*place, shown, None)));
        }
        text.line("  }");
    }
    for (place, shown) in drawing.ungrouped() {
        text.line(format_args!("  {}", node(place, shown, shown.detail.as_deref())));
    }
    for arrow in &drawing.edges {
        let mut attributes = Vec::new();
        if !arrow.names.is_empty() {
            attributes.push(format!("label={}", quoted(&arrow.names.join(", "), reference)));
        }
        if arrow.is_opened {
            attributes.push("style=dashed".to_owned());
        }
        let attributes = match attributes.is_empty() {
            true => String::new(),
            false => format!(" [{}]", attributes.join(", ")),
        };
        text.line(format_args!("  n{} -> n{}{attributes};", arrow.from, arrow.to));
    }
    text.line("}");
    text.into_text()
}

fn node(place: usize, shown: &DrawnNode, detail: Option<&str>) -> String {
    let lines = [Some(shown.label.as_str()), detail].into_iter().flatten();
    let label: Vec<String> = lines.map(|line| backslashed(line, reference)).collect();
    format!(
        "n{place} [label=\"{}\", tooltip={}, fillcolor=\"{}\"];",
        label.join("\\n"),
        quoted(&shown.tip, reference),
        colour(shown.class)
    )
}

/// Escapes the character that begins a character reference.
fn reference(character: char) -> Option<String> {
    (character == '&').then(|| "&amp;".to_owned())
}

fn colour(class: NodeClass) -> &'static str {
    match class {
        NodeClass::Start => "#b6d7ff",
        NodeClass::App => "#ddf4ff",
        NodeClass::Base => "#eaeef2",
        NodeClass::Package => "#dafbe1",
        NodeClass::Missing => "#fff8c5",
        NodeClass::Host => "#eee4ff",
        NodeClass::Unresolved => "#ffcecb",
    }
}
