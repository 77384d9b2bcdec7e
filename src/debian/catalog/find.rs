//! Search for libraries in a catalog by their paths and packages.

use std::ops::ControlFlow;

use bstr::ByteSlice;

use super::{CatalogError, FileCatalog, Library};
use crate::debian::inclusions::matches_glob;
use crate::vocabulary::{PackageName, RootedPath};

/// Pattern of paths: with `*` or `?` a glob for the whole file name, or for the whole path if it contains a slash;
/// otherwise a part of the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathPattern(Vec<u8>);

impl PathPattern {
    /// Creates a pattern from the text that the user typed.
    pub fn new(pattern: impl Into<Vec<u8>>) -> Self {
        Self(pattern.into())
    }

    /// Returns true if a path matches.
    pub fn matches(&self, path: &RootedPath) -> bool {
        if !self.0.iter().any(|byte| matches!(byte, b'*' | b'?')) {
            return path.as_bytes().contains_str(&self.0);
        }
        let whole = if self.0.contains(&b'/') { path.as_bytes() } else { path.file_name() };
        matches_glob(&self.0, whole)
    }
}

/// Pattern of names: with `*` or `?` a glob, otherwise the whole name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePattern(Vec<u8>);

impl NamePattern {
    /// Creates a pattern from the text that the user typed.
    pub fn new(pattern: impl Into<Vec<u8>>) -> Self {
        Self(pattern.into())
    }

    /// Returns true if a name matches.
    pub fn matches(&self, name: impl AsRef<[u8]>) -> bool {
        matches_glob(&self.0, name.as_ref())
    }
}

/// Conditions on libraries, all of which must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LibraryQuery {
    /// Pattern of the path.
    pub pattern: Option<PathPattern>,
    /// Name of the package.
    pub package: Option<NamePattern>,
}

impl LibraryQuery {
    /// Returns true if the condition on packages accepts this one.
    pub fn matches_package(&self, package: &PackageName) -> bool {
        self.package.as_ref().is_none_or(|pattern| pattern.matches(package.as_str()))
    }

    /// Returns true if the condition on paths accepts this one.
    pub fn matches_path(&self, path: &RootedPath) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| pattern.matches(path))
    }
}

/// Libraries that match a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundLibraries {
    /// Libraries in the order of file name, path and package.
    pub libraries: Vec<Library>,
    /// True if there are more libraries than the limit.
    pub is_truncated: bool,
}

/// Returns the libraries of a catalog that match a query, at most `limit`.
///
/// # Errors
/// If the catalog's data is broken.
pub fn find_libraries(
    catalog: &FileCatalog,
    query: &LibraryQuery,
    limit: usize,
) -> Result<FoundLibraries, CatalogError> {
    let mut found = FoundLibraries::default();
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
        PathPattern::new(pattern).matches(&RootedPath::new(path))
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
    fn a_name_is_whole_or_a_glob_and_no_filter_accepts_all() {
        for (pattern, expected) in
            [("libgmp10", true), ("libgmp*", true), ("libgmp", false), ("*gmp1?", true)]
        {
            assert_eq!(NamePattern::new(pattern).matches("libgmp10"), expected, "{pattern}");
        }
        let package = PackageName::new("libgmp10");
        assert!(LibraryQuery::default().matches_package(&package));
        let query = LibraryQuery { package: Some(NamePattern::new("libmpc3")), ..LibraryQuery::default() };
        assert!(!query.matches_package(&package) && query.matches_path(&RootedPath::new("/x")));
    }
}
