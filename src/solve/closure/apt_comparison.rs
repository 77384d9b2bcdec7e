//! Comparison of a Plan with what apt would install, by the packages' own dependencies.

use std::collections::BTreeSet;

use super::apt_closure::depends_closure;
use super::choice::Choice;
use super::loads::PackageLoad;
use super::read_package::ReadPackage;
use super::state::ClosureState;
use crate::debian::catalog::{CatalogError, Dependencies};
use crate::solve::plan::{Comparison, PackageTotals, Plan, UndeclaredLoad, UnusedDependencies};
use crate::vocabulary::PackageName;

impl ClosureState<'_> {
    /// Compares a Plan with what `apt-get install` of its direct packages would add to the base.
    pub(super) fn comparison(
        &self,
        plan: &Plan,
        choice: &Choice,
        loads: &BTreeSet<PackageLoad>,
    ) -> Result<Comparison, CatalogError> {
        let read = plan.packages.iter().filter_map(|planned| self.packages.get(&planned.package.name));
        let read: Vec<&ReadPackage> = read.collect();
        Ok(Comparison {
            depends_closure: self.depends_totals(plan)?,
            elf_closure: plan.package_totals(),
            taken: plan.file_totals(),
            smaller: choice.smaller(self),
            declared_never_loaded: never_loaded(&read, &self.options.present),
            loaded_never_declared: loads.iter().filter_map(|load| self.undeclared(load)).collect(),
        })
    }

    /// Returns the size of apt's answer; none if the catalog has no dependencies.
    fn depends_totals(&self, plan: &Plan) -> Result<Option<PackageTotals>, CatalogError> {
        let Some(index) = self.catalog.dependency_index() else { return Ok(None) };
        let direct = plan.packages.iter().filter(|planned| planned.direct);
        let wanted: Vec<PackageName> = direct.map(|planned| planned.package.name.clone()).collect();
        let installed = depends_closure(index, &wanted, &self.options.present)?;
        let sizes = |package: &Dependencies| (package.installed_size_kib, package.size_bytes);
        Ok(installed.map(|installed| PackageTotals::of(installed.values().map(sizes))))
    }

    fn undeclared(&self, load: &PackageLoad) -> Option<UndeclaredLoad> {
        let PackageLoad { package, soname, provider } = load.clone();
        let (one, other) = (self.packages.get(&package)?, self.packages.get(&provider)?);
        let is_declared = one.depends.iter().flat_map(|group| &group.0).any(|relation| {
            relation.name == provider || other.provides.iter().any(|provided| provided.name == relation.name)
        });
        (!is_declared).then_some(UndeclaredLoad { package, soname, provider })
    }
}

/// Returns the dependencies that no file of a package loads: the first alternative of each group, unless one of its
/// alternatives is in the Plan or the base.
fn never_loaded(packages: &[&ReadPackage], present: &BTreeSet<PackageName>) -> Vec<UnusedDependencies> {
    let is_present = |name: &PackageName| {
        present.contains(name)
            || packages
                .iter()
                .any(|one| one.name() == name || one.provides.iter().any(|provided| provided.name == *name))
    };
    let unused = |one: &&ReadPackage| {
        let groups = one.depends.iter().filter(|group| !group.0.iter().any(|one| is_present(&one.name)));
        let depends: BTreeSet<PackageName> =
            groups.filter_map(|group| group.0.first()).map(|relation| relation.name.clone()).collect();
        let (package, depends) = (one.name().clone(), depends.into_iter().collect::<Vec<_>>());
        (!depends.is_empty()).then_some(UnusedDependencies { package, depends })
    };
    packages.iter().filter_map(unused).collect()
}
