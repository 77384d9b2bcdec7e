//! Dependencies between installed packages.

use crate::debian::catalog::build::declarations::{Declarations, Providers};
use crate::debian::catalog::{CatalogError, Dependencies, DependencyIndex};
use crate::vocabulary::PackageName;

/// Index of the relations that installed packages declare.
pub(super) struct InstalledDependencies {
    declarations: Declarations,
    providers: Providers,
}

impl InstalledDependencies {
    pub(super) fn new(declarations: Declarations) -> Self {
        Self { providers: declarations.providers(), declarations }
    }

    fn names(&self, numbers: impl Iterator<Item = u32>) -> Vec<PackageName> {
        numbers
            .map(|number| PackageName::new(String::from_utf8_lossy(self.declarations.name(number))))
            .collect()
    }

    fn is_available(&self, number: u32) -> bool {
        self.declarations.package(number).is_some() || self.providers.contains_key(&number)
    }
}

impl DependencyIndex for InstalledDependencies {
    fn dependencies(&self, name: &PackageName) -> Result<Option<Dependencies>, CatalogError> {
        let number = self.declarations.find(name.as_str().as_bytes());
        let Some(package) = number.and_then(|number| self.declarations.package(number)) else {
            return Ok(None);
        };
        let groups = package.groups(|number| self.is_available(number));
        Ok(Some(Dependencies {
            groups: groups.into_iter().map(|group| self.names(group.into_iter())).collect(),
            installed_size_kib: package.installed_size_kib,
            size_bytes: package.size_bytes,
        }))
    }

    fn providers(&self, name: &PackageName) -> Result<Vec<PackageName>, CatalogError> {
        let number = self.declarations.find(name.as_str().as_bytes());
        let providers = number.and_then(|number| self.providers.get(&number));
        Ok(self.names(providers.into_iter().flatten().copied()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debian::archive::packages::read_packages;

    #[test]
    fn providers_come_in_apts_order() {
        let provides = |name: &str, fields: &str| {
            format!(
                "Package: {name}\nVersion: 1\nArchitecture: amd64\nProvides: v, v (= 2), {name}\n{fields}\n"
            )
        };
        let stanzas = [
            provides("a", "Priority: optional\n"),
            provides("b", "Priority: optional\n"),
            provides("c", "Priority: extra\n"),
            provides("d", "Priority: important\n"),
            provides("e", "Priority: extra\nEssential: yes\n"),
        ];
        let mut declarations = Declarations::default();
        let text = stanzas.concat();
        read_packages(text.as_bytes(), |stanza| declarations.add(&stanza)).expect("memory reads");
        let index = InstalledDependencies::new(declarations);
        let providers = index.providers(&PackageName::new("v")).expect("is in memory");
        assert_eq!(providers, ["e", "d", "b", "a", "c"].map(PackageName::new));
        assert_eq!(index.providers(&PackageName::new("a")).expect("is in memory"), []);
    }
}
