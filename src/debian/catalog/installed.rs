//! The dpkg database of an installed root as a catalog: exact versions, and no archive at all
//! (dpkg(1) "Files", deb-md5sums(5)).
//!
//! There are two forms. dpkg's own has one file `status` and the paths of each package, links too, in
//! `info/<package>[:<architecture>].list`. Distroless images have one stanza a file in `status.d`, and
//! beside it `<package>.md5sums`, which names files but no links: there a link belongs to the package
//! whose library it points to. `diversions` says which paths one package has moved for another.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::iter;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice};

use super::declared::{DeclarationIndex, Declarations};
use super::paths::LibraryPaths;
use super::{
    Catalog, CatalogError, DependencyIndex, IndexKind, Library, Package, Provenance, looks_like_a_soname,
};
use crate::debian::archive::packages::{PackageStanza, read_packages};
use crate::vocabulary::{PackageName, RootedPath, Target};

const STATUS: &str = "var/lib/dpkg/status";
const STATUS_DIRECTORY: &str = "var/lib/dpkg/status.d";

/// The packages that are installed in a root.
pub struct InstalledCatalog {
    provenance: Provenance,
    libraries: BTreeMap<BString, Vec<Library>>,
    packages: BTreeMap<PackageName, Package>,
    dependencies: DeclarationIndex,
}

/// Reads the dpkg database of the root that lies in the host's directory `root`; of the packages, those of
/// the target's architecture and of none count.
///
/// # Errors
/// When there is no database, or a part of it cannot be read.
pub fn installed_catalog(root: &Path, target: &Target) -> Result<InstalledCatalog, CatalogError> {
    let database = Database::of(root)?;
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
                let places = libraries.entry(BString::from(path.file_name())).or_default();
                places.push(Library { path, package: package.name.clone() });
            }
        }
        packages.insert(package.name.clone(), package);
    }
    for places in libraries.values_mut() {
        places.sort();
        places.dedup();
    }
    let provenance = Provenance {
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
        dependencies: DeclarationIndex::new(declarations),
    })
}

/// The names of the packages that are installed by what a dpkg database says (`status`, or the files of `status.d`),
/// and of the virtual ones that they provide. Packages of a foreign architecture do not count: the root's own is the
/// one that most of them are for.
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

/// A package that a dpkg database says is installed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Installed {
    /// Its name.
    pub name: PackageName,
    /// Its version.
    pub version: String,
    /// Its architecture.
    pub architecture: String,
}

/// The packages that are installed by what a dpkg database says, as for [`installed_names`], in its order.
pub fn installed_packages<'text>(database: impl IntoIterator<Item = &'text [u8]>) -> Vec<Installed> {
    let mut packages = Vec::new();
    for text in database {
        for_each_installed(text, |stanza| {
            packages.push(Installed {
                name: PackageName::new(stanza.name),
                version: stanza.version.to_owned(),
                architecture: stanza.architecture.to_owned(),
            });
        });
    }
    packages
}

