//! URLs for locks, under which a package stays available for years.

use jiff::{SignedDuration, Timestamp};

use super::mirrors::Mirrors;
use super::settings::ArchiveSettings;
use super::snapshot::Snapshot;
use crate::debian::distributions::profile;
use crate::support::url::without_login;
use crate::vocabulary::Distribution;

/// Delay after the Release file until its packages are in a snapshot, and are not yet superseded there: mirrors are
/// updated and snapshots taken some hours later.
const SNAPSHOT_DELAY: SignedDuration = SignedDuration::from_hours(24);

impl ArchiveSettings {
    /// Returns the URLs under which a file of the pool stays available for years, given the suite and the time of the
    /// Release file that lists it: on the given mirrors, and on the distribution's snapshot service. The host's own
    /// mirrors are left out, since a lock must be the same on every machine.
    pub fn lasting_urls(
        &self,
        distribution: Distribution,
        suite: &str,
        filename: &str,
        listed: Option<Timestamp>,
    ) -> Vec<String> {
        let chosen = self.snapshot.as_deref().and_then(Snapshot::parse);
        let mut bases = Vec::new();
        if let Mirrors::Given(given) = &self.mirrors {
            let given = given.iter().map(|mirror| without_login(mirror.trim_end_matches('/')));
            bases.extend(given.map(|base| match &chosen {
                Some(snapshot) => snapshot.base(&base),
                None => base,
            }));
        }
        let snapshot = chosen.or_else(|| Some(Snapshot::at(listed?.checked_add(SNAPSHOT_DELAY).ok()?)));
        let profile = profile(distribution);
        if let (Some(service), Some(snapshot)) = (profile.snapshots, snapshot) {
            bases.push(snapshot.base(service.base(profile.pocket_of(suite))));
        }
        bases.into_iter().map(|base| format!("{base}/{filename}")).collect()
    }
}
