//! What a Plan takes beside what apt would install for the same question.
//!
//! Three measures of the same answer: the packages that apt pulls in through Depends, the packages whose files
//! the linker really loads, and the files that are taken from those. Where the first two differ, either a
//! dependency is declared and never loaded (Debian Policy §7.2 asks for it all the same: scripts, data, a
//! program to run), or a file is loaded that no declaration promises.

use serde::Serialize;

use crate::vocabulary::{PackageName, Soname};

/// A Plan's extent, beside that of what apt would install.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Everything that apt would install with the packages that the trees ask for by themselves; none where the
    /// index tells no Depends.
    pub depends_closure: Option<PackageTotals>,
    /// The packages of the Plan, whole.
    pub elf_closure: PackageTotals,
    /// What the Plan takes from them.
    pub taken: FileTotals,
    /// What packages of the Plan depend on and none of their files loads, sorted by package.
    pub declared_never_loaded: Vec<Declared>,
    /// What files of the Plan load from packages that theirs do not depend on, sorted by package, then soname.
    pub loaded_never_declared: Vec<Undeclared>,
}

/// The size of a set of packages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PackageTotals {
    /// How many packages there are.
    pub packages: usize,
    /// The sum of their Installed-Size, in KiB.
    pub installed_size_kib: u64,
    /// The sum of the sizes of their .debs, in bytes.
    pub debs_size_bytes: u64,
}

/// The size of what is taken out of packages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileTotals {
    /// How many regular files.
    pub files: usize,
    /// How many symbolic links.
    pub links: usize,
    /// The sum of the files' sizes, in bytes.
    pub bytes: u64,
}

/// A package with dependencies that its files do not load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Declared {
    /// The package that declares them.
    pub package: PackageName,
    /// What it depends on and does not load, sorted.
    pub depends: Vec<PackageName>,
}

/// A library that is loaded from a package that nothing declares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Undeclared {
    /// The package whose file loads it.
    pub package: PackageName,
    /// What is loaded.
    pub soname: Soname,
    /// The package that it is loaded from.
    pub provider: PackageName,
}

impl PackageTotals {
    /// The extent of these packages: for each its Installed-Size in KiB and the size of its .deb in bytes.
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

impl FileTotals {
    /// What this Plan takes.
    pub fn of(plan: &super::Plan) -> FileTotals {
        let mut extent = FileTotals::default();
        for file in plan.packages.iter().flat_map(|planned| &planned.files) {
            match file.kind {
                super::TakenKind::File { .. } => extent.files += 1,
                super::TakenKind::Link { .. } => extent.links += 1,
            }
            extent.bytes = extent.bytes.saturating_add(file.size_bytes());
        }
        extent
    }
}

impl super::Plan {
    /// The extent of its packages, whole.
    pub fn extent(&self) -> PackageTotals {
        PackageTotals::of(
            self.packages
                .iter()
                .map(|planned| (planned.package.installed_size_kib, planned.package.size_bytes)),
        )
    }
}
