//! Catalog of the packages that are installed in a root.

use std::collections::BTreeMap;
use std::path::Path;

use bstr::{BString, ByteSlice};

use super::database::Database;
use super::dependency_index::InstalledDependencies;
use super::diversions::Diversions;
use crate::debian::archive::packages::PackageStanza;
use crate::debian::catalog::build::declarations::Declarations;
use crate::debian::catalog::library_paths::LibraryPaths;
use crate::debian::catalog::package::looks_like_a_soname;
use crate::debian::catalog::{
    Catalog, CatalogError, DependencyIndex, IndexKind, Library, Package, Provenance,
};
use crate::vocabulary::{PackageName, Target};

/// Catalog of the packages that are installed in a root.
pub struct InstalledCatalog {
    provenance: Provenance,
    libraries: BTreeMap<BString, Vec<Library>>,
    packages: BTreeMap<PackageName, Package>,
    dependencies: InstalledDependencies,
}

/// Reads the dpkg database of the root in the host's directory `root`: the packages of the target's architecture and
/// those for all architectures.
///
/// # Errors
/// If there is no database, or a part of it cannot be read.
pub fn installed_catalog(root: &Path, target: &Target) -> Result<InstalledCatalog, CatalogError> {
    let database = Database::open(root)?;
    let paths = LibraryPaths::new(target.architecture);
    let diversions = Diversions::parse(&database.read("var/lib/dpkg/diversions")?.unwrap_or_default());
    let (mut found, mut declarations) = (Vec::new(), Declarations::default());
    database.for_each_stanza(|form, stanza| {
        if [target.architecture.name(), "all"].contains(&stanza.architecture) {
            declarations.add(stanza);
            found.push((form, package(stanza)));
        }
    })?;
    if found.is_empty() {
        return Err(CatalogError::Broken {
            catalog: root.display().to_string(),
            cause: format!("its dpkg database has no package for {}", target.architecture),
        });
    }
    let mut libraries: BTreeMap<BString, Vec<Library>> = BTreeMap::new();
    let mut packages = BTreeMap::new();
    for (form, package) in found {
        for path in database.paths_of(form, &package, &paths)? {
            let path = diversions.apply(path, &package.name);
            if paths.split_library(&path.as_bytes()[1..]).is_some() {
                let locations = libraries.entry(BString::from(path.file_name())).or_default();
                locations.push(Library { path, package: package.name.clone() });
            }
        }
        packages.insert(package.name.clone(), package);
    }
    for locations in libraries.values_mut() {
        locations.sort();
        locations.dedup();
    }
    let provenance = Provenance {
        origin: None,
        target: target.clone(),
        index: IndexKind::Installed,
        date: None,
        verified: true,
        sources: Vec::new(),
    };
    Ok(InstalledCatalog {
        provenance,
        libraries,
        packages,
        dependencies: InstalledDependencies::new(declarations),
    })
}

impl Catalog for InstalledCatalog {
    fn provenance(&self) -> &Provenance {
        &self.provenance
    }

    fn libraries(&self, file_name: &[u8]) -> Result<Vec<Library>, CatalogError> {
        Ok(self.libraries.get(file_name.as_bstr()).cloned().unwrap_or_default())
    }

    fn file_names(&self, prefix: &[u8], limit: usize) -> Result<Vec<BString>, CatalogError> {
        let names = self.libraries.range(BString::from(prefix)..).map(|(name, _)| name);
        Ok(names.take_while(|name| name.starts_with(prefix)).take(limit).cloned().collect())
    }

    fn package(&self, name: &PackageName) -> Result<Option<Package>, CatalogError> {
        Ok(self.packages.get(name).cloned())
    }

    fn package_names(&self) -> Result<Vec<PackageName>, CatalogError> {
        let mut names: Vec<PackageName> = self.packages.keys().cloned().collect();
        names.sort();
        Ok(names)
    }

    fn dependency_index(&self) -> Option<&dyn DependencyIndex> {
        Some(&self.dependencies)
    }
}

