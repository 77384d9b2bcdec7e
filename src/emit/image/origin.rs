//! Origin of a layer, in the words of reports.

use crate::oci::image::{ImageLayer, LayerOrigin};
use crate::vocabulary::RootedPath;

/// Returns the word for the origin of a layer, and for an app its mount point.
pub(super) fn origin(layer: &ImageLayer) -> (&'static str, Option<&RootedPath>) {
    match &layer.origin {
        LayerOrigin::Base => ("base", None),
        LayerOrigin::Libraries => ("libraries", None),
        LayerOrigin::App(at) => ("app", Some(at)),
    }
}
