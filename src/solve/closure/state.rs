//! Everything that is known while a closure is computed.

use std::collections::{BTreeMap, BTreeSet};

use super::inputs::ClosureInputs;
use super::options::ClosureOptions;
use super::read_package::ReadPackage;
use super::requirements::Requirements;
use crate::app::{LinkedApps, StartObject};
use crate::debian::catalog::Catalog;
use crate::solve::resolve::Status;
use crate::solve::solver::RequirementId;
use crate::vocabulary::{PackageName, Soname};

/// State of a closure.
pub(super) struct ClosureState<'trees> {
    pub(super) inputs: ClosureInputs<'trees>,
    pub(super) catalog: &'trees dyn Catalog,
    pub(super) options: &'trees ClosureOptions,
    pub(super) requirements: Requirements,
    /// Requirements that have to be met whatever is chosen.
    pub(super) wanted: Vec<RequirementId>,
    /// Packages whose .debs were read.
    pub(super) packages: BTreeMap<PackageName, ReadPackage>,
    /// Packages whose .debs cannot be read, with the cause: their needs are not known.
    pub(super) unread: BTreeMap<PackageName, String>,
    /// Packages that only a comparison would need, and that are not known without a download.
    pub(super) unknown: BTreeSet<PackageName>,
}

impl ClosureState<'_> {
    /// Returns the sonames that no package provides; the resolution has problems for them already.
    pub(super) fn unprovided(&self) -> BTreeSet<&Soname> {
        let is_unprovided = |status| matches!(status, Status::Unresolved | Status::Host | Status::OffPath);
        let answers = self.inputs.resolution.sonames.iter();
        answers.filter(|answer| is_unprovided(answer.status)).map(|answer| &answer.soname).collect()
    }

    /// Returns the start objects for the target that have to load.
    pub(super) fn starts<'linked, 'root>(
        &self,
        linked: &'linked LinkedApps<'root>,
    ) -> Vec<&'linked StartObject<'root>> {
        let target = self.inputs.target;
        linked
            .required()
            .map(|(_, start)| start)
            .filter(|start| target.matches(start.map.start().facts))
            .collect()
    }
}
