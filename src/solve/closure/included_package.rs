//! Packages of which files are included although no object needs them.

use std::sync::Arc;

use bstr::ByteSlice;

use crate::app::IncludedFiles;
use crate::debian::catalog::Package;
use crate::debian::debs::DebFacts;
use crate::debian::inclusions::{Inclusion, is_processor_copy};
use crate::solve::plan::{LinkOrigin, TakenFile, TakenKind};
use crate::tree::inventory::{Entry, EntryKind};
use crate::tree::root::Root;
use crate::vocabulary::RootedPath;

/// A package of which files are included.
#[derive(Clone, Debug)]
pub struct IncludedPackage {
    /// Record of the package in the catalog.
    pub package: Package,
    /// Contents of its .deb.
    pub deb: Arc<DebFacts>,
    /// Files to include and the reasons; at least one.
    pub inclusions: Vec<Inclusion>,
}

impl IncludedPackage {
    /// Returns the included files as a part of the input trees.
    pub fn source(&self) -> IncludedFiles {
        IncludedFiles::new(self.package.name.clone(), &self.deb.inventory, |path| self.takes(path))
    }

    /// Returns true if one of the included files is an object.
    pub fn has_object(&self) -> bool {
        let mut objects = self.deb.inventory.objects();
        objects.any(|(path, _)| self.takes(path))
    }

    /// Returns the included files with their paths in the root, sorted by path.
    pub(super) fn files(&self, root: &Root<'_>) -> Vec<TakenFile> {
        let taken = self.deb.inventory.entries().iter().filter(|entry| self.takes(&entry.path));
        let mut files: Vec<TakenFile> = taken
            .filter_map(|entry| Some(TakenFile { path: path_in(root, entry)?, kind: self.kind(entry)? }))
            .collect();
        files.sort_by(|one, other| one.path.cmp(&other.path));
        files
    }

    /// Returns true if a path of the package is included.
    fn takes(&self, path: &[u8]) -> bool {
        !is_processor_copy(path) && self.inclusions.iter().any(|inclusion| inclusion.extent.contains(path))
    }

    fn kind(&self, entry: &Entry) -> Option<TakenKind> {
        match &entry.kind {
            EntryKind::Symlink(target) => {
                Some(TakenKind::Link { target: target.clone(), origin: LinkOrigin::Package })
            }
            EntryKind::File(_) => self.deb.file(&entry.path).map(|file| TakenKind::File {
                sha256: file.sha256,
                size_bytes: file.size_bytes,
                mode: file.permissions.mode,
            }),
            EntryKind::Directory(_) | EntryKind::Special => None,
        }
    }
}

/// Returns the path of a package's entry in a root, with links above it followed.
fn path_in(root: &Root<'_>, entry: &Entry) -> Option<RootedPath> {
    let (directory, name) = entry.path.rsplit_once_str("/").unwrap_or((b"", &entry.path));
    let directory = root.resolve(root.top(), directory).ok()?;
    Some(root.path(directory).join(name))
}
