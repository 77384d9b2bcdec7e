//! Inputs of a closure.

use super::included_package::IncludedPackage;
use crate::app::{InputTrees, LinkedApps};
use crate::loader::LinkerSettings;
use crate::solve::resolve::{Problem, Resolution, TargetAbi};
use crate::tree::root::Root;

/// Judge of a root in which everything is linked: returns the problems that packages do not fix.
pub type Judge<'run> = dyn Fn(&Root<'_>, &LinkedApps<'_>) -> Vec<Problem> + Sync + 'run;

/// The apps, and the resolution of their own needs.
#[derive(Clone, Copy)]
pub struct ClosureInputs<'trees> {
    /// Root of the trees.
    pub root: &'trees Root<'trees>,
    /// Base, included files and apps.
    pub trees: &'trees InputTrees,
    /// Environment that the image will set for the dynamic linker.
    pub settings: &'trees LinkerSettings,
    /// ABI of the objects that are resolved.
    pub target: TargetAbi,
    /// Resolution of the apps' own needs.
    pub resolution: &'trees Resolution,
    /// Judge of the root with the chosen packages.
    pub judge: &'trees Judge<'trees>,
    /// Packages of the included files, in their order.
    pub included: &'trees [IncludedPackage],
}
