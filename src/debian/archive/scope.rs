//! Scope of an index: what it is fetched from. Only indices of the same scope stand for each other in the cache.

use super::mirrors::Mirrors;
use super::settings::ArchiveSettings;
use crate::debian::distributions::profile;
use crate::support::digest::digest_of_bytes;
use crate::support::url::without_login;
use crate::vocabulary::Distribution;

/// Name of the scope of a distribution's own archive.
const OWN: &str = "own";

/// Number of characters of the digest that names any other scope.
const NAME_LENGTH: usize = 16;

/// Mirrors, time, components and pockets that an index is fetched from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexScope {
    /// Given mirrors without log-ins; none for those of the host or the distribution.
    mirrors: Vec<String>,
    snapshot: Option<String>,
    /// Components, sorted; none for the distribution's default.
    components: Vec<String>,
    backports: bool,
}

impl IndexScope {
    /// Scope of a distribution's own archive as it is now, with its default components and without backports.
    pub const fn own() -> Self {
        Self { mirrors: Vec::new(), snapshot: None, components: Vec::new(), backports: false }
    }

    /// Returns true for the scope of a distribution's own archive, which the embedded catalogs are from.
    pub fn is_own(&self) -> bool {
        *self == Self::own()
    }

    /// Returns true if it has given mirrors.
    pub fn has_mirror(&self) -> bool {
        !self.mirrors.is_empty()
    }

    /// Returns the name of the scope in file names of the cache.
    pub fn name(&self) -> String {
        if self.is_own() { OWN.to_owned() } else { short_digest(&format!("{self:?}")) }
    }

    /// Returns the part of the name that suites depend on: the mirrors and the time.
    pub(super) fn suites_name(&self) -> String {
        let Self { mirrors, snapshot, .. } = self;
        let mirrors = if mirrors.is_empty() { OWN.to_owned() } else { short_digest(&format!("{mirrors:?}")) };
        snapshot.iter().fold(mirrors, |name, snapshot| format!("{name}-{snapshot}"))
    }

    /// Returns the options that request it, such as `--mirror URL --backports`.
    pub fn options(&self) -> String {
        let Self { mirrors, snapshot, components, backports } = self;
        let mut options: Vec<String> = mirrors.iter().map(|mirror| format!("--mirror {mirror}")).collect();
        options.extend(snapshot.iter().map(|snapshot| format!("--snapshot {snapshot}")));
        options.extend(components.iter().map(|component| format!("--component {component}")));
        options.extend(backports.then(|| "--backports".to_owned()));
        options.join(" ")
    }

    /// Returns true if it is limited to a time or extended beyond the default components and pockets.
    pub fn selects_suites(&self) -> bool {
        self.snapshot.is_some() || !self.components.is_empty() || self.backports
    }
}

impl ArchiveSettings {
    /// Returns the scope of the indices that are fetched with these settings.
    pub fn scope(&self, distribution: Distribution) -> IndexScope {
        let mut components = self.components.clone();
        components.sort();
        components.dedup();
        let mut usual = profile(distribution).components.to_vec();
        usual.sort_unstable();
        if components == usual {
            components.clear();
        }
        let mirrors = match &self.mirrors {
            Mirrors::Given(given) => {
                given.iter().map(|mirror| without_login(mirror.trim_end_matches('/'))).collect()
            }
            Mirrors::Host(_) => Vec::new(),
        };
        IndexScope { mirrors, snapshot: self.snapshot.clone(), components, backports: self.backports }
    }
}

fn short_digest(text: &str) -> String {
    digest_of_bytes(text.as_bytes()).to_string().chars().take(NAME_LENGTH).collect()
}
