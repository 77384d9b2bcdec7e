//! Lookup of distributions and releases by their names.

use super::profile::Profile;
use super::{debian, ubuntu};
use crate::vocabulary::{Distribution, Release};

/// Distribution that is assumed if nothing says otherwise.
const DEFAULT: Distribution = Distribution::Debian;

/// Returns the profile of a distribution.
pub fn profile(distribution: Distribution) -> &'static Profile {
    match distribution {
        Distribution::Debian => &debian::PROFILE,
        Distribution::Ubuntu => &ubuntu::PROFILE,
    }
}

/// Profiles of all distributions.
pub(super) fn all() -> impl Iterator<Item = &'static Profile> {
    Distribution::ALL.iter().map(|distribution| profile(*distribution))
}

/// Returns the distribution and release that are assumed if nothing says otherwise: Debian stable.
pub fn default_release() -> (Distribution, Release) {
    (DEFAULT, Release::new(profile(DEFAULT).default_release))
}

/// Returns the distribution that a codename belongs to; Debian if it is unknown.
pub fn distribution_of(release: &Release) -> Distribution {
    let known = all().find(|profile| profile.release(release).is_some());
    known.map_or(DEFAULT, |profile| profile.distribution)
}

/// Returns the release with this version, such as `12`.
pub fn release_of_version(distribution: Distribution, version: &str) -> Option<Release> {
    let known = profile(distribution).releases.iter().find(|known| known.version == version)?;
    Some(Release::new(known.codename))
}

/// Returns the position of a release among those of its distribution, the oldest first; none if it is unknown.
pub fn age_order(distribution: Distribution, release: &Release) -> Option<usize> {
    profile(distribution).age_order(release)
}

/// Returns the version of a release, such as `12`; none if it is unknown.
pub fn version_of(distribution: Distribution, release: &Release) -> Option<&'static str> {
    profile(distribution).release(release).map(|known| known.version)
}

/// Returns the release's name as people write it, such as `Debian 12 bookworm`.
pub fn full_name(distribution: Distribution, release: &Release) -> String {
    let name = profile(distribution).name;
    match version_of(distribution, release) {
        Some(version) => format!("{name} {version} {release}"),
        None => format!("{name} {release}"),
    }
}
