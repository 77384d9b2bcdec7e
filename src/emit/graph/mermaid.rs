//! `sodeb graph --format mermaid`: a flowchart in Mermaid's language.
//!
//! A label in double quotes ends at the next one; in it, `#NN;` stands for the character of that number
//! (<https://mermaid.js.org/syntax/flowchart.html#special-characters-that-break-syntax>). Labels may be rendered as HTML
//! or Markdown, and directives and comments are removed before parsing; so everything except letters, digits and what is
//! common in names is written as its number.

use std::fmt::Write as _;

use super::drawing::{Drawing, DrawnNode, NodeClass};
use crate::emit::lines::Lines;
use crate::solve::graph::Graph;

/// Maximum number of edges that Mermaid draws unless `maxEdges` is raised, which a diagram cannot do itself.
pub const MERMAID_EDGES: usize = 500;

/// Maximum number of letters that Mermaid reads unless `maxTextSize` is raised.
pub const MERMAID_LETTERS: usize = 50_000;

/// Characters besides letters and digits without a meaning in Mermaid's labels.
const PLAIN: &str = " ./_-+,~";

/// Writes a graph as a Mermaid flowchart; also returns its number of edges.
pub fn graph_mermaid(graph: &Graph) -> (String, usize) {
    let drawing = Drawing::new(graph);
    let mut text = Lines::default();
    text.line("flowchart LR");
    for (number, group) in drawing.groups.iter().enumerate() {
        text.line(format_args!("  subgraph g{number}[\"{}\"]", escaped(&group.label)));
        for place in &group.nodes {
            // The label of the group contains the name of the package.
            text.line(format_args!("    {}", node(*place, &drawing.nodes[*place], None)));
        }
        text.line("  end");
    }
    for (place, shown) in drawing.ungrouped() {
        text.line(format_args!("  {}", node(place, shown, shown.detail.as_deref())));
    }
    for arrow in &drawing.edges {
        let line = if arrow.is_opened { "-.->" } else { "-->" };
        let label = match arrow.names.is_empty() {
            true => String::new(),
            false => format!("|\"{}\"|", escaped(&arrow.names.join(", "))),
        };
        text.line(format_args!("  n{} {line}{label} n{}", arrow.from, arrow.to));
    }
    for class in NodeClass::ALL {
        let members = drawing.nodes.iter().enumerate().filter(|(_, shown)| shown.class == class);
        let members: Vec<String> = members.map(|(place, _)| format!("n{place}")).collect();
        if !members.is_empty() {
            let (name, style) = (class.name(), style(class));
            text.line(format_args!("  classDef {name} {style}\n  class {} {name}", members.join(",")));
        }
    }
    (text.into_text(), drawing.edges.len())
}

fn node(place: usize, shown: &DrawnNode, detail: Option<&str>) -> String {
    let lines = [Some(shown.label.as_str()), detail].into_iter().flatten();
    let lines: Vec<String> = lines.map(escaped).collect();
    format!("n{place}[\"{}\"]", lines.join("<br/>"))
}

fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        if character.is_alphanumeric() || PLAIN.contains(character) {
            escaped.push(character);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(escaped, "#{};", u32::from(character));
        }
    }
    escaped
}

fn style(class: NodeClass) -> &'static str {
    match class {
        NodeClass::Start => "fill:#b6d7ff,stroke:#0969da,color:#1f2328",
        NodeClass::App => "fill:#ddf4ff,stroke:#54aeff,color:#1f2328",
        NodeClass::Base => "fill:#eaeef2,stroke:#8c959f,color:#1f2328",
        NodeClass::Package => "fill:#dafbe1,stroke:#1a7f37,color:#1f2328",
        NodeClass::Missing => "fill:#fff8c5,stroke:#9a6700,color:#1f2328",
        NodeClass::Host => "fill:#eee4ff,stroke:#8250df,color:#1f2328",
        NodeClass::Unresolved => "fill:#ffcecb,stroke:#cf222e,color:#1f2328",
    }
}
