//! Packages that the tables may name.

use super::data_rules::{RuleOwner, data_rules};
use super::runtimes::Runtime;

/// Returns true if one of the tables may name a package, so that a catalog needs it though it has no library.
pub fn may_be_named(package: &str) -> bool {
    has_copyright_files_of_others(package)
        || data_rules().iter().any(|rule| matches!(rule.owner, RuleOwner::Package(name) if name == package))
        || Runtime::ALL.iter().any(|runtime| runtime.may_include(package))
}

/// Returns true for packages with the copyright files of others: those of GCC's libraries are in `gcc-12-base`.
fn has_copyright_files_of_others(package: &str) -> bool {
    package.starts_with("gcc-") && package.ends_with("-base")
}
