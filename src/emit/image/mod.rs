//! `sodeb image`: the report on an image that was composed.

mod html;
mod json;
mod origin;
mod report;
mod text;

pub use html::image_html;
pub use json::{image_json, images_json};
pub use report::ImageReport;
pub use text::{image_text, images_text};
