//! `sodeb index`.

mod answers;
mod check_json;
mod check_text;
mod find_json;
mod find_text;
mod show_json;
mod show_text;
mod stats_json;
mod stats_text;

pub use answers::{CheckAnswer, FindAnswer, FindQuestion, FoundIn, StatisticsAnswer};
pub use check_json::index_check_json;
pub use check_text::index_check_text;
pub use find_json::index_find_json;
pub use find_text::index_find_text;
pub use show_json::index_show_json;
pub use show_text::index_show_text;
pub use stats_json::index_stats_json;
pub use stats_text::index_stats_text;
