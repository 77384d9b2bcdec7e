//! The chosen packages laid over the trees: their files as dpkg would unpack them, and the links that their
//! maintainer scripts would make.

use std::collections::{BTreeMap, BTreeSet};

use bstr::{BString, ByteSlice};

use super::{Choice, ClosureOptions, Known};
use crate::debian::debs::DebFacts;
use crate::debian::inclusions::is_processor_copy;
use crate::debian::maintainer_scripts::{ALTERNATIVES_DIRECTORY, Actions, Alternative};
use crate::solve::plan::LinkOrigin;
use crate::tree::inventory::{Entry, EntryKind, Inventory};
use crate::tree::root::{MountId, NodeId, Root};
use crate::vocabulary::{PackageName, RootedPath};

/// The links that update-alternatives would make of those of a package's alternatives that `wins` takes, as far as
/// the package has the files.
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

/// The chosen packages that were read, and what their scripts make of each other's files.
pub(super) struct Overlay<'known> {
    packages: Vec<Overlaid<'known>>,
}

/// One of them.
pub(super) struct Overlaid<'known> {
    pub(super) known: &'known Known,
    /// The links of the alternatives that it wins.
    links: Inventory,
    /// Files of its that others divert.
    diverted: BTreeSet<BString>,
}

/// A root with the chosen packages in it.
pub(super) struct Laid<'overlay> {
    pub(super) root: Root<'overlay>,
    /// What each mount of it is, in the order of the mounts.
    pub(super) mounts: BTreeMap<MountId, (&'overlay Overlaid<'overlay>, LinkOrigin)>,
}

impl<'known> Overlay<'known> {
    pub(super) fn new(
        choice: &Choice,
        known: &'known BTreeMap<PackageName, Known>,
        terms: &ClosureOptions,
    ) -> Self {
        let chosen: Vec<&Known> = choice.packages().into_iter().filter_map(|name| known.get(name)).collect();
        // Of each alternative the highest priority wins, unless the user prefers another; ties go by name.
        let mut winners: BTreeMap<&BString, (bool, i64, &Known)> = BTreeMap::new();
        for one in &chosen {
            for alternative in &one.actions.alternatives {
                let preferred = terms.prefer.contains(&one.package.name);
                let bid = (preferred, alternative.priority, *one);
                let best = winners.entry(&alternative.name).or_insert(bid);
                if (bid.0, bid.1) > (best.0, best.1) {
                    *best = bid;
                }
            }
        }
        let overlaid = |one: &&'known Known| Overlaid {
            known: one,
            links: alternative_links(&one.actions, &one.deb, |alternative| {
                let winner = winners.get(&alternative.name);
                winner.is_some_and(|(_, _, winner)| winner.package.name == one.package.name)
            }),
            diverted: chosen
                .iter()
                .filter(|other| other.package.name != one.package.name)
                .flat_map(|other| &other.actions.diversions)
                .filter_map(|diversion| Some(diversion.from.below(&RootedPath::root())?.into()))
                .collect(),
        };
        Self { packages: chosen.iter().map(overlaid).collect() }
    }

    /// Lays the packages over a root: those of their entries and links that `keep` takes.
    pub(super) fn lay<'overlay>(
        &'overlay self,
        lower: &'overlay Root<'overlay>,
        keep: impl Fn(&PackageName, &[u8]) -> bool,
    ) -> Laid<'overlay>
    where
        'known: 'overlay,
    {
        let mut root = Root::over(lower);
        let mut mounts = BTreeMap::new();
        for package in &self.packages {
            let name = &package.known.package.name;
            let mount = root.install(&package.known.deb.inventory, |path| {
                !is_processor_copy(path) && !package.diverted.contains(path.as_bstr()) && keep(name, path)
            });
            mounts.insert(mount, (package, LinkOrigin::Package));
        }
        // Links come last: update-alternatives runs when the packages are there.
        for package in &self.packages {
            let mount = root.install(&package.links, |path| keep(&package.known.package.name, path));
            mounts.insert(mount, (package, LinkOrigin::Alternatives));
        }
        Laid { root, mounts }
    }
}

impl<'overlay> Laid<'overlay> {
    /// The package that a node comes from, and how; none for what was there before.
    pub(super) fn origin(&self, node: NodeId) -> Option<(&'overlay Known, LinkOrigin)> {
        let (package, origin) = self.mounts.get(&self.root.mount_of(node))?;
        Some((package.known, *origin))
    }
}
