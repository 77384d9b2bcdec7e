//! The chosen packages laid over the apps: their files as dpkg would unpack them, and the links that their
//! maintainer scripts would make.

use std::collections::{BTreeMap, BTreeSet};

use bstr::{BString, ByteSlice};

use super::choice::Choice;
use super::read_package::ReadPackage;
use crate::debian::debs::DebFacts;
use crate::debian::inclusions::is_processor_copy;
use crate::debian::maintainer_scripts::{ALTERNATIVES_DIRECTORY, Actions, Alternative};
use crate::solve::plan::LinkOrigin;
use crate::tree::inventory::{Entry, EntryKind, Inventory};
use crate::tree::root::{MountId, NodeId, Root};
use crate::vocabulary::{PackageName, RootedPath};

/// Returns the links that update-alternatives would make of those of a package's alternatives that `wins` accepts, as
/// far as the package has the files.
pub(super) fn alternative_links(
    actions: &Actions,
    deb: &DebFacts,
    mut wins: impl FnMut(&Alternative) -> bool,
) -> Inventory {
    let link = |path: &RootedPath, target: &[u8]| Entry {
        path: path.below(&RootedPath::root()).unwrap_or_default().into(),
        kind: EntryKind::Symlink(target.into()),
    };
    let mut entries = Vec::new();
    for alternative in actions.alternatives.iter().filter(|alternative| wins(alternative)) {
        for one in &alternative.links {
            let file = one.path.below(&RootedPath::root()).unwrap_or_default();
            if deb.inventory.get(file).is_some() {
                let middle = RootedPath::new(ALTERNATIVES_DIRECTORY).join(&one.name);
                entries.push(link(&one.link, middle.as_bytes()));
                entries.push(link(&middle, one.path.as_bytes()));
            }
        }
    }
    Inventory::new(entries, Vec::new())
}

/// The chosen packages that were read, with the effects of their scripts on each other's files.
pub(super) struct Overlay<'read> {
    packages: Vec<OverlayPackage<'read>>,
}

/// One package of an overlay.
pub(super) struct OverlayPackage<'read> {
    read: &'read ReadPackage,
    /// Links of the alternatives that it wins.
    links: Inventory,
    /// Files of it that other packages divert.
    diverted: BTreeSet<BString>,
}

/// A root with the chosen packages laid over it.
pub(super) struct OverlaidRoot<'overlay> {
    pub(super) root: Root<'overlay>,
    /// Package and kind of each mount of the overlay.
    mounts: BTreeMap<MountId, (&'overlay OverlayPackage<'overlay>, LinkOrigin)>,
}

impl<'read> Overlay<'read> {
    /// Prepares the chosen packages.
    pub(super) fn new(
        choice: &Choice,
        packages: &'read BTreeMap<PackageName, ReadPackage>,
        prefer: &BTreeSet<PackageName>,
    ) -> Self {
        let chosen: Vec<&ReadPackage> =
            choice.packages().into_iter().filter_map(|name| packages.get(name)).collect();
        // For each alternative the highest priority wins, unless the user prefers another; ties go by name.
        let mut winners: BTreeMap<&BString, (bool, i64, &ReadPackage)> = BTreeMap::new();
        for one in &chosen {
            for alternative in &one.actions.alternatives {
                let preferred = prefer.contains(one.name());
                let bid = (preferred, alternative.priority, *one);
                let best = winners.entry(&alternative.name).or_insert(bid);
                if (bid.0, bid.1) > (best.0, best.1) {
                    *best = bid;
                }
            }
        }
        let package = |one: &&'read ReadPackage| OverlayPackage {
            read: one,
            links: alternative_links(&one.actions, &one.deb, |alternative| {
                let winner = winners.get(&alternative.name);
                winner.is_some_and(|(_, _, winner)| winner.name() == one.name())
            }),
            diverted: chosen
                .iter()
                .filter(|other| other.name() != one.name())
                .flat_map(|other| &other.actions.diversions)
                .filter_map(|diversion| Some(diversion.from.below(&RootedPath::root())?.into()))
                .collect(),
        };
        Self { packages: chosen.iter().map(package).collect() }
    }

    /// Lays the packages over a root: those of their entries and links that `keep` accepts.
    pub(super) fn over<'overlay>(
        &'overlay self,
        lower: &'overlay Root<'overlay>,
        keep: impl Fn(&PackageName, &[u8]) -> bool,
    ) -> OverlaidRoot<'overlay>
    where
        'read: 'overlay,
    {
        let mut root = Root::over(lower);
        let mut mounts = BTreeMap::new();
        for package in &self.packages {
            let name = package.read.name();
            let mount = root.install(&package.read.deb.inventory, |path| {
                !is_processor_copy(path) && !package.diverted.contains(path.as_bstr()) && keep(name, path)
            });
            mounts.insert(mount, (package, LinkOrigin::Package));
        }
        // Links come last: update-alternatives runs when the packages are unpacked.
        for package in &self.packages {
            let mount = root.install(&package.links, |path| keep(package.read.name(), path));
            mounts.insert(mount, (package, LinkOrigin::Alternatives));
        }
        OverlaidRoot { root, mounts }
    }
}

impl<'overlay> OverlaidRoot<'overlay> {
    /// Returns the package of a node and the kind of its mount; none for a node of the lower root.
    pub(super) fn origin(&self, node: NodeId) -> Option<(&'overlay ReadPackage, LinkOrigin)> {
        let (package, origin) = self.mounts.get(&self.root.mount_of(node))?;
        Some((package.read, *origin))
    }

    /// Returns the package of a node; none for a node of the lower root.
    pub(super) fn package_of(&self, node: NodeId) -> Option<&'overlay ReadPackage> {
        Some(self.origin(node)?.0)
    }
}
