//! Input of the report on a layer.

use crate::oci::layer::{Layer, StagedLayer};
use crate::solve::plan::Plan;

/// A layer that was written.
#[derive(Debug)]
pub struct LayerReport<'layer> {
    pub(super) plan: &'layer Plan,
    pub(super) layer: &'layer Layer,
    pub(super) written: &'layer StagedLayer,
}

impl<'layer> LayerReport<'layer> {
    /// Creates the report on the layer of a Plan.
    pub fn new(plan: &'layer Plan, layer: &'layer Layer, written: &'layer StagedLayer) -> Self {
        Self { plan, layer, written }
    }
}
