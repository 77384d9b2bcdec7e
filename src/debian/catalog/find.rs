//! Finding libraries in a catalog by their paths and packages.

use std::ops::ControlFlow;

use bstr::ByteSlice;

use super::{CatalogError, FileCatalog, Library};
use crate::vocabulary::{PackageName, RootedPath};

/// What is looked for: with `*` or `?` a glob over the whole file name, or over the whole path where it has a
/// slash; without them a part of the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Vec<u8>);

impl Pattern {
    /// Takes a pattern as the user typed it.
    pub fn new(pattern: impl Into<Vec<u8>>) -> Self {
        Self(pattern.into())
    }

    /// Whether a path is meant.
    pub fn matches(&self, path: &RootedPath) -> bool {
        if !self.0.iter().any(|byte| matches!(byte, b'*' | b'?')) {
            return path.as_bytes().contains_str(&self.0);
        }
        let whole = if self.0.contains(&b'/') { path.as_bytes() } else { path.file_name() };
        matches_glob(&self.0, whole)
    }
}

/// Which names are meant: the one that it is, or with `*` or `?` all that it is a glob for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePattern(Vec<u8>);

impl NamePattern {
    /// Takes a name or a glob as the user typed it.
    pub fn new(pattern: impl Into<Vec<u8>>) -> Self {
        Self(pattern.into())
    }

    /// Whether a name is meant.
    pub fn matches(&self, name: impl AsRef<[u8]>) -> bool {
        matches_glob(&self.0, name.as_ref())
    }
}

/// Which libraries are looked for: those that all of it means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LibraryQuery {
    /// What their paths are like.
    pub pattern: Option<Pattern>,
    /// What their packages are called.
    pub package: Option<NamePattern>,
}

impl LibraryQuery {
    /// Whether a package may have any of them.
    pub fn matches_package(&self, package: &PackageName) -> bool {
        self.package.as_ref().is_none_or(|pattern| pattern.matches(package.as_str()))
    }

    /// Whether a path may be that of one.
    pub fn matches_path(&self, path: &RootedPath) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| pattern.matches(path))
    }
}

/// `*` stands for any bytes, slashes too, and `?` for one.
fn matches_glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut rest) = (0, 0);
    // Where to go on when the last `*` has to take one byte more.
    let mut retry = None;
    while rest < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                retry = Some((at, rest));
                at += 1;
            }
            Some(&byte) if byte == b'?' || byte == text[rest] => {
                at += 1;
                rest += 1;
            }
            _ => {
                let Some((star, taken)) = retry else { return false };
                retry = Some((star, taken + 1));
                (at, rest) = (star + 1, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The libraries, in the order of file name, path and package.
    pub libraries: Vec<Library>,
    /// Whether there are more than were asked for.
    pub is_truncated: bool,
}

/// The libraries of a catalog that are looked for, at most `limit`.
///
/// # Errors
/// When the catalog's data is broken.
pub fn find(catalog: &FileCatalog, query: &LibraryQuery, limit: usize) -> Result<Found, CatalogError> {
    let mut found = Found::default();
    catalog.for_each_library(|library| {
        if !(query.matches_path(&library.path) && query.matches_package(&library.package)) {
            return ControlFlow::Continue(());
        }
        if found.libraries.len() == limit {
            found.is_truncated = true;
            return ControlFlow::Break(());
        }
        found.libraries.push(library);
        ControlFlow::Continue(())
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        Pattern::new(pattern).matches(&RootedPath::new(path))
    }

    #[test]
    fn a_word_is_a_part_of_the_path_and_a_glob_the_whole_name() {
        let path = "/usr/lib/x86_64-linux-gnu/libgmp.so.10";
        for pattern in
            ["gmp", "linux-gnu/libgmp", "libgmp.so.*", "lib?mp*10", "*", "/usr/lib/*/libgmp*", "**10"]
        {
            assert!(matches(pattern, path), "{pattern}");
        }
        for pattern in ["GMP", "gmp*", "libgmp.so.?", "libgmp.so.10?", "/lib/*", "?"] {
            assert!(!matches(pattern, path), "{pattern}");
        }
    }

    #[test]
    fn a_glob_of_many_stars_takes_no_exponential_time() {
        assert!(!matches(&"*a".repeat(30), &"a".repeat(29)));
        assert!(matches(&"*a".repeat(30), &format!("{}b{}", "a".repeat(5000), "a".repeat(5000))));
    }

    #[test]
    fn a_name_is_whole_or_a_glob_and_no_filter_means_all() {
        for (pattern, means) in [("libgmp10", true), ("libgmp*", true), ("libgmp", false), ("*gmp1?", true)] {
            assert_eq!(NamePattern::new(pattern).matches("libgmp10"), means, "{pattern}");
        }
        let package = PackageName::new("libgmp10");
        assert!(LibraryQuery::default().matches_package(&package));
        let query = LibraryQuery { package: Some(NamePattern::new("libmpc3")), ..LibraryQuery::default() };
        assert!(!query.matches_package(&package) && query.matches_path(&RootedPath::new("/x")));
    }
}
