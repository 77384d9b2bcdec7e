//! Options of a closure.

use std::collections::BTreeSet;

use crate::debian::inclusions::{Inclusion, Runtime};
use crate::vocabulary::{Grade, PackageName};

/// Packages to prefer, avoid, assume present and include.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClosureOptions {
    /// Packages that are chosen wherever they are a candidate.
    pub prefer: BTreeSet<PackageName>,
    /// Packages that are never chosen.
    pub avoid: BTreeSet<PackageName>,
    /// Packages of the base and the virtual packages that they provide, which cost nothing.
    pub present: BTreeSet<PackageName>,
    /// Files of packages that are taken although nothing loads them.
    pub include: Vec<Inclusion>,
    /// Interpreters that are taken from Debian.
    pub runtimes: Vec<&'static Runtime>,
    /// Least grade of data loads whose files are taken; none for no data files at all.
    pub data: Option<Grade>,
}
