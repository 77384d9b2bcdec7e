//! `sodeb graph --format dot`: the DOT language of Graphviz.
//!
//! An ID in double quotes may hold anything; `\"` is the only escape of the language itself. Labels and tooltips
//! are escStrings, in which a backslash begins a sequence (`\N`, `\l` …), and `&` begins a character reference, so
//! that both are written as what stands for them (<https://graphviz.org/doc/info/lang.html>,
//! <https://graphviz.org/docs/attr-types/escString/>). Nodes are named by number.

use std::fmt::Write as _;

use super::drawing::{Drawing, Look, Shown};
use crate::solve::graph::Graph;

/// A graph in the DOT language.
pub fn graph_dot(graph: &Graph) -> String {
    let drawing = Drawing::of(graph);
    let mut text = format!(
        "digraph sodeb {{\n  label={};\n  labelloc=t;\n  rankdir=LR;\n  ranksep=1.2;\n  nodesep=0.12;\n  \
         fontname=\"sans-serif\";\n  node [shape=box, style=\"rounded,filled\", color=\"#57606a\", \
         fontname=\"monospace\", fontsize=10, height=0.3];\n  edge [color=\"#8c959f\", arrowsize=0.6, \
         fontname=\"monospace\", fontsize=8];\n",
        quoted(&drawing.title)
    );
    let mut is_grouped = vec![false; drawing.nodes.len()];
    for (number, group) in drawing.groups.iter().enumerate() {
        // Writing to a String can't fail.
        let _ = writeln!(
            text,
            "  subgraph cluster_{number} {{\n    label={};\n    labelloc=t;\n    color=\"#d0d7de\";",
            quoted(&group.label)
        );
        for place in &group.nodes {
            is_grouped[*place] = true;
            node(&mut text, "    ", *place, &drawing.nodes[*place]);
        }
        text.push_str("  }\n");
    }
    for (place, shown) in drawing.nodes.iter().enumerate().filter(|(place, _)| !is_grouped[*place]) {
        node(&mut text, "  ", place, shown);
    }
    for arrow in &drawing.edges {
        let mut attributes = Vec::new();
        if !arrow.names.is_empty() {
            attributes.push(format!("label={}", quoted(&arrow.names.join(", "))));
        }
        if arrow.is_opened {
            attributes.push("style=dashed".to_owned());
        }
        let attributes = match attributes.is_empty() {
            true => String::new(),
            false => format!(" [{}]", attributes.join(", ")),
        };
        let _ = writeln!(text, "  n{} -> n{}{attributes};", arrow.from, arrow.to);
    }
    text.push_str("}\n");
    text
}

fn node(text: &mut String, indent: &str, place: usize, shown: &Shown) {
    // In a package's group its name need not stand on every node.
    let detail = shown.detail.as_ref().filter(|_| indent.len() == 2);
    let lines: Vec<String> =
        [Some(&shown.label), detail].into_iter().flatten().map(|line| escaped(line)).collect();
    let _ = writeln!(
        text,
        "{indent}n{place} [label=\"{}\", tooltip={}, fillcolor=\"{}\"];",
        lines.join("\\n"),
        quoted(&shown.tip),
        colour(shown.look)
    );
}

fn quoted(words: &str) -> String {
    format!("\"{}\"", escaped(words))
}

fn escaped(words: &str) -> String {
    words.replace('\\', "\\\\").replace('"', "\\\"").replace('&', "&amp;")
}

fn colour(look: Look) -> &'static str {
    match look {
        Look::Start => "#b6d7ff",
        Look::App => "#ddf4ff",
        Look::Base => "#eaeef2",
        Look::Package => "#dafbe1",
        Look::Lacked => "#fff8c5",
        Look::Host => "#eee4ff",
        Look::Unresolved => "#ffcecb",
    }
}
