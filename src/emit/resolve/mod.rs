//! `sodeb resolve`, for one release and for all of them.

mod html;
mod json;
mod problem_rules;
mod releases_json;
mod releases_text;
mod rows;
mod text;
mod unread;

pub use html::resolve_html;
pub use json::resolve_json;
pub(super) use problem_rules::{problem_finding, rules_of};
pub use releases_json::releases_json;
pub use releases_text::releases_text;
pub use text::resolve_text;
