//! Libraries that objects load from packages.

use std::collections::{BTreeMap, BTreeSet};

use super::overlay::OverlaidRoot;
use crate::app::{InputTrees, StartObject};
use crate::loader::{NeedKind, Outcome};
use crate::solve::plan::PlannedLibrary;
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// A library that a file of one package loads from another package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PackageLoad {
    /// Package whose file loads the library.
    pub(super) package: PackageName,
    pub(super) soname: Soname,
    /// Package that the library is loaded from.
    pub(super) provider: PackageName,
}

/// All libraries that are loaded from packages.
#[derive(Default)]
pub(super) struct Loads {
    libraries: BTreeMap<(Soname, RootedPath), LoadedLibrary>,
    /// Loads from one package to another.
    pub(super) of_packages: BTreeSet<PackageLoad>,
}

/// A library of a package, and the objects that need it.
struct LoadedLibrary {
    kind: NeedKind,
    package: PackageName,
    apps: BTreeSet<RootedPath>,
    others: BTreeSet<RootedPath>,
}

impl Loads {
    /// Gathers the loads of these start objects.
    pub(super) fn of(overlaid: &OverlaidRoot<'_>, starts: &[&StartObject<'_>], trees: &InputTrees) -> Self {
        let mut loads = Self::default();
        starts.iter().for_each(|start| loads.add(overlaid, start, trees));
        loads
    }

    /// Returns true if an object of the apps needs a library of a package.
    pub(super) fn is_direct(&self, package: &PackageName) -> bool {
        self.libraries.values().any(|library| library.package == *package && library.is_direct())
    }

    /// Returns the loaded libraries, sorted by soname and path.
    pub(super) fn libraries(self) -> Vec<PlannedLibrary> {
        let planned = self.libraries.into_iter().map(|((soname, path), library)| {
            let direct = library.is_direct();
            let needed_by = if direct { library.apps } else { library.others };
            let (need, package) = (library.kind, library.package);
            PlannedLibrary { soname, need, package, path, needed_by: needed_by.into_iter().collect(), direct }
        });
        planned.collect()
    }

    fn add(&mut self, overlaid: &OverlaidRoot<'_>, start: &StartObject<'_>, trees: &InputTrees) {
        let map = &start.map;
        for edge in &map.edges {
            let Outcome::Found { object, .. } = &edge.outcome else { continue };
            let library = &map[*object];
            let Some(read) = overlaid.package_of(library.node) else { continue };
            let by = map[edge.by].node;
            let path = RootedPath::new(library.path.as_slice());
            let entry = self.libraries.entry((edge.soname().clone(), path));
            let loaded = entry.or_insert_with(|| LoadedLibrary {
                kind: edge.kind,
                package: read.name().clone(),
                apps: BTreeSet::new(),
                others: BTreeSet::new(),
            });
            loaded.kind = loaded.kind.min(edge.kind);
            let mount = overlaid.root.mount_of(by);
            let is_apps = trees.app_mounts().any(|(app, _)| app == mount);
            let needed_by = if is_apps { &mut loaded.apps } else { &mut loaded.others };
            needed_by.insert(overlaid.root.path(by));
            let of_included = || trees.included_mounts().find(|(included, _)| *included == mount);
            let package = match overlaid.package_of(by) {
                Some(read) => Some(read.name()),
                None => of_included().map(|(_, included)| &included.package),
            };
            if let Some(package) = package.filter(|package| **package != loaded.package) {
                let (package, soname) = (package.clone(), edge.soname().clone());
                self.of_packages.insert(PackageLoad { package, soname, provider: loaded.package.clone() });
            }
        }
    }
}

impl LoadedLibrary {
    fn is_direct(&self) -> bool {
        !self.apps.is_empty()
    }
}

/// Returns the other packages that files of one load from, sorted.
pub(super) fn needs_of(package: &PackageName, loads: &BTreeSet<PackageLoad>) -> Vec<PackageName> {
    let own = loads.iter().filter(|load| load.package == *package);
    let providers: BTreeSet<&PackageName> = own.map(|load| &load.provider).collect();
    providers.into_iter().cloned().collect()
}
