//! Finding libraries in a catalog by a pattern.

use std::ops::ControlFlow;

use bstr::ByteSlice;

use super::{CatalogError, FileCatalog, Library};

/// What is looked for: with `*` or `?` a glob over the whole file name, or over the whole path where it has a
/// slash; without them a part of the path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern(Vec<u8>);

impl Pattern {
    /// Takes a pattern as the user typed it.
    pub fn new(pattern: impl Into<Vec<u8>>) -> Self {
        Self(pattern.into())
    }

    /// Whether a library is meant.
    pub fn matches(&self, library: &Library) -> bool {
        let path = library.path.as_bytes();
        if !self.0.iter().any(|byte| matches!(byte, b'*' | b'?')) {
            return path.contains_str(&self.0);
        }
        let whole = if self.0.contains(&b'/') { path } else { library.path.file_name() };
        matches_glob(&self.0, whole)
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
    pub is_cut: bool,
}

/// The libraries of a catalog that a pattern means, at most `limit`.
///
/// # Errors
/// When the catalog's data is broken.
pub fn find(catalog: &FileCatalog, pattern: &Pattern, limit: usize) -> Result<Found, CatalogError> {
    let mut found = Found::default();
    catalog.for_each_library(|library| {
        if !pattern.matches(&library) {
            return ControlFlow::Continue(());
        }
        if found.libraries.len() == limit {
            found.is_cut = true;
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
    use crate::vocabulary::{PackageName, RootedPath};

    fn matches(pattern: &str, path: &str) -> bool {
        let library = Library { path: RootedPath::new(path), package: PackageName::new("p") };
        Pattern::new(pattern).matches(&library)
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
}
