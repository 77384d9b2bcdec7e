//! Patterns of paths.

use std::fmt;

use super::glob::matches_glob;

/// Absolute path in which `*` stands for any bytes, including slashes, and `?` for any one byte, as in dpkg's path
/// filters (dpkg(1), `--path-include`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern(String);

/// Error for a text that is not `PACKAGE:/PATTERN`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPattern {
    /// The pattern is not an absolute path.
    #[error("not of the form PACKAGE:/PATTERN")]
    Form,
    /// There is only the name of a package.
    #[error("the files are missing: '{0}:/*' adds the whole package, '{0}:/usr/bin/*' its programs")]
    NoFiles(String),
}

impl Pattern {
    /// Parses a pattern.
    ///
    /// # Errors
    /// If it has no leading slash, or a control character, which no report could show.
    pub fn new(pattern: &str) -> Result<Self, BadPattern> {
        let is_pattern = pattern.starts_with('/') && !pattern.contains(char::is_control);
        if is_pattern { Ok(Self(pattern.to_owned())) } else { Err(BadPattern::Form) }
    }

    /// Creates a pattern from a table, where all are valid.
    pub(super) fn from_table(pattern: &str) -> Self {
        Self(pattern.to_owned())
    }

    /// Returns true if a path of a package, without a leading slash, matches.
    pub fn matches(&self, path: &[u8]) -> bool {
        self.0.strip_prefix('/').is_some_and(|pattern| matches_glob(pattern.as_bytes(), path))
    }

    /// Returns the text of the pattern.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
