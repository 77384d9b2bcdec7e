//! The graph of all that is loaded once the gap is closed.

use super::ClosureSolver;
use super::overlay::Laid;
use crate::app::StartObject;
use crate::debian::catalog::{CatalogError, Package};
use crate::solve::graph::{Graph, Missing, Owner, Surroundings};
use crate::solve::resolve::Status;
use crate::vocabulary::{PackageName, Soname};

impl ClosureSolver<'_> {
    /// The graph of what these start objects load with packages, which are sorted by name.
    pub(super) fn graph(
        &self,
        packages: Vec<Package>,
        laid: &Laid<'_>,
        starts: &[&StartObject<'_>],
        unread: &[PackageName],
    ) -> Result<Graph, CatalogError> {
        let surroundings = Surroundings {
            apps: self.resolution.apps.iter().map(|app| app.at.clone()).collect(),
            packages,
            owner: &|node| match laid.origin(node) {
                Some((known, _)) => Owner::Package(known.package.name.clone()),
                None => Owner::of_trees(&laid.root, self.sources, node),
            },
            missing: &|soname| self.becomes_of(soname, unread),
        };
        Graph::of_linked(&laid.root, starts, surroundings, self.catalog)
    }

    /// What becomes of a name that is missing even so: a package that could not be read may have it.
    fn becomes_of(&self, soname: &Soname, unread: &[PackageName]) -> Missing {
        let answer = Missing::of(self.resolution, soname);
        if !matches!(answer.status, Status::Package | Status::Unresolved) {
            return answer;
        }
        let answers = self.asks.all.iter().filter(|asked| asked.ask.soname == *soname);
        let mut names = answers.flat_map(|asked| &asked.answers).map(|answer| answer.name());
        match names.find(|name| unread.contains(name)) {
            Some(name) => Missing {
                status: Status::Package,
                path: answer.path.filter(|_| answer.package.as_ref() == Some(name)),
                package: Some(name.clone()),
            },
            None => Missing::UNRESOLVED,
        }
    }
}
