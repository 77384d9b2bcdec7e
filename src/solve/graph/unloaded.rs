//! Needed names for which no object is loaded.

use super::model::NeededName;
use crate::solve::resolve::{Resolution, Status};
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// A needed name for which no object is loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnloadedName {
    /// Status of the soname.
    pub status: Status,
    /// Path of the file in the package, or the path where it lies although the search does not find it.
    pub path: Option<RootedPath>,
    /// Package that would provide it.
    pub package: Option<PackageName>,
}

impl UnloadedName {
    /// A name that nothing is known of.
    pub const UNRESOLVED: Self = Self { status: Status::Unresolved, path: None, package: None };

    /// Returns the answer of a resolution for a name.
    pub fn of(resolution: &Resolution, soname: &Soname) -> Self {
        let found = resolution.sonames.binary_search_by(|answer| answer.soname.cmp(soname));
        let Some(answer) = found.ok().and_then(|place| resolution.sonames.get(place)) else {
            return Self::UNRESOLVED;
        };
        Self {
            status: answer.status,
            path: answer.path.clone(),
            package: answer.package.as_ref().map(|(package, _)| package.clone()),
        }
    }

    pub(super) fn node(self, soname: &Soname) -> (NeededName, Option<PackageName>) {
        (NeededName { soname: soname.clone(), status: self.status, path: self.path }, self.package)
    }
}
