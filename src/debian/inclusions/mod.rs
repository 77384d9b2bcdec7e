//! What of packages is shipped though no object asks for it: the data and the modules without which a library is of
//! no use ([`data_rules()`]), the interpreters that `--with` names ([`Runtime`]), and what a user names.
//!
//! It is two tables and the reading of them. Each line tells its reason, which goes into the Plan.

mod data_rules;
mod pattern;
mod runtimes;

pub use data_rules::{DataRule, RuleOwner, data_rules};
pub use pattern::{BadPattern, Pattern};
pub use runtimes::{Runtime, UnknownRuntime};

use bstr::ByteSlice;

use crate::vocabulary::PackageName;

/// Where packages have what people read (Debian Policy §12): none of it is loaded.
const DOCUMENTATION: [&str; 8] = [
    "usr/share/doc/",
    "usr/share/doc-base/",
    "usr/share/gtk-doc/",
    "usr/share/help/",
    "usr/share/info/",
    "usr/share/lintian/",
    "usr/share/man/",
    "usr/share/bug/",
];

/// Files of a package that are shipped, and why.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Inclusion {
    /// The package.
    pub package: PackageName,
    /// Which of its files.
    pub extent: FileSet,
    /// Why, in words that follow the names of the files.
    pub reason: String,
}

/// Which files of a package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileSet {
    /// Those that one of the patterns takes.
    Files(Vec<Pattern>),
    /// All but documentation and those that one of the patterns takes.
    AllExcept(Vec<Pattern>),
}

impl FileSet {
    /// Whether a path of the package, which has no leading slash, is meant.
    pub fn takes(&self, path: &[u8]) -> bool {
        match self {
            Self::Files(patterns) => patterns.iter().any(|pattern| pattern.takes(path)),
            Self::AllExcept(patterns) => {
                !is_documentation(path) && !patterns.iter().any(|pattern| pattern.takes(path))
            }
        }
    }
}

/// Whether a path of a package, which has no leading slash, is of what people read.
pub fn is_documentation(path: &[u8]) -> bool {
    DOCUMENTATION.iter().any(|directory| path.starts_with(directory.as_bytes()))
}

/// Whether a path of a package is of the copies for newer processors, beside which the one for every processor lies.
pub fn is_processor_copy(path: &[u8]) -> bool {
    path.contains_str("/glibc-hwcaps/")
}

/// Whether a package has the copyright files of others: those of GCC's libraries are in `gcc-12-base`.
fn is_licence_holder(package: &str) -> bool {
    package.starts_with("gcc-") && package.ends_with("-base")
}

/// Whether one of the tables may name a package, so that a catalog has to know it though it has no library.
pub fn may_be_named(package: &str) -> bool {
    is_licence_holder(package)
        || data_rules().iter().any(|rule| matches!(rule.whose, RuleOwner::Of(name) if name == package))
        || Runtime::ALL.iter().any(|runtime| runtime.may_take(package))
}
