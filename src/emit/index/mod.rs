//! `sodeb index`.

mod check;
mod find;
mod show_json;
mod show_text;
mod statistics;

pub use check::{CheckAnswer, index_check_json, index_check_text};
pub use find::{FindAnswer, FindQuestion, FoundIn, index_find_json, index_find_text};
pub use show_json::index_show_json;
pub use show_text::index_show_text;
pub use statistics::{StatisticsAnswer, index_stats_json, index_stats_text};
