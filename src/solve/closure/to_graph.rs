//! From a closed root to the graph of everything that is loaded.

use super::closed_root::ClosedRoot;
use super::state::ClosureState;
use crate::debian::catalog::{CatalogError, Package};
use crate::solve::graph::{Graph, GraphContext, ObjectOwner, UnloadedName};
use crate::solve::resolve::Status;
use crate::vocabulary::{PackageName, Soname};

impl ClosureState<'_> {
    /// Makes the graph of a closed root. `packages` are sorted by name.
    pub(super) fn graph(
        &self,
        packages: Vec<Package>,
        closed: &ClosedRoot<'_, '_>,
    ) -> Result<Graph, CatalogError> {
        let root = &closed.overlaid.root;
        let context = GraphContext {
            apps: self.inputs.resolution.apps.iter().map(|app| app.at.clone()).collect(),
            packages,
            owner: &|node| match closed.overlaid.package_of(node) {
                Some(read) => ObjectOwner::Package(read.name().clone()),
                None => ObjectOwner::of_input(root, self.inputs.trees, node),
            },
            unloaded: &|soname| self.unloaded_name(soname, &closed.unread),
        };
        Graph::from_links(root, &closed.starts, context, self.catalog)
    }

    /// Describes a soname that is missing even so: a package that could not be read may have it.
    fn unloaded_name(&self, soname: &Soname, unread: &[PackageName]) -> UnloadedName {
        let unloaded = UnloadedName::of(self.inputs.resolution, soname);
        if !matches!(unloaded.status, Status::Package | Status::Unresolved) {
            return unloaded;
        }
        let mut names = self.requirements.candidates_for(soname).map(|candidate| candidate.name());
        match names.find(|name| unread.contains(name)) {
            Some(name) => UnloadedName {
                status: Status::Package,
                path: unloaded.path.filter(|_| unloaded.package.as_ref() == Some(name)),
                package: Some(name.clone()),
            },
            None => UnloadedName::UNRESOLVED,
        }
    }
}
