//! Properties in which distributions differ.

use crate::vocabulary::{Architecture, Distribution, Release};

/// Names, layout, keys and servers of a distribution's archive.
#[derive(Debug)]
pub struct Profile {
    /// Distribution that is described.
    pub distribution: Distribution,
    /// Name, as people write it.
    pub name: &'static str,
    /// Releases, oldest first.
    pub releases: &'static [ReleaseProfile],
    /// Codename of the release that is assumed if none is known.
    pub default_release: &'static str,
    /// Names of suites by their role, each with its distance in the list of releases from the default release.
    pub suites_by_role: &'static [(&'static str, isize)],
    /// Components that are read if none are named: those with the libraries that the distribution's own packages are
    /// built against.
    pub components: &'static [&'static str],
    /// Suites of a release, each with the suffix of its name; the main one first.
    pub pockets: &'static [(&'static str, Pocket)],
    /// Location of the Contents files.
    pub contents: ContentsLayout,
    /// Field of a Release file that distinguishes the suites.
    pub suite_field: SuiteField,
    /// Directories that the archives of an architecture have on mirrors.
    pub directories: fn(Architecture) -> Directories,
    /// Built-in mirror for everything but security updates; none if a mirror must be named.
    pub mirror: Option<&'static str>,
    /// Service that keeps the archive's past; none if there is no public one.
    pub snapshots: Option<SnapshotService>,
    /// Keys that sign Release files.
    pub keys: &'static [ArchiveKey],
    /// Keyring of the archive in the distribution's images, for apt's `signed-by`.
    pub apt_keyring: &'static str,
    /// First release whose chisel definitions have format v3 (a map of essential slices); none if the distribution
    /// has no definitions.
    pub chisel_v3_since: Option<&'static str>,
}

/// Release of a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReleaseProfile {
    /// Codename, such as `bookworm`.
    pub codename: &'static str,
    /// Version, such as `12`.
    pub version: &'static str,
    /// True if the release has no suites but the main one.
    pub is_rolling: bool,
}

impl ReleaseProfile {
    /// Release with a main suite and suites of updates.
    pub(super) const fn new(codename: &'static str, version: &'static str) -> Self {
        Self { codename, version, is_rolling: false }
    }

    /// Release that has no suites but the main one.
    pub(super) const fn rolling(codename: &'static str, version: &'static str) -> Self {
        Self { codename, version, is_rolling: true }
    }
}

/// Purpose of a suite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pocket {
    /// The release itself; there is no answer without it.
    Main,
    /// Corrections before the next point release.
    Updates,
    /// Security updates, on servers of their own.
    Security,
    /// Newer versions, only on request.
    Backports,
}

/// Suite, such as `bookworm-security`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suite {
    /// Name, which is that of its directory below `dists`.
    pub name: String,
    /// Purpose.
    pub pocket: Pocket,
}

/// Location of Contents files (<https://wiki.debian.org/DebianRepository/Format>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentsLayout {
    /// One for each component and architecture, in the component's directory.
    PerComponent,
    /// One for each architecture, next to the Release file.
    PerSuite,
}

/// Field of a Release file that distinguishes the suites of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuiteField {
    /// `Codename`: `Suite` moves from release to release (`stable`).
    Codename,
    /// `Suite`: all suites of a release have the same `Codename`.
    Suite,
}

/// Last directories of the archives' bases on mirrors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Directories {
    /// Archive of the release and its updates.
    pub main: &'static str,
    /// Archive of the security updates.
    pub security: &'static str,
}

/// Bases of a snapshot service, to which a time is appended. The service returns the last state before that time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotService {
    /// Snapshots of the archive.
    pub main: &'static str,
    /// Snapshots of the archive of security updates.
    pub security: &'static str,
}

impl SnapshotService {
    /// Returns the base for the suites of a pocket.
    pub fn base(&self, pocket: Pocket) -> &'static str {
        if pocket == Pocket::Security { self.security } else { self.main }
    }
}

/// OpenPGP certificate that signs Release files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArchiveKey {
    /// ASCII-armored certificate.
    pub armored: &'static [u8],
    /// Address of the same file on the distribution's server, if it is published.
    pub published: Option<PublishedKey>,
}

/// Key file on a distribution's server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishedKey {
    /// Codename of the release that it signs.
    pub release: &'static str,
    /// True for the key of security updates.
    pub is_security: bool,
    /// URL.
    pub url: &'static str,
    /// SHA-256 digest of the file in hexadecimal.
    pub sha256: &'static str,
}

impl Profile {
    /// Returns the release with this codename.
    pub fn release(&self, release: &Release) -> Option<&'static ReleaseProfile> {
        self.releases.iter().find(|known| known.codename == release.as_str())
    }

    /// Returns the position of a release among all of them, the oldest first.
    pub fn age_order(&self, release: &Release) -> Option<usize> {
        self.releases.iter().position(|known| known.codename == release.as_str())
    }

    /// Returns the suites of a release, the main one first; backports only on request.
    pub fn suites(&self, release: &Release, with_backports: bool) -> Vec<Suite> {
        let is_rolling = self.release(release).is_some_and(|known| known.is_rolling);
        let pockets = self.pockets.iter().filter(|(_, pocket)| match pocket {
            Pocket::Main => true,
            Pocket::Updates | Pocket::Security => !is_rolling,
            Pocket::Backports => !is_rolling && with_backports,
        });
        let suite =
            |(suffix, pocket): &(&str, Pocket)| Suite { name: format!("{release}{suffix}"), pocket: *pocket };
        pockets.map(suite).collect()
    }

    /// Returns the pocket of a suite of any release, by the suffix of its name; [`Pocket::Main`] if it has none of
    /// them.
    pub fn pocket_of(&self, suite: &str) -> Pocket {
        let with_suffix = self.pockets.iter().filter(|(suffix, _)| !suffix.is_empty());
        let mut matching = with_suffix.filter(|(suffix, _)| suite.ends_with(suffix));
        matching.next().map_or(Pocket::Main, |(_, pocket)| *pocket)
    }

    /// Returns the published key that signs a suite of a release.
    pub fn published_key(&self, release: &Release, suite: &str) -> Option<&'static PublishedKey> {
        let suites = self.suites(release, true);
        let pocket = suites.into_iter().find(|known| known.name == suite)?.pocket;
        let mut published = self.keys.iter().filter_map(|key| key.published.as_ref());
        published
            .find(|key| key.release == release.as_str() && key.is_security == (pocket == Pocket::Security))
    }
}
