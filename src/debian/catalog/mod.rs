//! Which package has a library: the signed index of a release, compiled into this program or fetched,
//! or the dpkg database of an installed root.
//!
//! A [`Catalog`] answers by file name, since that is what a soname is to the dynamic linker. It says what
//! the index says and judges nothing; which of several packages is the answer for a soname is decided in
//! [`look_up`].

mod builder;
mod bytes;
mod cached;
mod collect;
mod container;
mod declared;
mod depends;
mod depends_table;
mod embedded;
mod file;
mod find;
mod host;
mod installed;
mod lookup;
mod paths;
mod pool;
mod record;
mod relation;
mod table;

pub use builder::{BuildError, Detail, write_catalog};
pub use cached::{CachedFile, cached_catalog, cached_files, refresh_catalog, write_atomically};
pub use collect::TargetIndex;
pub use depends::{Dependencies, DependencyIndex};
pub use embedded::embedded_catalogs;
pub use file::{CatalogFile, FileCatalog};
pub use find::{Found, LibraryQuery, NamePattern, Pattern, find};
pub use installed::{Installed, InstalledCatalog, installed_catalog, installed_names, installed_packages};

use bstr::BString;
use jiff::Timestamp;

use crate::vocabulary::{PackageName, RootedPath, Sha256Digest, Target};

pub use host::host_provider;
pub use lookup::{Answer, Candidate, NearMiss, Visibility, is_named_for, look_up};
pub use relation::{Operator, Relation, RelationGroup, parse_relations};

/// One release's or one root's packages and the libraries in them.
pub trait Catalog: Sync {
    /// Where this catalog's facts come from.
    fn provenance(&self) -> &Provenance;

    /// Every place in which a package of this target has a file (or link) of this name, in the order of
    /// path, then package.
    ///
    /// # Errors
    /// When the catalog's data is broken.
    fn libraries(&self, file_name: &[u8]) -> Result<Vec<Library>, CatalogError>;

    /// The file names that begin with `prefix`, sorted, at most `limit`.
    ///
    /// # Errors
    /// When the catalog's data is broken.
    fn file_names(&self, prefix: &[u8], limit: usize) -> Result<Vec<BString>, CatalogError>;

    /// What is known of a package.
    ///
    /// # Errors
    /// When the catalog's data is broken.
    fn package(&self, name: &PackageName) -> Result<Option<Package>, CatalogError>;

    /// What packages declare of each other; none where the index does not tell.
    fn dependency_index(&self) -> Option<&dyn DependencyIndex>;
}

/// Where a catalog's facts come from; every answer shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provenance {
    /// The release and architecture.
    pub target: Target,
    /// Which kind of index it is.
    pub index: IndexKind,
    /// The date of the newest signed Release file that went into it; none for an installed root.
    pub date: Option<Timestamp>,
    /// False if a Contents file did not match the signed Release, so that its paths are not authenticated.
    pub verified: bool,
    /// One line for each index file that went in: suite, component, date, digest.
    pub sources: Vec<IndexSource>,
}

impl Provenance {
    /// The date of the release itself: that of its main suite's Release file, which changes with a point
    /// release. Updates and security fixes may be newer ([`Provenance::date`]).
    pub fn release_date(&self) -> Option<Timestamp> {
        let main = self.sources.iter().find(|source| source.suite == self.target.release.as_str());
        main.map(|source| source.date).or(self.date)
    }
}

crate::vocabulary::named! {
    /// The kinds of index that a catalog is made from.
    IndexKind("index kind") {
        /// Compiled into the program.
        Embedded = "embedded",
        /// Fetched from the archive, out of the cache.
        Archive = "archive",
        /// The dpkg database of an installed root.
        Installed = "installed",
    }
}

/// One index file that went into a catalog.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct IndexSource {
    /// The suite, such as `bookworm-security`.
    pub suite: String,
    /// The file's path below the suite, such as `main/Contents-amd64.gz`.
    pub file: String,
    /// The date of the suite's Release file.
    pub date: Timestamp,
    /// The digest of the file that was read, in hexadecimal.
    pub sha256: String,
    /// Whether that digest is the one in the signed Release.
    pub verified: bool,
}

/// One place of one library in one package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Library {
    /// The path in the package.
    pub path: RootedPath,
    /// The package that has it.
    pub package: PackageName,
}

/// A binary package: the candidate that apt would take, the newest among the suites that were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: PackageName,
    /// Its version, as in the stanza.
    pub version: String,
    /// Its own architecture: the target's, or `all`.
    pub architecture: String,
    /// The suite whose Packages file has it, such as `bookworm-security`; empty for an installed root.
    pub suite: String,
    /// Section, with its area where that is not main (`libs`, `non-free/libs`).
    pub section: String,
    /// The pool path below the archive's base; empty for an installed root.
    pub filename: String,
    /// The digest of the .deb; none for an installed root.
    pub sha256: Option<Sha256Digest>,
    /// The size of the .deb in bytes; 0 for an installed root.
    pub size_bytes: u64,
    /// The stanza's Installed-Size, in KiB.
    pub installed_size_kib: u64,
    /// Names of virtual packages in Provides that look like sonames (`libblas.so.3`): the sign that
    /// update-alternatives manages the library.
    pub provides_sonames: Vec<String>,
}

/// A catalog's data could not be read.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// The data is not of the form that this version writes.
    #[error("cannot read catalog {catalog}: {cause}")]
    Broken {
        /// The file, or a name for one that is compiled in.
        catalog: String,
        /// What is wrong with it.
        cause: String,
    },
    /// A file could not be read.
    #[error("cannot read {path}")]
    Read {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// Whether a package is for building against, debugging or another architecture: never an answer for a
/// soname at run time. Its section says so, and where that does not, its name (Debian Policy §8.4).
pub fn is_development(name: &str, section: &str) -> bool {
    let section = section.rsplit('/').next().unwrap_or(section);
    section == "debug"
        || section == "libdevel" && !is_named_for_a_soname(name)
        || ["-dev", "-dbg", "-dbgsym", "-cross"].iter().any(|end| name.ends_with(end))
}

/// Whether a package is named as those of run-time libraries are (Debian Policy §8.1): some of them are filed under
/// libdevel, as libdtkgui5 is.
fn is_named_for_a_soname(name: &str) -> bool {
    let stem = name.strip_suffix("t64").unwrap_or(name);
    name.starts_with("lib") && !name.contains("-dev") && stem.ends_with(|last: char| last.is_ascii_digit())
}

/// Whether the name of a virtual package is that of a library, such as `libblas.so.3`.
fn looks_like_a_soname(name: &str) -> bool {
    name.starts_with("lib") && name.contains(".so.")
}
