//! A finding of an audit.

use std::fmt::{Display, Formatter};

use bstr::BString;

use super::owners::Owner;
use super::rule::Rule;
use crate::support::digest::digest_of_bytes;
use crate::tree::inventory::LayerNumber;
use crate::vocabulary::{RootedPath, Severity, named};

/// Number of hexadecimal digits of a fingerprint.
const FINGERPRINT_DIGITS: usize = 32;

named! {
    /// Path by which an object is reached from what the image starts, in order of certainty.
    Reach("reach") {
        /// Loaded by a program that the image starts.
        Entrypoint = "entrypoint",
        /// Opened by an interpreter that the image starts, or loaded by such an extension.
        Extension = "extension",
        /// Reached by a program that may be started: the image does not say what it starts.
        Possible = "possible",
        /// Not reached by anything that the image starts.
        Unreached = "unreached",
    }
}

/// A defect that an audit reports.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Rule that reports it.
    pub rule: &'static Rule,
    /// Severity in this image.
    pub severity: Severity,
    /// Affected file, or the directory of several affected files.
    pub path: RootedPath,
    /// Detail of the file that is affected: a soname, a version, a package.
    pub subject: String,
    /// Description of the defect: one sentence without a final period.
    pub message: String,
    /// Layer that contains the file; none if the image has no layers.
    pub layer: Option<LayerNumber>,
    /// Package that owns the file.
    pub owner: Option<Owner>,
    /// Reach of the file.
    pub reach: Reach,
    /// Objects from the program or extension to the file, each loaded by the one before.
    pub chain: Vec<RootedPath>,
    /// Evidence, one fact each: the paths that were tried, the versions that exist.
    pub evidence: Vec<String>,
    /// Ways to fix it, the best first.
    pub fix: Vec<Fix>,
    /// Number of bytes that removing the file reclaims; 0 if the finding is not about size.
    pub reclaimable_bytes: u64,
}

/// A way to fix a finding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fix {
    /// Packages that provide what is missing.
    Packages(Vec<String>),
    /// Instruction in words or as a command.
    Instruction(String),
}

impl Display for Fix {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Packages(names) => write!(formatter, "add {}", names.join(" ")),
            Self::Instruction(words) => formatter.write_str(words),
        }
    }
}

impl Finding {
    /// Returns the finding's identity, which is unique in an image and stays the same in its next version: rule, path
    /// and subject, separated by NUL.
    fn identity(&self) -> BString {
        [self.rule.code.as_bytes(), self.path.as_bytes(), self.subject.as_bytes()].join(&0).into()
    }

    /// Returns a digest of the finding's identity: equal for the same defect in the next version of an image.
    pub fn fingerprint(&self) -> String {
        let mut digest = digest_of_bytes(&self.identity()).to_string();
        digest.truncate(FINGERPRINT_DIGITS);
        digest
    }

    /// Lowers the severity to `severity` if it is higher.
    pub(super) fn at_most(&mut self, severity: Severity) -> &mut Self {
        self.severity = self.severity.min(severity);
        self
    }
}
