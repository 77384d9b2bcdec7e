//! The names of releases that are known by name: which distribution each is of, and its number.

use crate::vocabulary::{Distribution, Release};

/// Debian's stable release, which is assumed where nothing says otherwise.
const DEBIAN_STABLE: &str = "trixie";

/// Codename and number.
const DEBIAN: &[(&str, &str)] =
    &[("bullseye", "11"), ("bookworm", "12"), ("trixie", "13"), ("forky", "14"), ("sid", "unstable")];
const UBUNTU: &[(&str, &str)] = &[
    ("focal", "20.04"),
    ("jammy", "22.04"),
    ("noble", "24.04"),
    ("plucky", "25.04"),
    ("questing", "25.10"),
    ("resolute", "26.04"),
];

/// Debian's stable release.
pub fn debian_stable() -> Release {
    Release::new(DEBIAN_STABLE)
}

/// The distribution that a codename is of; Debian where it is not known.
pub fn distribution_of(release: &Release) -> Distribution {
    if UBUNTU.iter().any(|(codename, _)| *codename == release.as_str()) {
        Distribution::Ubuntu
    } else {
        Distribution::Debian
    }
}

/// The release as people name it, such as `Debian 12 bookworm`.
pub fn full_name(distribution: Distribution, release: &Release) -> String {
    let (name, releases) = match distribution {
        Distribution::Debian => ("Debian", DEBIAN),
        Distribution::Ubuntu => ("Ubuntu", UBUNTU),
    };
    match releases.iter().find(|(codename, _)| *codename == release.as_str()) {
        Some((codename, number)) => format!("{name} {number} {codename}"),
        None => format!("{name} {release}"),
    }
}
