//! Diverted paths (dpkg-divert(1)).

use std::collections::BTreeMap;

use bstr::{BString, ByteSlice};

use crate::vocabulary::{PackageName, RootedPath};

/// Paths that are installed elsewhere than their package says.
pub(super) struct Diversions(BTreeMap<RootedPath, Diversion>);

struct Diversion {
    target: RootedPath,
    /// Package whose own file stays at the path; `:` if the administrator diverted it for all packages.
    by: BString,
}

impl Diversions {
    /// Parses the file `diversions`, which has three lines for each: the path, its target, and the package that
    /// diverts it.
    pub(super) fn parse(text: &[u8]) -> Self {
        let lines: Vec<&[u8]> = text.lines().collect();
        let diversions = lines.chunks_exact(3).map(|lines| {
            let diversion = Diversion { target: RootedPath::new(lines[1]), by: BString::from(lines[2]) };
            (RootedPath::new(lines[0]), diversion)
        });
        Self(diversions.collect())
    }

    /// Returns the path at which a package's file is installed.
    pub(super) fn apply(&self, path: RootedPath, package: &PackageName) -> RootedPath {
        match self.0.get(&path) {
            Some(diversion) if diversion.by != package.as_str() => diversion.target.clone(),
            _ => path,
        }
    }
}
