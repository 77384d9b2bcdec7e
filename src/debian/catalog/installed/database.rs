//! Dpkg database in a directory of the host.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use bstr::ByteSlice;

use super::packages::for_each_installed;
use crate::debian::archive::packages::PackageStanza;
use crate::debian::catalog::library_paths::LibraryPaths;
use crate::debian::catalog::{CatalogError, Package};
use crate::vocabulary::{PackageName, RootedPath};

const STATUS: &str = "var/lib/dpkg/status";
const STATUS_DIRECTORY: &str = "var/lib/dpkg/status.d";

/// Dpkg database of a root in a directory of the host.
pub(super) struct Database {
    /// Directory of the root, with its links resolved.
    root: PathBuf,
}

/// Form of a dpkg database. An image may have both, one from its base and one from a layer over it.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// Dpkg's own: `status` and `info`.
    Dpkg,
    /// Form of distroless images: `status.d`.
    Distroless,
}

impl Database {
    /// Opens the database of a root.
    pub(super) fn open(root: &Path) -> Result<Self, CatalogError> {
        Ok(Self { root: inside(root, Path::new(""))? })
    }

    /// Calls `visit` for each installed package.
    pub(super) fn for_each_stanza(
        &self,
        mut visit: impl FnMut(Form, &PackageStanza<'_>),
    ) -> Result<(), CatalogError> {
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
            if name.ends_with(b".md5sums") || directory.join(OsStr::from_bytes(&name)).is_dir() {
                continue;
            }
            visit_all(Form::Distroless, self.read(&file)?);
        }
        Ok(())
    }

    /// Returns the paths of a package.
    pub(super) fn paths_of(
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

    /// Paths in a package's `.list`; none if it has no list.
    fn listed_paths(&self, package: &Package) -> Result<Vec<RootedPath>, CatalogError> {
        let info = "var/lib/dpkg/info";
        let qualified = self.read(&format!("{info}/{}:{}.list", package.name, package.architecture))?;
        let list = match qualified {
            Some(list) => Some(list),
            None => self.read(&format!("{info}/{}.list", package.name))?,
        };
        Ok(list.unwrap_or_default().lines().map(RootedPath::new).collect())
    }

    /// Paths in a package's `.md5sums`, and the links next to its libraries that lead to them.
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

    /// Links in a directory, each with its target.
    fn links(&self, directory: &RootedPath) -> Result<Vec<(RootedPath, RootedPath)>, CatalogError> {
        let relative = OsStr::from_bytes(&directory.as_bytes()[1..]);
        let Ok(host) = inside(&self.root, Path::new(relative)) else { return Ok(Vec::new()) };
        let mut links = Vec::new();
        for name in directory_names(&host)? {
            if let Ok(target) = std::fs::read_link(host.join(OsStr::from_bytes(&name))) {
                let target = target.into_os_string().into_vec();
                let target =
                    if target.starts_with(b"/") { RootedPath::new(target) } else { directory.join(target) };
                links.push((directory.join(name), target));
            }
        }
        Ok(links)
    }

    /// Reads a file of the root; none if it does not exist.
    pub(super) fn read(&self, relative: &str) -> Result<Option<Vec<u8>>, CatalogError> {
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

/// Resolves a path below `root` to a path of the host, which is never outside of the root.
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

/// Names in a directory of the host, sorted.
fn directory_names(directory: &Path) -> Result<Vec<Vec<u8>>, CatalogError> {
    let names = std::fs::read_dir(directory).and_then(|entries| {
        entries.map(|entry| entry.map(|entry| entry.file_name().into_vec())).collect::<Result<Vec<_>, _>>()
    });
    let mut names = names.map_err(|source| CatalogError::Read { path: directory.to_owned(), source })?;
    names.sort();
    Ok(names)
}