/// Shows `visit` each package that a text of the database says is installed.
fn for_each_installed(text: &[u8], mut visit: impl FnMut(&PackageStanza<'_>)) {
    let read = read_packages(text, |stanza| {
        // A distroless stanza has no Status: it is there because the package is.
        if stanza.status.is_empty() || stanza.status.ends_with(" installed") {
            visit(&stanza);
        }
    });
    debug_assert!(read.is_ok(), "reading memory does not fail");
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

    fn dependency_index(&self) -> Option<&dyn DependencyIndex> {
        Some(&self.dependencies)
    }
}

/// A dpkg database below a directory of the host.
struct Database {
    /// The root's directory, with its links resolved.
    root: PathBuf,
}

/// Its two forms; an image may have both, one from its base and one from a layer over it.
#[derive(Clone, Copy)]
enum Form {
    /// dpkg's own.
    Dpkg,
    /// That of distroless images.
    Distroless,
}

impl Database {
    fn of(root: &Path) -> Result<Self, CatalogError> {
        Ok(Self { root: inside(root, Path::new(""))? })
    }

    /// Shows `visit` each package that is installed.
    fn for_each_stanza(&self, mut visit: impl FnMut(Form, &PackageStanza<'_>)) -> Result<(), CatalogError> {
        let mut visit_all = |form, text: Option<Vec<u8>>| {
            for_each_installed(&text.unwrap_or_default(), |stanza| visit(form, stanza));
        };
        let status = self.read(STATUS)?;
        let has_status = status.is_some();
        visit_all(Form::Dpkg, status);
        let directory = match inside(&self.root, Path::new(STATUS_DIRECTORY)) {
            Ok(directory) => directory,
            Err(_) if has_status => return Ok(()),
            Err(error) => return Err(error),
        };
        for name in directory_names(&directory)? {
            let file = format!("{STATUS_DIRECTORY}/{}", name.to_str_lossy());
            if name.ends_with(b".md5sums") || directory.join(std::ffi::OsStr::from_bytes(&name)).is_dir() {
                continue;
            }
            visit_all(Form::Distroless, self.read(&file)?);
        }
        Ok(())
    }

    /// The paths that a package has.
    fn paths_of(
        &self,
        form: Form,
        package: &Package,
        paths: &LibraryPaths,
    ) -> Result<Vec<RootedPath>, CatalogError> {
        match form {
            Form::Dpkg => self.listed_paths(package),
            Form::Distroless => self.summed_paths(&package.name, paths),
        }
    }

    /// The paths in a package's `.list`; none where it has no list.
    fn listed_paths(&self, package: &Package) -> Result<Vec<RootedPath>, CatalogError> {
        let info = "var/lib/dpkg/info";
        let qualified = self.read(&format!("{info}/{}:{}.list", package.name, package.architecture))?;
        let list = match qualified {
            Some(list) => Some(list),
            None => self.read(&format!("{info}/{}.list", package.name))?,
        };
        Ok(list.unwrap_or_default().lines().map(RootedPath::new).collect())
    }

    /// The paths in a package's `.md5sums`, and the links beside its libraries that point to them.
    fn summed_paths(
        &self,
        name: &PackageName,
        paths: &LibraryPaths,
    ) -> Result<Vec<RootedPath>, CatalogError> {
        let sums = self.read(&format!("{STATUS_DIRECTORY}/{name}.md5sums"))?.unwrap_or_default();
        let files = sums.lines().filter_map(|line| line.split_once_str(" "));
        let mut found: Vec<_> = files.map(|(_, path)| RootedPath::new(path.trim_ascii_start())).collect();
        let is_library = |path: &&RootedPath| paths.split_library(&path.as_bytes()[1..]).is_some();
        let mut directories: Vec<_> = found.iter().filter(is_library).map(RootedPath::parent).collect();
        directories.sort();
        directories.dedup();
        for directory in directories {
            let links: Vec<_> =
                self.links(&directory)?.into_iter().filter(|link| found.contains(&link.1)).collect();
            found.extend(links.into_iter().map(|(link, _)| link));
        }
        Ok(found)
    }

    /// The links in a directory, each with where it points.
    fn links(&self, directory: &RootedPath) -> Result<Vec<(RootedPath, RootedPath)>, CatalogError> {
        let relative = std::ffi::OsStr::from_bytes(&directory.as_bytes()[1..]);
        let Ok(host) = inside(&self.root, Path::new(relative)) else { return Ok(Vec::new()) };
        let mut links = Vec::new();
        for name in directory_names(&host)? {
            if let Ok(aim) = std::fs::read_link(host.join(std::ffi::OsStr::from_bytes(&name))) {
                let aim = aim.into_os_string().into_vec();
                let aim = if aim.starts_with(b"/") { RootedPath::new(aim) } else { directory.join(aim) };
                links.push((directory.join(name), aim));
            }
        }
        Ok(links)
    }

    /// The content of a file of the root; none where it is not there.
    fn read(&self, relative: &str) -> Result<Option<Vec<u8>>, CatalogError> {
        let unless_absent = |error| match error {
            CatalogError::Read { source, .. } if source.kind() == ErrorKind::NotFound => Ok(None),
            error => Err(error),
        };
        match inside(&self.root, Path::new(relative)) {
            Ok(path) => std::fs::read(&path)
                .map(Some)
                .or_else(|source| unless_absent(CatalogError::Read { path, source })),
            Err(error) => unless_absent(error),
        }
    }
}

/// The host's path of a path below `root`, its links resolved; never outside of it.
fn inside(root: &Path, relative: &Path) -> Result<PathBuf, CatalogError> {
    let path = root.join(relative);
    let resolved = path.canonicalize().and_then(|resolved| {
        if resolved.starts_with(root.canonicalize()?) {
            Ok(resolved)
        } else {
            Err(std::io::Error::other("a link leads out of the root"))
        }
    });
    resolved.map_err(|source| CatalogError::Read { path, source })
}

/// The names in a directory of the host, sorted.
fn directory_names(directory: &Path) -> Result<Vec<Vec<u8>>, CatalogError> {
    let names = std::fs::read_dir(directory).and_then(|entries| {
        entries.map(|entry| entry.map(|entry| entry.file_name().into_vec())).collect::<Result<Vec<_>, _>>()
    });
    let mut names = names.map_err(|source| CatalogError::Read { path: directory.to_owned(), source })?;
    names.sort();
    Ok(names)
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

/// Which paths lie elsewhere than their package says (dpkg-divert(1)).
struct Diversions(BTreeMap<RootedPath, Diversion>);

struct Diversion {
    aim: RootedPath,
    /// The package whose own file stays at the path; `:` where the administrator moved it for all.
    by: BString,
}

impl Diversions {
    /// The file has three lines for each: the path, where it lies instead, and for which package.
    fn parse(text: &[u8]) -> Self {
        let lines: Vec<&[u8]> = text.lines().collect();
        let diversions = lines.chunks_exact(3).map(|lines| {
            let diversion = Diversion { aim: RootedPath::new(lines[1]), by: BString::from(lines[2]) };
            (RootedPath::new(lines[0]), diversion)
        });
        Self(diversions.collect())
    }

    fn apply(&self, path: RootedPath, package: &PackageName) -> RootedPath {
        match self.0.get(&path) {
            Some(diversion) if diversion.by != package.as_str() => diversion.aim.clone(),
            _ => path,
        }
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

    fn places(catalog: &InstalledCatalog, name: &str) -> Vec<String> {
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
        assert_eq!(places(&catalog, "libgmp.so.10"), [format!("{lib}/libgmp.so.10 libgmp10")]);
        assert_eq!(places(&catalog, "libold.so.1"), [""; 0]);
        let package = catalog.package(&PackageName::new("libgmp10")).expect("reads").expect("is there");
        assert_eq!((package.version.as_str(), package.installed_size_kib), ("2:6.2.1+dfsg1-1.1", 855));
        assert!(catalog.package(&PackageName::new("libgl1")).expect("reads").is_some());
        assert_eq!(catalog.file_names(b"libgmp", 1).expect("reads"), ["libgmp.so.10"]);
    }

    #[test]
    fn a_database_tells_what_its_packages_depend_on() {
        let stanzas = STANZAS.replacen("Section", "Depends: libc6 | libgl1, libold1\nSection", 1);
        let catalog = read(&root(&[("var/lib/dpkg/status", &stanzas)])).expect("reads");
        let index = catalog.dependency_index().expect("is told");
        let told = index.dependencies(&PackageName::new("libgmp10")).expect("reads").expect("is there");
        assert_eq!(told.groups, [[PackageName::new("libgl1")]], "what is not installed is left out");
        assert_eq!((told.installed_size_kib, told.size_bytes), (855, 0));
    }

    #[test]
    fn the_names_of_a_root_are_those_of_its_own_architecture_and_what_they_provide() {
        let distroless = "Package: tzdata\nVersion: 1\nArchitecture: all\nProvides: zones (= 1), clock\n";
        let status = STANZAS.replace(
            "Package: libgmp10\nStatus: install ok installed\nArchitecture: arm64",
            "Package: foreign\nStatus: install ok installed\nArchitecture: arm64",
        );
        let names = installed_names([status.as_bytes(), distroless.as_bytes()]);
        let names: Vec<&str> = names.iter().map(PackageName::as_str).collect();
        assert_eq!(names, ["clock", "libgl1", "libgmp10", "tzdata", "zones"]);
    }

    #[test]
    fn a_diverted_path_lies_where_the_diversion_says() {
        let root = root(&[
            ("var/lib/dpkg/status", STANZAS),
            ("var/lib/dpkg/info/libgl1.list", "/usr/lib/libGL.so.1\n"),
            ("var/lib/dpkg/diversions", "/usr/lib/libGL.so.1\n/usr/lib/mesa/libGL.so.1\nglx-diversions\n"),
        ]);
        let catalog = read(&root).expect("reads");
        assert_eq!(places(&catalog, "libGL.so.1"), ["/usr/lib/mesa/libGL.so.1 libgl1"]);
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
        for (link, aim) in [("libgmp.so.10", "libgmp.so.10.4.1"), ("libelse.so", "libother.so.1")] {
            std::os::unix::fs::symlink(aim, root.path().join(lib).join(link)).expect("a link");
        }
        let catalog = read(&root).expect("reads");
        assert_eq!(places(&catalog, "libgmp.so.10"), [format!("/{lib}/libgmp.so.10 libgmp10")]);
        assert_eq!(places(&catalog, "libelse.so"), [""; 0]);
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
