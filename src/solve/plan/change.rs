//! One difference between two Plans.

use std::fmt;

use bstr::BString;

use super::taken::TakenKind;
use crate::app::AppKind;
use crate::solve::resolve::Problem;
use crate::vocabulary::{PackageName, RootedPath, Sha256Digest, Soname, Target, named};

named! {
    /// Side of a comparison on which something exists.
    Presence("presence") {
        /// Only the new Plan has it.
        Added = "added",
        /// Only the old Plan has it.
        Removed = "removed",
    }
}

/// One difference between an old Plan and a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Another release or architecture.
    Target {
        /// Target of the old Plan.
        old: Target,
        /// Target of the new Plan.
        new: Target,
    },
    /// Another snapshot of the archive.
    Snapshot {
        /// Snapshot of the old Plan, if one was requested.
        old: Option<String>,
        /// Snapshot of the new Plan, if one is requested.
        new: Option<String>,
    },
    /// Another base.
    Base {
        /// Name of the old base, if there was one.
        old: Option<BString>,
        /// Name of the new base, if there is one.
        new: Option<BString>,
    },
    /// A tree; one whose kind changed is removed and added.
    App {
        /// Plan that has it.
        presence: Presence,
        /// Path in the image.
        at: RootedPath,
        /// Kind of tree.
        kind: AppKind,
    },
    /// A library.
    Library {
        /// Plan that has it.
        presence: Presence,
        /// Requested soname.
        soname: Soname,
        /// Location of the library.
        location: LibraryLocation,
    },
    /// A library that is in another package or at another path.
    Moved {
        /// Requested soname.
        soname: Soname,
        /// Old location.
        old: LibraryLocation,
        /// New location.
        new: LibraryLocation,
    },
    /// A package with all files that are taken from it.
    Package {
        /// Plan that has it.
        presence: Presence,
        /// Name of the package.
        name: PackageName,
        /// Version of the package.
        version: String,
        /// Number of files and links that are taken from it.
        files: usize,
    },
    /// Another version of a package.
    Version {
        /// The package.
        package: PackageName,
        /// Old version.
        old: String,
        /// New version.
        new: String,
    },
    /// Another .deb of a package with the same version: the archive contradicts itself, or it is another archive.
    Deb {
        /// The package.
        package: PackageName,
        /// The version.
        version: String,
        /// Digest of the old .deb.
        old: Option<Sha256Digest>,
        /// Digest of the new .deb.
        new: Option<Sha256Digest>,
    },
    /// A file or link of a package that both Plans have.
    File {
        /// Plan that has it.
        presence: Presence,
        /// The package.
        package: PackageName,
        /// Path of the file.
        path: RootedPath,
    },
    /// Another file at a path: other content, permissions or target, or a link instead of a file.
    Content {
        /// The package.
        package: PackageName,
        /// Path of the file.
        path: RootedPath,
        /// Old file.
        old: TakenKind,
        /// New file.
        new: TakenKind,
    },
    /// A problem that keeps an object from loading.
    Problem {
        /// Plan that has it.
        presence: Presence,
        /// The problem.
        problem: Problem,
    },
}

/// Location of a library.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LibraryLocation {
    /// Package that contains it.
    pub package: PackageName,
    /// Path by which the dynamic linker finds it.
    pub path: RootedPath,
}

impl fmt::Display for LibraryLocation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} in {}", self.path, self.package)
    }
}

impl Change {
    /// Returns the kind of change, as JSON writes it.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Target { .. } => "target",
            Self::Snapshot { .. } => "snapshot",
            Self::Base { .. } => "base",
            Self::App { .. } => "app",
            Self::Library { .. } => "library",
            Self::Moved { .. } => "library-moved",
            Self::Package { .. } => "package",
            Self::Version { .. } => "version",
            Self::Deb { .. } => "deb",
            Self::File { .. } => "file",
            Self::Content { .. } => "content",
            Self::Problem { .. } => "problem",
        }
    }

    /// Returns the side that has it; none if both sides have it and differ.
    pub fn presence(&self) -> Option<Presence> {
        match self {
            Self::App { presence, .. }
            | Self::Library { presence, .. }
            | Self::Package { presence, .. }
            | Self::File { presence, .. }
            | Self::Problem { presence, .. } => Some(*presence),
            _ => None,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Target { old, new } => write!(formatter, "target: {old} → {new}"),
            Self::Snapshot { old, new } => {
                write!(formatter, "snapshot: {} → {}", or_none(old), or_none(new))
            }
            Self::Base { old, new } => write!(formatter, "base: {} → {}", or_none(old), or_none(new)),
            Self::App { presence, at, kind } => write!(formatter, "tree {presence}: {at} ({kind})"),
            Self::Library { presence, soname, location } => {
                write!(formatter, "library {presence}: {soname} ({location})")
            }
            Self::Moved { soname, old, new } => {
                write!(formatter, "library {soname}: {old} → {new}")
            }
            Self::Package { presence, name, version, files } => {
                let ending = if *files == 1 { "" } else { "s" };
                write!(formatter, "package {presence}: {name} {version} ({files} file{ending})")
            }
            Self::Version { package, old, new } => write!(formatter, "package {package}: {old} → {new}"),
            Self::Deb { package, version, old, new } => write!(
                formatter,
                "package {package} {version}: other bytes for the same version: sha256 {} → {}",
                or_none(old),
                or_none(new)
            ),
            Self::File { presence, package, path } => {
                write!(formatter, "file {presence}: {path} of {package}")
            }
            Self::Content { package, path, old, new } => {
                write!(formatter, "file {path} of {package}: {} → {}", content(old), content(new))
            }
            Self::Problem { presence, problem } => {
                let Problem { kind, object, detail, .. } = problem;
                write!(formatter, "problem {presence}: {kind} {object}: {detail}")
            }
        }
    }
}

fn or_none<T: fmt::Display>(value: &Option<T>) -> String {
    value.as_ref().map_or_else(|| "none".to_owned(), ToString::to_string)
}

fn content(kind: &TakenKind) -> String {
    match kind {
        TakenKind::File { sha256, size_bytes, mode } => {
            format!("sha256 {sha256}, {size_bytes} bytes, mode {mode:04o}")
        }
        TakenKind::Link { target, origin } => format!("link to {target} (made by {origin})"),
    }
}
