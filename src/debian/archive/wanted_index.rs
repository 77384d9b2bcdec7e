//! Index files of a suite that an answer needs.

use crate::debian::distributions::{ContentsLayout, profile};
use crate::vocabulary::{Architecture, Distribution};

/// Type of an index file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IndexFileKind {
    /// Paths with the packages that have them.
    Contents,
    /// Stanzas of the packages.
    Packages,
}

/// Index of a suite, before it is known in which compression the Release file lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WantedIndex {
    /// Type.
    pub(super) kind: IndexFileKind,
    /// Component; none if one file covers all of them.
    pub(super) component: Option<String>,
    /// Path below the suite's directory, without the extension of a compression.
    pub(super) stem: String,
    /// Extensions to look for in the Release file, the preferred one first.
    pub(super) extensions: &'static [&'static str],
}

/// Returns the indices of a suite. Every distribution has Packages below `<component>/binary-<architecture>`.
pub(super) fn wanted_indices(
    distribution: Distribution,
    architecture: Architecture,
    components: &[String],
) -> Vec<WantedIndex> {
    let contents = |component: Option<&String>| WantedIndex {
        kind: IndexFileKind::Contents,
        component: component.cloned(),
        stem: match component {
            Some(component) => format!("{component}/Contents-{architecture}"),
            None => format!("Contents-{architecture}"),
        },
        // Decompressing gzip is five times faster, and no archive offers both today.
        extensions: &[".gz", ".xz"],
    };
    let mut wanted = match profile(distribution).contents {
        ContentsLayout::PerComponent => {
            components.iter().map(|component| contents(Some(component))).collect()
        }
        ContentsLayout::PerSuite => vec![contents(None)],
    };
    wanted.extend(components.iter().map(|component| WantedIndex {
        kind: IndexFileKind::Packages,
        component: Some(component.clone()),
        stem: format!("{component}/binary-{architecture}/Packages"),
        extensions: &[".xz", ".gz"],
    }));
    wanted
}
