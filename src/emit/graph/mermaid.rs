//! `sodeb graph --format mermaid`: a flowchart in Mermaid's language.
//!
//! A label in double quotes ends at the next one; inside, `#NN;` stands for the character of that number
//! (<https://mermaid.js.org/syntax/flowchart.html#special-characters-that-break-syntax>). Labels may be shown as HTML
//! or as Markdown, and directives and comments are taken out before anything is parsed; so everything but letters,
//! digits and what is common in names is written as its number.

use std::fmt::Write as _;

use super::drawing::{Drawing, Look, Shown};
use crate::solve::graph::Graph;

/// As many edges as Mermaid draws unless its `maxEdges` is raised, which a diagram can't do by itself.
pub const MERMAID_EDGES: usize = 500;

/// As many letters as Mermaid reads unless its `maxTextSize` is raised.
pub const MERMAID_LETTERS: usize = 50_000;

/// Characters beside letters and digits that mean nothing in Mermaid's labels.
const PLAIN: &str = " ./_-+,~";

/// A graph as a Mermaid flowchart, and how many edges it has.
pub fn graph_mermaid(graph: &Graph) -> (String, usize) {
    let drawing = Drawing::of(graph);
    let mut text = String::from("flowchart LR\n");
    let mut is_grouped = vec![false; drawing.nodes.len()];
    for (number, group) in drawing.groups.iter().enumerate() {
        // Writing to a String can't fail.
        let _ = writeln!(text, "  subgraph g{number}[\"{}\"]", escaped(&group.label));
        for place in &group.nodes {
            is_grouped[*place] = true;
            node(&mut text, "    ", *place, &drawing.nodes[*place]);
        }
        text.push_str("  end\n");
    }
    for (place, shown) in drawing.nodes.iter().enumerate().filter(|(place, _)| !is_grouped[*place]) {
        node(&mut text, "  ", place, shown);
    }
    for arrow in &drawing.edges {
        let line = if arrow.is_opened { "-.->" } else { "-->" };
        let label = match arrow.names.is_empty() {
            true => String::new(),
            false => format!("|\"{}\"|", escaped(&arrow.names.join(", "))),
        };
        let _ = writeln!(text, "  n{} {line}{label} n{}", arrow.from, arrow.to);
    }
    for look in Look::ALL {
        let alike = drawing.nodes.iter().enumerate().filter(|(_, shown)| shown.look == look);
        let names: Vec<String> = alike.map(|(place, _)| format!("n{place}")).collect();
        if !names.is_empty() {
            let _ = writeln!(
                text,
                "  classDef {0} {1}\n  class {2} {0}",
                look.class(),
                style(look),
                names.join(",")
            );
        }
    }
    (text, drawing.edges.len())
}

fn node(text: &mut String, indent: &str, place: usize, shown: &Shown) {
    // In a package's group its name need not stand on every node.
    let detail = shown.detail.as_ref().filter(|_| indent.len() == 2);
    let lines: Vec<String> =
        [Some(&shown.label), detail].into_iter().flatten().map(|line| escaped(line)).collect();
    let _ = writeln!(text, "{indent}n{place}[\"{}\"]", lines.join("<br/>"));
}

fn escaped(words: &str) -> String {
    let mut text = String::new();
    for character in words.chars() {
        if character.is_alphanumeric() || PLAIN.contains(character) {
            text.push(character);
        } else {
            let _ = write!(text, "#{};", u32::from(character));
        }
    }
    text
}

fn style(look: Look) -> &'static str {
    match look {
        Look::Start => "fill:#b6d7ff,stroke:#0969da,color:#1f2328",
        Look::App => "fill:#ddf4ff,stroke:#54aeff,color:#1f2328",
        Look::Base => "fill:#eaeef2,stroke:#8c959f,color:#1f2328",
        Look::Package => "fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
        Look::Lacked => "fill:#fff8c5,stroke:#9a6700,color:#1f2328",
        Look::Host => "fill:#eee4ff,stroke:#8250df,color:#1f2328",
        Look::Unresolved => "fill:#ffcecb,stroke:#cf222e,color:#1f2328",
    }
}
