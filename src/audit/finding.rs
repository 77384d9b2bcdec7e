//! What an audit reports.

use bstr::BString;

use super::owners::Owner;
use super::rules::Rule;
use crate::tree::inventory::LayerNumber;
use crate::vocabulary::{RootedPath, named};

named! {
    /// How bad a finding is; the order is that of badness.
    Severity("severity") {
        /// Worth knowing.
        Note = "note",
        /// It fails or is unsafe under circumstances that are not known here.
        Warning = "warning",
        /// It fails.
        Error = "error",
    }
}

impl Severity {
    /// The next lower one.
    pub(super) fn lower(self) -> Self {
        match self {
            Self::Error => Self::Warning,
            Self::Warning | Self::Note => Self::Note,
        }
    }
}

named! {
    /// What gets to an object, the surest first.
    Reach("reach") {
        /// What the image starts loads it.
        Entrypoint = "entrypoint",
        /// An interpreter that the image starts opens it, or something that it loads.
        Extension = "extension",
        /// Nothing says what is started: it is started or loaded by a program that may be.
        Possible = "possible",
        /// Nothing that the image starts is seen to get to it.
        Unreached = "unreached",
    }
}

/// Something that an audit reports.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that reports it.
    pub rule: &'static Rule,
    /// How bad it is here.
    pub severity: Severity,
    /// The file that it is about, or the directory of several.
    pub path: RootedPath,
    /// What about it: a soname, a version, a package.
    pub subject: String,
    /// What is wrong, in a sentence without a point.
    pub message: String,
    /// The layer that the file is from; none for what has no layers.
    pub layer: Option<LayerNumber>,
    /// Who brought the file.
    pub owner: Option<Owner>,
    /// What gets to it.
    pub reach: Reach,
    /// What led to its being loaded, from the program or extension on.
    pub chain: Vec<RootedPath>,
    /// The evidence: the places that were tried, the versions that are there.
    pub why: Vec<String>,
    /// How to fix it, the best first.
    pub fix: Vec<Fix>,
    /// What taking it away saves, in bytes; 0 for what is no matter of size.
    pub saves_bytes: u64,
}

/// A way to fix a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fix {
    /// Packages that bring what is missing.
    Packages(Vec<String>),
    /// Anything else, in words or as a command.
    Words(String),
}

impl Finding {
    /// What tells it from every other one of an image, and stays the same in the next image: the rule, the file and the
    /// subject, each behind the last with a NUL between.
    pub fn identity(&self) -> BString {
        [self.rule.code.as_bytes(), self.path.as_bytes(), self.subject.as_bytes()].join(&0).into()
    }
}
