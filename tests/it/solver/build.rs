//! Instances written down by name.

use sodeb::solve::solver::{
    Instance, PackageId, Requirement, RequirementId, Selection, Solvable, SolverOption,
};
use sodeb::vocabulary::PackageName;

/// An instance that grows by names.
#[derive(Default)]
pub(crate) struct Build {
    pub(crate) instance: Instance,
}

impl Build {
    /// Packages by name and installed size.
    pub(crate) fn packages(mut self, packages: &[(&str, u64)]) -> Self {
        for &(name, installed_size_kib) in packages {
            let name = PackageName::new(name);
            self.instance.packages.push(Solvable { name, installed_size_kib, conflicts: Vec::new() });
        }
        self
    }

    /// The first says that it conflicts with the second.
    pub(crate) fn conflict(mut self, one: &str, other: &str) -> Self {
        let (one, other) = (self.package(one), self.package(other));
        self.instance.packages[one.0].conflicts.push(other);
        self
    }

    /// A requirement that the app has, with the packages that meet it in the order of their ranks.
    pub(crate) fn wants(mut self, what: &str, packages: &[&str]) -> Self {
        for (rank, package) in packages.iter().enumerate() {
            self = self.option(what, package, rank as u32, &[]);
        }
        let id = self.requirement(what);
        self.instance.wanted.push(id);
        self
    }

    /// One more way to meet a requirement.
    pub(crate) fn option(mut self, what: &str, package: &str, rank: u32, needs: &[&str]) -> Self {
        let needs = needs.iter().map(|need| self.requirement(need)).collect();
        let (id, package) = (self.requirement(what), self.package(package));
        self.instance.requirements[id.0].options.push(SolverOption { package, needs, rank });
        self
    }

    /// A package's id.
    pub(crate) fn package(&self, name: &str) -> PackageId {
        let place = self.instance.packages.iter().position(|candidate| candidate.name.as_str() == name);
        PackageId(place.expect("a package that was added"))
    }

    /// A requirement's id; it is added where it is new.
    pub(crate) fn requirement(&mut self, what: &str) -> RequirementId {
        let requirements = &mut self.instance.requirements;
        let place = requirements.iter().position(|requirement| requirement.label == what);
        RequirementId(place.unwrap_or_else(|| {
            requirements.push(Requirement { label: what.to_owned(), options: Vec::new() });
            requirements.len() - 1
        }))
    }
}

/// The names of the chosen packages.
pub(crate) fn names(selection: &Selection) -> Vec<&str> {
    selection.cost.names.iter().map(PackageName::as_str).collect()
}

/// Which package meets what, by name.
pub(crate) fn met(instance: &Instance, selection: &Selection) -> Vec<(String, String)> {
    let mut met: Vec<_> = selection
        .met_by
        .iter()
        .map(|(requirement, &option)| {
            let requirement = &instance.requirements[requirement.0];
            let package = requirement.options[option].package;
            (requirement.label.clone(), instance.packages[package.0].name.to_string())
        })
        .collect();
    met.sort();
    met
}
