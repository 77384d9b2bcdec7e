//! `sodeb lock` and `sodeb lock --check`.

mod check;
mod json;
mod text;

pub use check::{check_json, check_text};
pub use json::lock_json;
pub use text::lock_text;
