//! `sodeb graph`: the graph of what is loaded. [`graph_json`] writes all of it; the pictures ([`graph_dot`],
//! [`graph_mermaid`], [`graph_svg`]) show one simpler [`drawing`] of it.

mod dot;
mod drawing;
mod json;
mod layout;
mod mermaid;
mod svg;
#[cfg(test)]
mod tests;

pub use dot::graph_dot;
pub use json::graph_json;
pub use mermaid::{MERMAID_EDGES, MERMAID_LETTERS, graph_mermaid};
pub use svg::graph_svg;
