//! The layer: the files of a Plan, out of the packages themselves, as a tar archive or a directory that is laid over
//! the base. And the layer of a tree of the host, for an image (`tree.rs`).
//!
//! What is in the layer of a Plan:
//! - the planned files and links, at the places that the Plan gives them;
//! - each package's copyright file (Debian Policy §12.5), and the links that lead to it (`copyright.rs`);
//! - what scanners know packages by, in distroless' form: `/var/lib/dpkg/status.d/PACKAGE` and `PACKAGE.md5sums`
//!   (`metadata.rs`);
//! - the bundle of trusted certificates, where the Plan takes certificates (`bundle.rs`);
//! - a new `/etc/ld.so.cache`, where the base has one (`cache.rs`);
//! - what is asked for beside that ([`LayerContents::Package`]);
//! - `/tmp`, in the lowest layer of an image;
//! - the directories above all that, as far as the base does not have them.
//!
//! Every path is led through the base's own links (`places.rs`), so that no entry ever takes the place of a directory or
//! lies below a link, and what the base has already is not repeated. Archives are the same bytes everywhere: sorted,
//! one time for all, owners as numbers (`tar_writer.rs`). Outputs are written beside and renamed when they were read
//! back and do what the Plan says (`check.rs`).

mod bundle;
mod bytecode;
mod cache;
mod check;
mod compose;
mod contents;
mod copyright;
mod directory_writer;
mod error;
mod host_file;
mod metadata;
mod output;
mod places;
mod tar_writer;
mod tree;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use bstr::BString;

pub use check::{Context, Library, check, not_found, not_loaded};
pub use error::LayerError;
pub use output::{OutputKind, Written, refuse_output, scratch, write};
pub use tar_writer::{TarWriter, WriteFault};
pub use tree::{HostTree, Owner};

use crate::solve::plan::Plan;
use crate::tree::inventory::{Deb, Inventory, Permissions};
use crate::vocabulary::{PackageName, RootedPath, Sha256Digest};
use contents::Contents;
use host_file::HostFile;

/// How much of each package is shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LayerContents {
    /// The planned files.
    Needed,
    /// All files but documentation and the copies for newer processors.
    Package,
}

/// The .deb of one package of the Plan.
#[derive(Clone, Debug)]
pub struct PackageSource {
    /// What was read of it.
    pub deb: Arc<Deb>,
    /// The file.
    pub file: PathBuf,
}

/// What a layer is made from.
#[derive(Clone, Copy)]
pub struct Request<'question> {
    /// What is to be shipped.
    pub plan: &'question Plan,
    /// The Plan's packages' .debs, in its order.
    pub sources: &'question [PackageSource],
    /// What the layer is laid over; none where nothing is assumed present.
    pub base: Option<&'question Inventory>,
    /// How much of each package is shipped.
    pub extent: LayerContents,
    /// Whether it is the lowest layer of an image, which programs want a /tmp in.
    pub is_lowest: bool,
}

/// All that is to be written.
#[derive(Debug)]
pub struct Layer {
    entries: BTreeMap<RootedPath, LayerEntry>,
    /// Directories of the base above entries, as the base has them: a directory can't do without them, an archive leaves
    /// them alone.
    base_directories: BTreeMap<RootedPath, LayerEntry>,
    contents: Contents,
    /// The packages, in the Plan's order.
    pub packages: Vec<ShippedPackage>,
    /// What a package should have brought and did not, and why.
    pub notes: Vec<String>,
}

/// What is shipped of one package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShippedPackage {
    /// Its name.
    pub name: PackageName,
    /// Its version.
    pub version: String,
    /// How many of its files and links are shipped.
    pub files: usize,
    /// What its files come to.
    pub size_bytes: u64,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
struct LayerEntry {
    kind: LayerKind,
    permissions: Permissions,
    /// The package that it is from, by its place in the Plan; none for directories and what is written here.
    package: Option<usize>,
}

/// What an entry is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum LayerKind {
    Directory,
    Link(BString),
    /// A file of a package, by the digest of its content.
    File {
        sha256: Sha256Digest,
        size_bytes: u64,
    },
    /// A file that is made here.
    Text(Vec<u8>),
    /// A file of a tree.
    HostFile(HostFile),
    /// Another name of a file that comes before it.
    HardLink(RootedPath),
}

/// How many entries of each kind a layer has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Regular files, those of dpkg's metadata among them.
    pub files: usize,
    /// Links.
    pub links: usize,
    /// Directories that the base does not have.
    pub directories: usize,
}

impl Layer {
    /// One with nothing in it; `scratch` is an empty file.
    fn empty(scratch: File) -> Self {
        Self {
            entries: BTreeMap::new(),
            base_directories: BTreeMap::new(),
            contents: Contents::empty(scratch),
            packages: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many entries it has.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for entry in self.entries.values() {
            match entry.kind {
                LayerKind::Directory => counts.directories += 1,
                LayerKind::Link(_) | LayerKind::HardLink(_) => counts.links += 1,
                LayerKind::File { .. } | LayerKind::Text(_) | LayerKind::HostFile(_) => counts.files += 1,
            }
        }
        counts
    }
}

impl LayerEntry {
    /// A link; nobody looks at a link's own permissions.
    fn link(target: impl Into<BString>, package: usize) -> Self {
        let permissions = Permissions { mode: 0o777, uid: 0, gid: 0 };
        Self { kind: LayerKind::Link(target.into()), permissions, package: Some(package) }
    }
}
