//! Input of the reports on indices: one answer for each target.

use serde::Serialize;

use crate::debian::catalog::{FoundLibraries, Provenance};
use crate::debian::library_index::{FoundObjects, LibraryIndexStatistics};
use crate::solve::closure::{ReleaseCheck, SharedName};

/// Search of `sodeb index find`, as the user typed it.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct FindQuestion<'answer> {
    /// PATTERN.
    pub pattern: Option<&'answer str>,
    /// `--package`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<&'answer str>,
    /// `--soname`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub soname: Option<&'answer str>,
    /// `--version`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<&'answer str>,
    /// `--needs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<&'answer str>,
}

/// Result of a search in one target.
#[derive(Debug)]
pub struct FindAnswer {
    /// Provenance of the catalog.
    pub provenance: Provenance,
    /// Libraries that match.
    pub found: FoundIn,
}

/// Libraries that match a search, by the index that was searched.
#[derive(Debug)]
pub enum FoundIn {
    /// Catalog, which contains paths and packages.
    Catalog(FoundLibraries),
    /// Library index, which contains objects.
    LibraryIndex {
        /// Objects that match.
        objects: FoundObjects,
        /// Number of packages with libraries that no library index contains.
        unknown_packages: usize,
    },
}

impl FindAnswer {
    /// True if nothing was found.
    pub fn is_empty(&self) -> bool {
        match &self.found {
            FoundIn::Catalog(found) => found.libraries.is_empty(),
            FoundIn::LibraryIndex { objects, .. } => objects.objects.is_empty(),
        }
    }

    /// True if more libraries match than were requested.
    pub fn is_truncated(&self) -> bool {
        match &self.found {
            FoundIn::Catalog(found) => found.is_truncated,
            FoundIn::LibraryIndex { objects, .. } => objects.is_truncated,
        }
    }
}

/// Statistics of one target.
#[derive(Debug)]
pub struct StatisticsAnswer {
    /// Provenance of the catalog that defines the target's packages.
    pub provenance: Provenance,
    /// Statistics of the target's packages in the library indices.
    pub statistics: LibraryIndexStatistics,
    /// Number of packages with libraries that no library index contains.
    pub unknown_packages: usize,
}

/// Check of one target for consistency.
#[derive(Debug)]
pub struct CheckAnswer {
    /// Provenance of the catalog that defines the target's packages.
    pub provenance: Provenance,
    /// Result of the check.
    pub check: ReleaseCheck,
    /// Names that several packages provide, with the choice for each object that needs them.
    pub shared_names: Vec<SharedName>,
}
