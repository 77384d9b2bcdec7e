//! Problems that keep what is shipped from working.

use std::borrow::Cow;
use std::fmt::{Display, Formatter};

use crate::vocabulary::{RootedPath, Severity, named};

named! {
    /// Problem that concerns packages and their libraries.
    PackageProblem("kind of problem") {
        /// A soname that nothing provides.
        Unresolved = "unresolved",
        /// A symbol version that the library which is found does not define.
        Version = "version",
        /// A library that the app has where ld.so does not look.
        OffPath = "off-path",
        /// A package that could not be read, so that its own needs are not known.
        Unread = "unread",
    }
}

/// Kind of problem.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemKind {
    /// Problem of a package or a library.
    Package(PackageProblem),
    /// Problem that packages do not fix: the code of the audit rule that reports it.
    Rule(Cow<'static, str>),
}

/// A problem that keeps an object, a script or a whole app from working.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Kind of problem.
    pub kind: ProblemKind,
    /// File that does not work.
    pub object: RootedPath,
    /// Description in words.
    pub detail: String,
    /// Grade: only an error makes the answer a failure.
    pub grade: Severity,
    /// Ways to fix it, the best first.
    pub fix: Vec<String>,
}

impl ProblemKind {
    /// Parses the name of a kind: a word in kebab-case. Rules are not known here, so any such word may be the code of one.
    pub fn of_name(name: &str) -> Option<Self> {
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
        match name.parse() {
            Ok(problem) => Some(Self::Package(problem)),
            Err(_) => name.split('-').all(is_word).then(|| Self::Rule(name.to_owned().into())),
        }
    }

    /// Returns the name, as users and files write it.
    pub fn name(&self) -> &str {
        match self {
            Self::Package(problem) => problem.name(),
            Self::Rule(code) => code,
        }
    }

    /// Returns true for the kinds that are reported for a soname.
    pub fn is_of_soname(&self) -> bool {
        matches!(self, Self::Package(PackageProblem::Unresolved | PackageProblem::OffPath))
    }
}

impl Display for ProblemKind {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter.pad(self.name())
    }
}

impl Problem {
    /// Creates a problem of a package or a library, which is an error.
    pub fn new(kind: PackageProblem, object: RootedPath, detail: String) -> Self {
        Self { kind: ProblemKind::Package(kind), object, detail, grade: Severity::Error, fix: Vec::new() }
    }

    /// True if the problem makes the answer a failure.
    pub fn is_fatal(&self) -> bool {
        self.grade == Severity::Error
    }
}
