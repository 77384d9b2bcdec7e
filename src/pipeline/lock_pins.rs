//! Catalogs that keep the package versions of an existing lock.

use std::collections::BTreeSet;

use super::Catalogs;
use crate::solve::plan::{PinnedCatalog, Plan};
use crate::vocabulary::PackageName;

/// Packages of a lock that may get a new version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum LockUpdate {
    /// No package.
    #[default]
    None,
    /// Every package.
    All,
    /// These packages.
    Named(BTreeSet<PackageName>),
}

impl Catalogs {
    /// Keeps the lock's version of each package that is not updated. A lock for another release or architecture has no
    /// effect.
    pub fn pinned_to(self, lock: &Plan, update: &LockUpdate) -> Self {
        if self.main.provenance().target != lock.provenance.target {
            return self;
        }
        let updated = match update {
            LockUpdate::All => return self,
            LockUpdate::None => &BTreeSet::new(),
            LockUpdate::Named(names) => names,
        };
        Self { main: Box::new(PinnedCatalog::new(self.main, lock, updated)), ..self }
    }

    /// Keeps the lock's versions if the index is older than that of the lock: it knows no newer versions.
    pub fn pinned_if_older(self, lock: &Plan) -> Self {
        let is_older = self.main.provenance().date < lock.provenance.date;
        if is_older { self.pinned_to(lock, &LockUpdate::None) } else { self }
    }
}
