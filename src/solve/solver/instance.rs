//! The problem to solve: packages, and requirements with their options.

use crate::vocabulary::PackageName;

/// Largest installed size that is told apart, in KiB: 4 TiB. The sizes of a million packages can be added.
pub const MAX_SIZE_KIB: u64 = 1 << 32;

/// Index of a package in [`Instance::packages`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageId(pub usize);

/// Index of a requirement in [`Instance::requirements`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequirementId(pub usize);

/// Packages that may be chosen, and requirements to meet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instance {
    /// Packages that may be chosen.
    pub packages: Vec<Solvable>,
    /// Every requirement that is wanted or that an option needs.
    pub requirements: Vec<Requirement>,
    /// Requirements that are active whatever is chosen: those of the app itself.
    pub wanted: Vec<RequirementId>,
}

/// A package that may be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solvable {
    /// Name of the package.
    pub name: PackageName,
    /// Size when installed, in KiB.
    pub installed_size_kib: u64,
    /// Packages that cannot be installed together with this one (Conflicts and Breaks). One of two is enough to
    /// declare a conflict.
    pub conflicts: Vec<PackageId>,
}

/// A condition that must be met if it is active.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// Name in explanations: a soname.
    pub label: String,
    /// Ways to meet it, of which one is enough; with none it cannot be met.
    pub options: Vec<SolverOption>,
}

/// One way to meet a requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SolverOption {
    /// Package that meets it.
    pub package: PackageId,
    /// Requirements that become active if this option is taken.
    pub needs: Vec<RequirementId>,
    /// Debian's own order among the options of this requirement; 0 is preferred.
    pub rank: u32,
}
