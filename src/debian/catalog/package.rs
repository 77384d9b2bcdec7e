//! Packages and their libraries, as a catalog has them.

use crate::vocabulary::{PackageName, RootedPath, Sha256Digest};

/// Location of a library in a package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Library {
    /// Path in the package.
    pub path: RootedPath,
    /// Package that contains it.
    pub package: PackageName,
}

/// Binary package: the version that apt would install, the newest among the suites that were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Name.
    pub name: PackageName,
    /// Version, as in the stanza.
    pub version: String,
    /// Architecture of the package: the target's, or `all`.
    pub architecture: String,
    /// Suite whose Packages file lists it, such as `bookworm-security`; empty for an installed root.
    pub suite: String,
    /// Section, with its component if that is not main (`libs`, `non-free/libs`).
    pub section: String,
    /// Pool path below the archive's base; empty for an installed root.
    pub filename: String,
    /// Digest of the .deb; none for an installed root.
    pub sha256: Option<Sha256Digest>,
    /// Size of the .deb in bytes; 0 for an installed root.
    pub size_bytes: u64,
    /// Installed-Size of the stanza, in KiB.
    pub installed_size_kib: u64,
    /// Virtual packages in Provides that look like sonames (`libblas.so.3`): update-alternatives manages these
    /// libraries.
    pub provides_sonames: Vec<String>,
}

impl Package {
    /// Returns true if the package is in the section of libraries, of any component.
    pub fn is_in_libs(&self) -> bool {
        without_component(&self.section) == "libs"
    }

    /// Returns the name of the source package, which is that of the directory in the pool; none if the path is not known.
    pub fn pool_source(&self) -> Option<&str> {
        let (directory, _) = self.filename.rsplit_once('/')?;
        directory.rsplit('/').next()
    }

    /// Returns true for detached debug data.
    pub(super) fn is_debug(&self) -> bool {
        let name = self.name.as_str();
        without_component(&self.section) == "debug" || name.ends_with("-dbg") || name.ends_with("-dbgsym")
    }
}

/// Splits the name of a source package into a stem and a version at its end, which may be empty: `llvm-toolchain-14` into
/// `llvm-toolchain-` and `14`.
pub fn source_and_version(source: &str) -> (&str, &str) {
    let stem = source.trim_end_matches(|last: char| last.is_ascii_digit() || last == '.');
    source.split_at(stem.len())
}

/// Returns true for packages for building, for debugging or for another architecture, which never provide a soname at
/// run time. The section decides, and otherwise the name (Debian Policy §8.4).
pub fn is_development(name: &str, section: &str) -> bool {
    let section = without_component(section);
    section == "debug"
        || section == "libdevel" && !is_named_for_a_soname(name)
        || ["-dev", "-dbg", "-dbgsym", "-cross"].iter().any(|end| name.ends_with(end))
}

/// Returns true if a package has the name of a run-time library (Debian Policy §8.1). Some of them are in section
/// libdevel, such as libdtkgui5.
fn is_named_for_a_soname(name: &str) -> bool {
    let stem = name.strip_suffix("t64").unwrap_or(name);
    name.starts_with("lib") && !name.contains("-dev") && stem.ends_with(|last: char| last.is_ascii_digit())
}

/// Returns true if a virtual package has the name of a library, such as `libblas.so.3`.
pub(super) fn looks_like_a_soname(name: &str) -> bool {
    name.starts_with("lib") && name.contains(".so.")
}

/// Section without its component: `libs` for `non-free/libs`.
fn without_component(section: &str) -> &str {
    section.rsplit('/').next().unwrap_or(section)
}
