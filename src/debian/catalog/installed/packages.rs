//! Installed packages in the texts of a dpkg database.

use std::collections::{BTreeMap, BTreeSet};
use std::iter;

use crate::debian::archive::packages::{PackageStanza, read_packages};
use crate::vocabulary::PackageName;

/// Returns the names of the installed packages in the texts of a dpkg database (`status`, or the files of
/// `status.d`), and of the virtual packages that they provide. Packages of a foreign architecture are left out; the
/// root's own is that of most packages.
pub fn installed_names<'text>(database: impl IntoIterator<Item = &'text [u8]>) -> BTreeSet<PackageName> {
    let mut by_architecture: BTreeMap<String, (usize, BTreeSet<PackageName>)> = BTreeMap::new();
    for text in database {
        for_each_installed(text, |stanza| {
            let (count, names) = by_architecture.entry(stanza.architecture.to_owned()).or_default();
            *count += 1;
            names.extend(
                iter::once(&stanza.name).chain(stanza.provides()).map(|name| PackageName::new(*name)),
            );
        });
    }
    let (_, mut names) = by_architecture.remove("all").unwrap_or_default();
    let own = by_architecture.into_values().max_by_key(|(count, _)| *count);
    names.extend(own.into_iter().flat_map(|(_, names)| names));
    names
}

/// Installed package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct InstalledPackage {
    /// Name.
    pub name: PackageName,
    /// Version.
    pub version: String,
    /// Architecture.
    pub architecture: String,
}

/// Returns the installed packages in the texts of a dpkg database, in their order, of all architectures.
pub fn installed_packages<'text>(database: impl IntoIterator<Item = &'text [u8]>) -> Vec<InstalledPackage> {
    let mut packages = Vec::new();
    for text in database {
        for_each_installed(text, |stanza| {
            packages.push(InstalledPackage {
                name: PackageName::new(stanza.name),
                version: stanza.version.to_owned(),
                architecture: stanza.architecture.to_owned(),
            });
        });
    }
    packages
}

/// Calls `visit` for each installed package in a text of the database.
pub(super) fn for_each_installed(text: &[u8], mut visit: impl FnMut(&PackageStanza<'_>)) {
    let read = read_packages(text, |stanza| {
        // A stanza of a distroless image has no Status: it exists because the package is installed.
        if stanza.status.is_empty() || stanza.status.ends_with(" installed") {
            visit(&stanza);
        }
    });
    debug_assert!(read.is_ok(), "reading memory does not fail");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_a_root_are_those_of_its_own_architecture_and_what_they_provide() {
        let distroless = "Package: tzdata\nVersion: 1\nArchitecture: all\nProvides: zones (= 1), clock\n";
        let stanza = |name: &str, status: &str, architecture: &str| {
            format!("Package: {name}\nStatus: {status}\nArchitecture: {architecture}\nVersion: 1\n\n")
        };
        let status = [
            stanza("libgmp10", "install ok installed", "amd64"),
            stanza("foreign", "install ok installed", "arm64"),
            stanza("libold1", "deinstall ok config-files", "amd64"),
            stanza("libgl1", "hold ok installed", "amd64"),
        ]
        .concat();
        let names = installed_names([status.as_bytes(), distroless.as_bytes()]);
        let names: Vec<&str> = names.iter().map(PackageName::as_str).collect();
        assert_eq!(names, ["clock", "libgl1", "libgmp10", "tzdata", "zones"]);
    }
}
