//! `--include PACKAGE:PATTERN`.

use std::str::FromStr;

use crate::vocabulary::PackageName;

/// Files of a package that are shipped beside the planned ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// The package.
    pub package: PackageName,
    /// An absolute path in which `*` stands for any bytes, slashes too, and `?` for any one, as in dpkg's path
    /// filters (dpkg(1), `--path-include`).
    pub pattern: String,
}

/// Words that are no include.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not of the form PACKAGE:/PATTERN")]
pub struct BadInclude;

impl FromStr for Include {
    type Err = BadInclude;

    fn from_str(words: &str) -> Result<Self, BadInclude> {
        match words.split_once(':') {
            Some((package, pattern)) if !package.is_empty() && pattern.starts_with('/') => {
                Ok(Self { package: PackageName::new(package), pattern: pattern.to_owned() })
            }
            _ => Err(BadInclude),
        }
    }
}

impl Include {
    /// Whether it means a path of the package, which has no leading slash.
    pub(super) fn takes(&self, path: &[u8]) -> bool {
        self.pattern.strip_prefix('/').is_some_and(|pattern| matches(pattern.as_bytes(), path))
    }
}

/// Goes on from the last `*` where the rest does not fit: no pattern takes longer than its length times the path's.
fn matches(pattern: &[u8], path: &[u8]) -> bool {
    let (mut in_pattern, mut in_path) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while in_path < path.len() {
        match pattern.get(in_pattern) {
            Some(b'*') => {
                last_star = Some((in_pattern, in_path));
                in_pattern += 1;
            }
            Some(byte) if *byte == b'?' || *byte == path[in_path] => {
                in_pattern += 1;
                in_path += 1;
            }
            _ => match last_star {
                Some((star, taken)) => {
                    last_star = Some((star, taken + 1));
                    in_pattern = star + 1;
                    in_path = taken + 1;
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
        let takes =
            |words: &str, path: &str| words.parse::<Include>().expect("parses").takes(path.as_bytes());
        assert!(takes("a:/usr/share/*", "usr/share/x/y"));
        assert!(takes("a:/usr/*/y*.so.?", "usr/x/yz.so.1"));
        assert!(takes("a:/x", "x"));
        assert!(!takes("a:/usr/*.so", "usr/x.so.1"));
        assert!(!takes("a:/x", "xy"));
        assert!(!takes("a:/x?", "x"));
        assert!(!takes(&format!("a:/{}b", "*a".repeat(30)), &"a".repeat(4_000)));
    }

    #[test]
    fn a_package_and_an_absolute_pattern_are_wanted() {
        for bad in ["a", "a:", "a:x", ":/x"] {
            assert_eq!(bad.parse::<Include>(), Err(BadInclude), "{bad}");
        }
    }
}
