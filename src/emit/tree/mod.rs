//! `sodeb tree`.

mod json;
mod problems;
mod text;

pub use json::tree_json;
pub(crate) use problems::link_problems;
pub use text::tree_text;
