//! Packages whose dependencies are unknown.

use std::collections::BTreeMap;

use crate::solve::resolve::{Resolution, UnreadPackage};
use crate::vocabulary::PackageName;

/// Groups the packages whose dependencies are unknown by the cause.
pub(super) fn unread_by_cause(resolution: &Resolution) -> BTreeMap<&str, Vec<&PackageName>> {
    let mut causes: BTreeMap<&str, Vec<&PackageName>> = BTreeMap::new();
    for UnreadPackage { package, cause } in resolution.unread.iter().flatten() {
        causes.entry(cause).or_default().push(package);
    }
    causes
}
