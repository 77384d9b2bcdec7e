//! `sodeb layer`: the report on a layer that was written.

mod json;
mod packages;
mod report;
mod text;

pub use json::layer_json;
pub(super) use packages::{PackageInLayerRow, package_lines, package_rows};
pub use report::LayerReport;
pub use text::layer_text;
