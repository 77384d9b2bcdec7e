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

/// The release with this number, such as `12`.
pub fn release_of_number(distribution: Distribution, number: &str) -> Option<Release> {
    let (_, releases) = named(distribution);
    let (codename, _) = releases.iter().find(|(_, its)| *its == number)?;
    Some(Release::new(*codename))
}

/// The place of a release among those of its distribution, the oldest first; none for one that is not known.
pub fn age_order(distribution: Distribution, release: &Release) -> Option<usize> {
    named(distribution).1.iter().position(|(codename, _)| *codename == release.as_str())
}

/// The number of a release, such as `12`; none for one that is not known.
pub fn number_of(distribution: Distribution, release: &Release) -> Option<&'static str> {
    let (_, releases) = named(distribution);
    releases.iter().find(|(codename, _)| *codename == release.as_str()).map(|(_, number)| *number)
}

/// The release as people name it, such as `Debian 12 bookworm`.
pub fn full_name(distribution: Distribution, release: &Release) -> String {
    let (name, _) = named(distribution);
    match number_of(distribution, release) {
        Some(number) => format!("{name} {number} {release}"),
        None => format!("{name} {release}"),
    }
}

/// The distribution's name, and the codenames and numbers of its releases.
fn named(distribution: Distribution) -> (&'static str, &'static [(&'static str, &'static str)]) {
    match distribution {
        Distribution::Debian => ("Debian", DEBIAN),
        Distribution::Ubuntu => ("Ubuntu", UBUNTU),
    }
}
