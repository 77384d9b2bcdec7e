//! Trees and base as the arguments name them.

use std::path::PathBuf;

use crate::cli::arguments::{CatalogArguments, PlaceArguments};
use crate::tree::inventory::ReadDepth;
use crate::vocabulary::Architecture;

/// The trees that the arguments name.
pub(super) struct SourceQuestion<'arguments> {
    pub(super) paths: &'arguments [PathBuf],
    pub(super) place: &'arguments PlaceArguments,
    /// How packages are looked up, for a base that is described by its packages; none for a command that does not.
    pub(super) catalog: Option<&'arguments CatalogArguments>,
    /// Whether the arguments forbid the network.
    pub(super) offline: bool,
    /// The architecture that is asked for.
    pub(super) architecture: Option<Architecture>,
    pub(super) depth: ReadDepth,
}
