//! Comparison of a Plan with what apt would install for the same trees.
//!
//! Three sizes of the same answer: the packages that apt installs through Depends, the packages whose files
//! the dynamic linker really loads, and the files that are taken from those. Where the first two differ, either a
//! dependency is declared and never loaded (Debian Policy §7.2 requires it nevertheless: scripts, data, a
//! program to run), or a file is loaded that no dependency declares.

use serde::Serialize;

use super::planned::Plan;
use super::taken::TakenKind;
use crate::solve::resolve::SmallerChoice;
use crate::vocabulary::{PackageName, Soname};

/// Size of a Plan, compared with that of apt's answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Everything that apt would install with the packages that the trees need directly; none if the
    /// index has no Depends.
    pub depends_closure: Option<PackageTotals>,
    /// Packages of the Plan, whole.
    pub elf_closure: PackageTotals,
    /// Files that the Plan takes from them.
    pub taken: FileTotals,
    /// Smaller choice of packages that Debian does not prefer, if there is one.
    pub smaller: Option<SmallerChoice>,
    /// Dependencies of packages of the Plan that none of their files loads, sorted by package.
    pub declared_never_loaded: Vec<UnusedDependencies>,
    /// Libraries that files of the Plan load from packages that theirs do not depend on, sorted by package, then soname.
    pub loaded_never_declared: Vec<UndeclaredLoad>,
}

/// Size of a set of packages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PackageTotals {
    /// Number of packages.
    pub packages: usize,
    /// Sum of their Installed-Size, in KiB.
    pub installed_size_kib: u64,
    /// Sum of the sizes of their .debs, in bytes.
    pub debs_size_bytes: u64,
}

/// Size of the files that are taken from packages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileTotals {
    /// Number of regular files.
    pub files: usize,
    /// Number of symbolic links.
    pub links: usize,
    /// Sum of the files' sizes, in bytes.
    pub bytes: u64,
}

/// A package with dependencies that its files do not load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnusedDependencies {
    /// Package that declares them.
    pub package: PackageName,
    /// Dependencies that it does not load, sorted.
    pub depends: Vec<PackageName>,
}

/// A library that is loaded from a package on which no dependency is declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UndeclaredLoad {
    /// Package whose file loads the library.
    pub package: PackageName,
    /// Soname of the library.
    pub soname: Soname,
    /// Package that the library is loaded from.
    pub provider: PackageName,
}

impl PackageTotals {
    /// Adds up packages: the Installed-Size in KiB and the size of the .deb in bytes of each.
    pub fn of(sizes: impl IntoIterator<Item = (u64, u64)>) -> PackageTotals {
        sizes.into_iter().fold(PackageTotals::default(), |sum, (installed_size_kib, debs_size_bytes)| {
            PackageTotals {
                packages: sum.packages + 1,
                installed_size_kib: sum.installed_size_kib.saturating_add(installed_size_kib),
                debs_size_bytes: sum.debs_size_bytes.saturating_add(debs_size_bytes),
            }
        })
    }
}

impl Plan {
    /// Returns the size of its packages, whole.
    pub fn package_totals(&self) -> PackageTotals {
        PackageTotals::of(
            self.packages
                .iter()
                .map(|planned| (planned.package.installed_size_kib, planned.package.size_bytes)),
        )
    }

    /// Returns the size of the files that it takes.
    pub fn file_totals(&self) -> FileTotals {
        let mut totals = FileTotals::default();
        for file in self.packages.iter().flat_map(|planned| &planned.files) {
            match file.kind {
                TakenKind::File { .. } => totals.files += 1,
                TakenKind::Link { .. } => totals.links += 1,
            }
            totals.bytes = totals.bytes.saturating_add(file.size_bytes());
        }
        totals
    }
}
