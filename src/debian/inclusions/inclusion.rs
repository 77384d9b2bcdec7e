//! Files of a package that are included, with the reason.

use std::str::FromStr;

use super::paths::is_documentation;
use super::pattern::{BadPattern, Pattern};
use crate::vocabulary::PackageName;

/// Files of a package that are included, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Inclusion {
    /// Package.
    pub package: PackageName,
    /// Files.
    pub extent: FileSet,
    /// Reason, as a text after the names of the files.
    pub reason: String,
}

/// Set of files of a package.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileSet {
    /// Files that match one of the patterns.
    Files(Vec<Pattern>),
    /// All files except documentation and those that match one of the patterns.
    AllExcept(Vec<Pattern>),
}

impl FileSet {
    /// Returns true if a path of the package, without a leading slash, is in the set.
    pub fn contains(&self, path: &[u8]) -> bool {
        match self {
            Self::Files(patterns) => patterns.iter().any(|pattern| pattern.matches(path)),
            Self::AllExcept(patterns) => {
                !is_documentation(path) && !patterns.iter().any(|pattern| pattern.matches(path))
            }
        }
    }
}

/// Parses `PACKAGE:/PATTERN`, the form of `--include`.
impl FromStr for Inclusion {
    type Err = BadPattern;

    fn from_str(words: &str) -> Result<Self, BadPattern> {
        match words.split_once(':') {
            Some((package, pattern)) if !package.is_empty() => Ok(Self {
                package: PackageName::new(package),
                extent: FileSet::Files(vec![Pattern::new(pattern)?]),
                reason: "requested by --include".to_owned(),
            }),
            None if is_package_name(words) => Err(BadPattern::NoFiles(words.to_owned())),
            _ => Err(BadPattern::Form),
        }
    }
}

/// Returns true for a name of a package (Debian Policy §5.6.7).
fn is_package_name(word: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"+-.".contains(&byte);
    word.starts_with(|first: char| first.is_ascii_alphanumeric()) && word.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_forms_are_refused() {
        for words in ["lib gmp10", "libgmp10:usr/lib", ":/usr", "", "a:/x\n"] {
            assert_eq!(words.parse::<Inclusion>(), Err(BadPattern::Form), "{words}");
        }
        assert_eq!("git".parse::<Inclusion>(), Err(BadPattern::NoFiles("git".to_owned())));
    }
}
