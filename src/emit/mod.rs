//! Answers as text and JSON: pure functions from a stage's value to what is printed, one format a file.

mod audit;
mod check;
mod diff;
mod graph;
mod html;
mod image;
mod image_html;
mod included;
mod index_check;
mod index_find;
mod index_json;
mod index_statistics;
mod index_text;
mod layer;
mod lock_json;
mod lock_text;
mod manifest;
mod plan_json;
mod printable;
mod problem_json;
mod problems;
mod releases;
mod resolve_html;
mod resolve_json;
mod resolve_text;
mod style;
mod target_json;
mod tree_json;
mod tree_text;
mod why;
mod words;
mod xml;

pub use audit::{
    audit_html, audit_json, audit_jsonl, audit_junit, audit_sarif, audit_text, rule_text, rules_json,
    rules_text, unread_jsonl,
};
pub use check::{check_json, check_text};
pub use diff::{diff_json, diff_text};
pub use graph::{MERMAID_EDGES, MERMAID_LETTERS, graph_dot, graph_json, graph_mermaid, graph_svg};
pub use image::{ImageReport, image_json, image_text, images_json, images_text};
pub use image_html::image_html;
pub use index_check::{CheckAnswer, index_check_json, index_check_text};
pub use index_find::{FindAnswer, FindQuestion, FoundIn, index_find_json, index_find_text};
pub use index_json::index_show_json;
pub use index_statistics::{StatisticsAnswer, index_stats_json, index_stats_text};
pub use index_text::index_show_text;
pub use layer::{LayerReport, layer_json, layer_text};
pub use lock_json::lock_json;
pub use lock_text::lock_text;
pub use manifest::{ManifestError, ManifestFault, ManifestFormat, manifest};
pub(crate) use problems::{problem_of_script, problems};
pub use releases::{releases_json, releases_text};
pub use resolve_html::resolve_html;
pub use resolve_json::resolve_json;
pub use resolve_text::resolve_text;
pub use tree_json::tree_json;
pub use tree_text::tree_text;
pub use why::{SHOWN_CHAINS, why_json, why_text};

use crate::app::Role;

/// The word for a role in the tree schema.
fn kind_of(role: Role) -> &'static str {
    match role {
        Role::Program => "program",
        Role::PythonExtension | Role::RubyExtension | Role::NodeAddon => "extension",
        Role::Library => "library",
    }
}
