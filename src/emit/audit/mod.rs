//! `sodeb audit`: findings of images, one format a file.

mod details;
mod html;
mod json;
mod jsonl;
mod junit;
mod rules;
mod sarif;
mod text;

pub use html::audit_html;
pub use json::audit_json;
pub use jsonl::{audit_jsonl, unread_jsonl};
pub use junit::audit_junit;
pub use rules::{rule_text, rules_json, rules_text};
pub use sarif::audit_sarif;
pub use text::audit_text;
