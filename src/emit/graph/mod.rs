//! The graph of what is loaded, for other programs: [`graph_json`] has all of it, and the pictures ([`graph_dot`],
//! [`graph_mermaid`], [`graph_svg`]) show the same simpler [`drawing`] of it.

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
