//! Costs, by which solutions are compared.

use std::ops::Add;

use crate::vocabulary::PackageName;

/// Cost of a solution. Of two solutions the lesser is better; the fields are compared in their order.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cost {
    /// Sum of the ranks of the options taken, over the active requirements.
    pub rank: u64,
    /// Number of chosen packages.
    pub packages: usize,
    /// Sum of their installed sizes, in KiB.
    pub installed_size_kib: u64,
    /// Names of the packages, sorted.
    pub names: Vec<PackageName>,
}

/// The part of a cost that is added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CostSum {
    pub(super) rank: u64,
    pub(super) packages: usize,
    pub(super) size_kib: u64,
}

impl Add for CostSum {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self {
            rank: self.rank + other.rank,
            packages: self.packages + other.packages,
            size_kib: self.size_kib + other.size_kib,
        }
    }
}
