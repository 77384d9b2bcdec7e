//! Output formats: pure functions from the result of a stage to text, JSON or a page. Each command has a directory, each
//! format a file in it.

mod audit;
mod choice;
mod diff;
mod drawn;
mod escape;
#[cfg(test)]
#[path = "../../tests/support/golden.rs"]
mod golden;
mod graph;
mod html;
mod humanize;
mod image;
mod inclusions;
mod index;
mod layer;
mod lines;
mod lock;
mod manifest;
mod problem_lines;
mod quote;
mod resolve;
mod rows;
mod style;
mod tree;
mod why;

pub use audit::{
    audit_html, audit_json, audit_jsonl, audit_junit, audit_sarif, audit_text, rule_text, rules_json,
    rules_text, unread_jsonl,
};
pub use diff::{diff_json, diff_text};
pub use graph::{MERMAID_EDGES, MERMAID_LETTERS, graph_dot, graph_json, graph_mermaid, graph_svg};
pub use image::{ImageReport, image_html, image_json, image_text, images_json, images_text};
pub use index::{
    CheckAnswer, FindAnswer, FindQuestion, FoundIn, StatisticsAnswer, index_check_json, index_check_text,
    index_find_json, index_find_text, index_show_json, index_show_text, index_stats_json, index_stats_text,
};
pub use layer::{LayerReport, layer_json, layer_text};
pub use lock::{check_json, check_text, lock_json, lock_text};
pub use manifest::{ManifestError, ManifestFault, ManifestFormat, manifest};
pub(crate) use quote::shell as shell_word;
pub use resolve::{releases_json, releases_text, resolve_html, resolve_json, resolve_text};
pub(crate) use tree::link_problems;
pub use tree::{tree_json, tree_text};
pub use why::{SHOWN_CHAINS, why_json, why_text};
