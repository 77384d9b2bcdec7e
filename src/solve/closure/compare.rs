//! The Plan beside what apt would do, by what the packages say of themselves.

use std::collections::BTreeSet;

use super::depends::depends_closure;
use super::{ClosureSolver, Known};
use crate::debian::catalog::{CatalogError, Dependencies};
use crate::solve::plan::{Comparison, PackageTotals, Plan, UndeclaredLoad, UnusedDependencies};
use crate::vocabulary::{PackageName, Soname};

/// A file of the first package loads this of the second.
pub(super) type Loading = (PackageName, Soname, PackageName);

impl ClosureSolver<'_> {
    /// Compares a Plan with what `apt-get install` of its direct packages would bring to the base.
    pub(super) fn compare(
        &self,
        plan: &Plan,
        loadings: &BTreeSet<Loading>,
    ) -> Result<Comparison, CatalogError> {
        let chosen = plan.packages.iter().filter_map(|planned| self.known.get(&planned.package.name));
        let chosen: Vec<&Known> = chosen.collect();
        Ok(Comparison {
            depends_closure: self.depends_closure(plan)?,
            elf_closure: plan.package_totals(),
            taken: plan.file_totals(),
            declared_never_loaded: never_loaded(&chosen, &self.terms.present),
            loaded_never_declared: loadings.iter().filter_map(|loading| self.undeclared(loading)).collect(),
        })
    }

    fn depends_closure(&self, plan: &Plan) -> Result<Option<PackageTotals>, CatalogError> {
        let Some(index) = self.catalog.dependency_index() else { return Ok(None) };
        let direct = plan.packages.iter().filter(|planned| planned.direct);
        let wanted: Vec<PackageName> = direct.map(|planned| planned.package.name.clone()).collect();
        let installed = depends_closure(index, &wanted, &self.terms.present)?;
        let sizes = |package: &Dependencies| (package.installed_size_kib, package.size_bytes);
        Ok(installed.map(|installed| PackageTotals::of(installed.values().map(sizes))))
    }

    fn undeclared(&self, (package, soname, provider): &Loading) -> Option<UndeclaredLoad> {
        let (one, other) = (self.known.get(package)?, self.known.get(provider)?);
        let is_declared = one.depends.iter().flat_map(|group| &group.0).any(|relation| {
            relation.name == *provider || other.provides.iter().any(|provided| provided.name == relation.name)
        });
        let undeclared =
            UndeclaredLoad { package: package.clone(), soname: soname.clone(), provider: provider.clone() };
        (!is_declared).then_some(undeclared)
    }
}

/// What packages of the Plan depend on and nothing loads: of each group of alternatives the first, where none of
/// them is in the Plan or the base.
fn never_loaded(known: &[&Known], present: &BTreeSet<PackageName>) -> Vec<UnusedDependencies> {
    let is_there = |name: &PackageName| {
        present.contains(name)
            || known.iter().any(|one| {
                one.package.name == *name || one.provides.iter().any(|provided| provided.name == *name)
            })
    };
    let declared = |one: &&Known| {
        let groups = one.depends.iter().filter(|group| !group.0.iter().any(|one| is_there(&one.name)));
        let depends: BTreeSet<PackageName> =
            groups.filter_map(|group| group.0.first()).map(|relation| relation.name.clone()).collect();
        let package = one.package.name.clone();
        (!depends.is_empty()).then(|| UnusedDependencies { package, depends: depends.into_iter().collect() })
    };
    known.iter().filter_map(declared).collect()
}
