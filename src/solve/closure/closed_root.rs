//! A choice with which everything is found that any package has.

use super::choice::Choice;
use super::overlay::{OverlaidRoot, Overlay};
use crate::app::{LinkedApps, StartObject};
use crate::solve::resolve::{SonameNeed, UndefinedVersion};
use crate::tree::root::NodeId;
use crate::vocabulary::{PackageName, Soname};

/// Returns the package that a node of a root comes from; none for a node of the base or the apps.
pub type PackageOf<'root> = &'root dyn Fn(NodeId) -> Option<PackageName>;

/// Chosen packages over the apps, with everything linked.
pub(super) struct ClosedRoot<'closed, 'root> {
    pub(super) choice: &'closed Choice,
    pub(super) overlay: &'closed Overlay<'closed>,
    /// Root with the chosen packages.
    pub(super) overlaid: &'root OverlaidRoot<'root>,
    /// Everything in it, linked.
    pub(super) linked: &'closed LinkedApps<'root>,
    /// Start objects for the target.
    pub(super) starts: Vec<&'closed StartObject<'root>>,
    /// Needed sonames, sorted.
    pub(super) needs: &'closed [(&'root Soname, SonameNeed)],
    /// Chosen packages whose .debs could not be read.
    pub(super) unread: Vec<PackageName>,
}

impl ClosedRoot<'_, '_> {
    /// Returns the needed symbol versions that no chosen library defines, sorted.
    pub(super) fn undefined_versions(&self) -> Vec<UndefinedVersion> {
        let root = &self.overlaid.root;
        let mut undefined = Vec::new();
        for start in &self.starts {
            let map = &start.map;
            for missing in map.missing_versions.iter().filter(|missing| !missing.weak) {
                let provider = &map.objects[missing.provider];
                let package = self.overlaid.package_of(provider.node).map(|read| &read.package);
                let soname = provider.facts.soname.clone();
                undefined.push(UndefinedVersion {
                    object: root.path(map.objects[missing.by].node),
                    soname: soname.unwrap_or_else(|| Soname::new(root.name(provider.node))),
                    version: missing.version.to_string(),
                    provider: root.path(provider.node),
                    package: package.map(|package| (package.name.clone(), package.version.clone())),
                });
            }
        }
        undefined.sort();
        undefined.dedup();
        undefined
    }
}
