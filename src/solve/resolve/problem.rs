//! Problems that keep objects from loading.

use crate::vocabulary::{RootedPath, named};

named! {
    /// Kind of problem.
    ProblemKind("kind of problem") {
        /// A soname that nothing provides.
        Unresolved = "unresolved",
        /// A symbol version that the library which is found does not define.
        Version = "version",
        /// An object for another machine: reported, not resolved.
        Architecture = "architecture",
        /// A program whose dynamic linker is missing.
        Interpreter = "interpreter",
        /// An object for musl among ones for glibc, or the reverse: reported, not resolved. Or one for musl
        /// on a base without it.
        Musl = "musl",
        /// A library that the app has where ld.so does not look.
        OffPath = "off-path",
        /// A package that could not be read, so that its own needs are not known.
        Unread = "unread",
    }
}

impl ProblemKind {
    /// Returns true if the problem makes the answer a failure. Objects for other systems lie unused in many apps.
    pub fn is_fatal(self) -> bool {
        !matches!(self, Self::Architecture | Self::Musl)
    }
}

/// A problem that keeps an object from loading.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Kind of problem.
    pub kind: ProblemKind,
    /// Object that does not load.
    pub object: RootedPath,
    /// Description in words.
    pub detail: String,
}
