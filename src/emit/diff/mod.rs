//! `sodeb diff`.

mod json;
mod text;

pub use json::diff_json;
pub use text::diff_text;