fn package(stanza: &PackageStanza<'_>) -> Package {
    let provides = stanza.provides().iter().filter(|name| looks_like_a_soname(name));
    Package {
        name: PackageName::new(stanza.name),
        version: stanza.version.to_owned(),
        architecture: stanza.architecture.to_owned(),
        suite: String::new(),
        section: stanza.section.to_owned(),
        filename: String::new(),
        sha256: None,
        size_bytes: 0,
        installed_size_kib: stanza.installed_size_kib,
        provides_sonames: provides.map(|&name| name.to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::{Architecture, Distribution, Release};

    fn root(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().expect("a directory");
        for (path, text) in files {
            let path = root.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a directory");
            std::fs::write(path, text).expect("a file");
        }
        root
    }

    fn read(root: &tempfile::TempDir) -> Result<InstalledCatalog, CatalogError> {
        let target = Target {
            distribution: Distribution::Debian,
            release: Release::new("bookworm"),
            architecture: Architecture::Amd64,
        };
        installed_catalog(root.path(), &target)
    }

    fn locations(catalog: &InstalledCatalog, name: &str) -> Vec<String> {
        let libraries = catalog.libraries(name.as_bytes()).expect("is in memory");
        libraries.iter().map(|library| format!("{} {}", library.path, library.package)).collect()
    }

    const STANZAS: &str = "\
Package: libgmp10
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Version: 2:6.2.1+dfsg1-1.1
Section: libs
Installed-Size: 855
Conffiles:
 /etc/one d41d8cd98f00b204e9800998ecf8427e

Package: libgmp10
Status: install ok installed
Architecture: arm64
Version: 2:6.2.1+dfsg1-1.1

Package: libold1
Status: deinstall ok config-files
Architecture: amd64
Version: 1

Package: libgl1
Status: hold ok installed
Architecture: amd64
Version: 1.6.0-1
";

    #[test]
    fn dpkg_lists_links_too_and_only_what_is_installed_for_the_target_counts() {
        let lib = "/usr/lib/x86_64-linux-gnu";
        let root = root(&[
            ("var/lib/dpkg/status", STANZAS),
            (
                "var/lib/dpkg/info/libgmp10:amd64.list",
                &format!("/.\n{lib}/libgmp.so.10\n{lib}/libgmp.so.10.4.1\n/usr/share/doc/libgmp10\n"),
            ),
            ("var/lib/dpkg/info/libgmp10:arm64.list", "/usr/lib/aarch64-linux-gnu/libgmp.so.10\n"),
            ("var/lib/dpkg/info/libold1.list", &format!("{lib}/libold.so.1\n")),
        ]);
        let catalog = read(&root).expect("reads");
        assert_eq!(locations(&catalog, "libgmp.so.10"), [format!("{lib}/libgmp.so.10 libgmp10")]);
        assert_eq!(locations(&catalog, "libold.so.1"), [""; 0]);
        let package = catalog.package(&PackageName::new("libgmp10")).expect("reads").expect("exists");
        assert_eq!((package.version.as_str(), package.installed_size_kib), ("2:6.2.1+dfsg1-1.1", 855));
        assert!(catalog.package(&PackageName::new("libgl1")).expect("reads").is_some());
        assert_eq!(catalog.file_names(b"libgmp", 1).expect("reads"), ["libgmp.so.10"]);
    }

    #[test]
    fn a_database_has_the_dependencies_of_its_packages() {
        let stanzas = STANZAS.replacen("Section", "Depends: libc6 | libgl1, libold1\nSection", 1);
        let catalog = read(&root(&[("var/lib/dpkg/status", &stanzas)])).expect("reads");
        let index = catalog.dependency_index().expect("exists");
        let found = index.dependencies(&PackageName::new("libgmp10")).expect("reads").expect("exists");
        assert_eq!(found.groups, [[PackageName::new("libgl1")]], "what is not installed is left out");
        assert_eq!((found.installed_size_kib, found.size_bytes), (855, 0));
    }

    #[test]
    fn a_diverted_path_is_that_of_the_diversion() {
        let root = root(&[
            ("var/lib/dpkg/status", STANZAS),
            ("var/lib/dpkg/info/libgl1.list", "/usr/lib/libGL.so.1\n"),
            ("var/lib/dpkg/diversions", "/usr/lib/libGL.so.1\n/usr/lib/mesa/libGL.so.1\nglx-diversions\n"),
        ]);
        let catalog = read(&root).expect("reads");
        assert_eq!(locations(&catalog, "libGL.so.1"), ["/usr/lib/mesa/libGL.so.1 libgl1"]);
    }

    #[test]
    fn in_distroless_form_a_link_belongs_to_the_package_of_its_library() {
        let lib = "usr/lib/x86_64-linux-gnu";
        let root = root(&[
            ("var/lib/dpkg/status.d/libgmp10", "Package: libgmp10\nVersion: 1\nArchitecture: amd64\n"),
            ("var/lib/dpkg/status.d/libgmp10.md5sums", &format!("d41d8c  {lib}/libgmp.so.10.4.1\n")),
            (&format!("{lib}/libgmp.so.10.4.1"), ""),
            (&format!("{lib}/libother.so.1"), ""),
        ]);
        for (link, target) in [("libgmp.so.10", "libgmp.so.10.4.1"), ("libelse.so", "libother.so.1")] {
            std::os::unix::fs::symlink(target, root.path().join(lib).join(link)).expect("a link");
        }
        let catalog = read(&root).expect("reads");
        assert_eq!(locations(&catalog, "libgmp.so.10"), [format!("/{lib}/libgmp.so.10 libgmp10")]);
        assert_eq!(locations(&catalog, "libelse.so"), [""; 0]);
    }

    #[test]
    fn a_root_without_a_database_is_refused_and_a_link_out_of_it_is_not_followed() {
        let empty = root(&[("etc/os-release", "ID=debian\n")]);
        let message = read(&empty).err().expect("is refused").to_string();
        assert!(message.ends_with("var/lib/dpkg/status.d"), "{message}");
        let outside = root(&[("status", STANZAS)]);
        std::fs::create_dir_all(empty.path().join("var/lib/dpkg")).expect("a directory");
        let link = empty.path().join("var/lib/dpkg/status");
        std::os::unix::fs::symlink(outside.path().join("status"), link).expect("a link");
        assert!(matches!(read(&empty), Err(CatalogError::Read { .. })));
    }
}
