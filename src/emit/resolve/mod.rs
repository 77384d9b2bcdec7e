//! `sodeb resolve`, for one release and for all of them.

mod html;
mod json;
mod releases;
mod text;

pub use html::resolve_html;
pub(super) use html::{problem_finding, rules};
pub use json::resolve_json;
pub use releases::{releases_json, releases_text};
pub use text::resolve_text;
