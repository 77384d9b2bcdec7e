//! Paths with wildcards, and `--include PACKAGE:PATTERN`.

use std::fmt;
use std::str::FromStr;

use super::{FileSet, Inclusion};
use crate::vocabulary::PackageName;

/// An absolute path in which `*` stands for any bytes, slashes too, and `?` for any one, as in dpkg's path filters
/// (dpkg(1), `--path-include`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pattern(String);

/// Words that are no pattern, or not one of a package.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not of the form PACKAGE:/PATTERN")]
pub struct BadPattern;

impl Pattern {
    /// A pattern; it has a slash in front.
    ///
    /// # Errors
    /// When it has none, or a control character, which no report could show.
    pub fn new(pattern: &str) -> Result<Self, BadPattern> {
        let is_one = pattern.starts_with('/') && !pattern.contains(char::is_control);
        if is_one { Ok(Self(pattern.to_owned())) } else { Err(BadPattern) }
    }

    pub(super) fn of_table(pattern: &str) -> Self {
        Self(pattern.to_owned())
    }

    /// Whether it means a path of a package, which has no leading slash.
    pub fn takes(&self, path: &[u8]) -> bool {
        self.0.strip_prefix('/').is_some_and(|pattern| matches(pattern.as_bytes(), path))
    }

    /// The pattern as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for Inclusion {
    type Err = BadPattern;

    fn from_str(words: &str) -> Result<Self, BadPattern> {
        match words.split_once(':') {
            Some((package, pattern)) if !package.is_empty() => Ok(Self {
                package: PackageName::new(package),
                extent: FileSet::Files(vec![Pattern::new(pattern)?]),
                reason: "asked for by --include".to_owned(),
            }),
            _ => Err(BadPattern),
        }
    }
}

/// Whether a name with wildcards means a name. It goes on from the last `*` where the rest does not fit: nothing
/// takes longer than the two lengths' product.
pub(super) fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut in_pattern, mut in_name) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while in_name < name.len() {
        match pattern.get(in_pattern) {
            Some(b'*') => {
                last_star = Some((in_pattern, in_name));
                in_pattern += 1;
            }
            Some(byte) if *byte == b'?' || *byte == name[in_name] => {
                in_pattern += 1;
                in_name += 1;
            }
            _ => match last_star {
                Some((star, taken)) => {
                    last_star = Some((star, taken + 1));
                    in_pattern = star + 1;
                    in_name = taken + 1;
                }
                None => return false,
            },
        }
    }
    pattern[in_pattern..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_dpkgs() {
        let takes = |words: &str, path: &str| {
            words.parse::<Inclusion>().expect("parses").extent.takes(path.as_bytes())
        };
        assert!(takes("a:/usr/share/*", "usr/share/x/y"));
        assert!(takes("a:/usr/*/y*.so.?", "usr/x/yz.so.1"));
        assert!(takes("a:/x", "x"));
        assert!(!takes("a:/usr/*.so", "usr/x.so.1"));
        assert!(!takes("a:/usr", "usr/x"));
        assert!(!takes("a:/usr/?", "usr/xy"));
        assert!(!takes("a:/x", "xy"));
        assert!(!takes("a:/x?", "x"));
        assert!(!takes(&format!("a:/{}b", "*a".repeat(30)), &"a".repeat(4_000)));
    }

    #[test]
    fn words_of_another_form_are_refused() {
        for words in ["libgmp10", "libgmp10:usr/lib", ":/usr", "", "a:/x\n"] {
            assert_eq!(words.parse::<Inclusion>(), Err(BadPattern), "{words}");
        }
    }
}
