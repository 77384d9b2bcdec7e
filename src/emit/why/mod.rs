//! `sodeb why`.

mod json;
mod text;

pub use json::why_json;
pub use text::{SHOWN_CHAINS, why_text};
