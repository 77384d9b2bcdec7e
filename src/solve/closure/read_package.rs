//! Packages whose .debs were read.

use std::sync::Arc;

use crate::debian::catalog::{Package, Relation, RelationGroup, parse_relations};
use crate::debian::debs::DebFacts;
use crate::debian::maintainer_scripts::{Actions, Alternative};
use crate::vocabulary::{Architecture, PackageName, Soname};

/// Maintainer scripts that run when a package is installed, in their order.
const INSTALL_SCRIPTS: [&str; 2] = ["preinst", "postinst"];

/// A package whose .deb was read.
pub(super) struct ReadPackage {
    pub(super) package: Package,
    pub(super) deb: Arc<DebFacts>,
    pub(super) actions: Actions,
    /// Depends and Pre-Depends.
    pub(super) depends: Vec<RelationGroup>,
    /// Conflicts and Breaks.
    pub(super) conflicts: Vec<Relation>,
    /// Virtual packages that it provides, with their versions.
    pub(super) provides: Vec<Relation>,
}

impl ReadPackage {
    pub(super) fn new(package: Package, deb: Arc<DebFacts>, architecture: Architecture) -> Self {
        let relations = |fields: &[&str]| -> Vec<RelationGroup> {
            let fields = fields.iter().filter_map(|field| deb.field(field));
            fields.flat_map(|field| parse_relations(field, architecture)).collect()
        };
        let single = |fields: &[&str]| relations(fields).into_iter().flat_map(|group| group.0).collect();
        Self {
            actions: install_actions(&deb),
            depends: relations(&["Pre-Depends", "Depends"]),
            conflicts: single(&["Conflicts", "Breaks"]),
            provides: single(&["Provides"]),
            package,
            deb,
        }
    }

    pub(super) fn name(&self) -> &PackageName {
        &self.package.name
    }

    /// Returns the priority with which update-alternatives would link this package's file for a soname.
    pub(super) fn priority_for(&self, soname: &Soname) -> Option<i64> {
        let links_soname = |alternative: &&Alternative| {
            alternative.links.iter().any(|link| link.link.file_name() == soname.file_name())
        };
        self.actions.alternatives.iter().find(links_soname).map(|alternative| alternative.priority)
    }

    /// Returns true if a relation of another package means this one, by its own name or by one that it provides.
    pub(super) fn is_meant_by(&self, relation: &Relation) -> bool {
        relation.name == self.package.name && relation.accepts(&self.package.version)
            || self.provides.iter().any(|provided| {
                // A versioned relation is met by a versioned provision only (Debian Policy §7.5).
                provided.name == relation.name
                    && match (&relation.constraint, &provided.constraint) {
                        (None, _) => true,
                        (Some(_), Some((_, version))) => relation.accepts(version),
                        (Some(_), None) => false,
                    }
            })
    }
}

/// Returns the actions of a package's maintainer scripts.
pub(super) fn install_actions(deb: &DebFacts) -> Actions {
    let scripts = INSTALL_SCRIPTS.iter().filter_map(|name| deb.scripts.get(*name));
    Actions::from_scripts(scripts.map(Vec::as_slice))
}

/// Returns the name of a package's source package.
pub(super) fn source_package(deb: &DebFacts, name: &PackageName) -> String {
    let source = deb.field("Source").and_then(|field| field.split([' ', '(']).next());
    source.filter(|name| !name.is_empty()).unwrap_or(name.as_str()).to_owned()
}
