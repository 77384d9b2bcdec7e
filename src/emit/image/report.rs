//! Input of the report on an image.

use crate::oci::image::Image;
use crate::oci::layer::Layer;
use crate::solve::plan::Plan;

/// Limitations of the checks that every image gets.
pub(super) const NOT_CHECKED: [&str; 3] = [
    "files of the base that neither the trees nor what the image starts load",
    "libraries opened by names that are composed at run time",
    "rules that apply to finished images only: `sodeb audit` lists and applies them",
];

/// An image that was composed.
pub struct ImageReport<'image> {
    /// Plan of its libraries.
    pub plan: &'image Plan,
    /// Layer with the libraries.
    pub libraries: &'image Layer,
    /// Path or reference of the output.
    pub output: &'image str,
    /// Format of the output: `oci`, `tar` or `registry`.
    pub format: &'static str,
    /// Image.
    pub image: &'image Image,
    /// Number of blobs that were uploaded to a registry, and of those that it already had.
    pub sent: Option<(usize, usize)>,
    /// Files that were left out, with the reasons.
    pub notes: &'image [String],
}
