//! Result of an audit of one image, before a project's policy is applied.

use std::collections::BTreeMap;

use super::finding::Finding;
use super::sizes::{AuditedObject, LayerSize};
use crate::solve::graph::Graph;
use crate::solve::resolve::Resolution;
use crate::vocabulary::RootedPath;

/// Findings and facts of one image.
#[derive(Debug)]
pub struct Audited {
    /// Findings, sorted by rule, subject and path.
    pub findings: Vec<Finding>,
    /// Sizes by layer and owner.
    pub sizes: Vec<LayerSize>,
    /// Number of regular files.
    pub files: usize,
    /// Objects that a dynamic linker could load, by their paths with links resolved.
    pub objects: BTreeMap<RootedPath, AuditedObject>,
    /// Packages that provide what is missing, and the index in which they were looked up.
    pub resolution: Resolution,
    /// Graph of what each object loads.
    pub graph: Graph,
    /// True if any program may be started, since the image names none or a shell.
    pub may_start_anything: bool,
}
