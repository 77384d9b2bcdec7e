//! Which suites a release is made of, and which index files each of them has.
//!
//! The two distributions differ in their layout (<https://wiki.debian.org/DebianRepository/Format>):
//! Debian has a Contents file for each component and architecture below the component's directory, Ubuntu
//! one for each suite beside its Release file. Both keep Packages below `<component>/binary-<architecture>`.
//!
//! Debian's `Contents-all` is left out: what it lists is for every architecture, and a library never is.

use crate::vocabulary::{Architecture, Distribution, Target};

/// What a suite adds to its release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pocket {
    /// The release itself; without it there is no answer.
    Main,
    /// Corrections before the next point release.
    Updates,
    /// Security corrections, on servers of their own.
    Security,
    /// Newer versions for those who ask.
    Backports,
}

/// One suite, such as `bookworm-security`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Suite {
    /// Its name, which is its directory below `dists`.
    pub(super) name: String,
    /// What it adds.
    pub(super) pocket: Pocket,
}

/// The suites of the target's release, the main one first. Debian's unstable has only itself.
pub(super) fn suites(target: &Target, backports: bool) -> Vec<Suite> {
    let release = target.release.as_str();
    let suite = |suffix: &str, pocket| Suite { name: format!("{release}{suffix}"), pocket };
    let mut suites = vec![suite("", Pocket::Main)];
    if target.distribution == Distribution::Debian && release == "sid" {
        return suites;
    }
    suites.push(suite("-updates", Pocket::Updates));
    suites.push(suite("-security", Pocket::Security));
    if backports {
        suites.push(suite("-backports", Pocket::Backports));
    }
    suites
}

/// The components that are read when none are asked for: those with the libraries that the distribution's
/// own packages are built against.
pub(super) fn default_components(distribution: Distribution) -> &'static [&'static str] {
    match distribution {
        Distribution::Debian => &["main"],
        Distribution::Ubuntu => &["main", "universe"],
    }
}

/// The two kinds of index file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IndexKind {
    /// Which package has which path.
    Contents,
    /// The packages' stanzas.
    Packages,
}

/// One index that is wanted of a suite, before it is known under which compression it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WantedIndex {
    /// What it is.
    pub(super) kind: IndexKind,
    /// Its component; none where one file spans them all.
    pub(super) component: Option<String>,
    /// The path below the suite's directory, without the ending of a compression.
    pub(super) stem: String,
    /// The endings to look for in the Release file, the best one first.
    pub(super) endings: &'static [&'static str],
}

/// The indices of one suite.
pub(super) fn wanted_indices(
    distribution: Distribution,
    architecture: Architecture,
    components: &[String],
) -> Vec<WantedIndex> {
    let contents = |component: Option<&String>| WantedIndex {
        kind: IndexKind::Contents,
        component: component.cloned(),
        stem: match component {
            Some(component) => format!("{component}/Contents-{architecture}"),
            None => format!("Contents-{architecture}"),
        },
        // Inflating gzip is five times faster, and no archive offers both today.
        endings: &[".gz", ".xz"],
    };
    let mut wanted = match distribution {
        Distribution::Debian => components.iter().map(|component| contents(Some(component))).collect(),
        Distribution::Ubuntu => vec![contents(None)],
    };
    wanted.extend(components.iter().map(|component| WantedIndex {
        kind: IndexKind::Packages,
        component: Some(component.clone()),
        stem: format!("{component}/binary-{architecture}/Packages"),
        endings: &[".xz", ".gz"],
    }));
    wanted
}
