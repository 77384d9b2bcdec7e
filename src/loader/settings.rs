//! Settings of the dynamic linker: the environment that an image sets, and the machine that it runs on.

use super::platform::CpuLevel;
use crate::vocabulary::{Grade, RootedPath};

/// Environment and machine that objects are linked for.
#[derive(Clone, Debug)]
pub struct LinkerSettings {
    /// LD_LIBRARY_PATH.
    pub ld_library_path: Option<Vec<u8>>,
    /// Working directory: relative and empty elements of search paths start from it.
    pub workdir: RootedPath,
    /// CPU level up to which glibc-hwcaps sub-directories are searched.
    pub cpu_level: CpuLevel,
    /// Edges for which the tried paths are recorded.
    pub traces: Traces,
    /// Lowest grade of the libraries opened at run time that are loaded; none if only those in DT_NEEDED are.
    pub runtime_loads: Option<Grade>,
}

/// Edges for which the tried paths are recorded: a tree has hundreds of thousands of edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traces {
    /// No edge.
    None,
    /// Edges whose library is missing.
    Missing,
    /// Every edge.
    All,
}

impl Default for LinkerSettings {
    fn default() -> Self {
        Self {
            ld_library_path: None,
            workdir: RootedPath::root(),
            cpu_level: CpuLevel::V3,
            traces: Traces::None,
            runtime_loads: None,
        }
    }
}
