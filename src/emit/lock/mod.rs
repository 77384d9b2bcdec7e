//! `sodeb lock` and `sodeb lock --check`.

mod check_json;
mod check_text;
mod json;
mod text;

pub use check_json::check_json;
pub use check_text::check_text;
pub use json::lock_json;
pub use text::lock_text;
