//! Archive with its keys, mirrors and cache.

use std::path::PathBuf;

use jiff::Timestamp;

use super::cache::Cache;
use super::credentials::Credentials;
use super::error::ArchiveError;
use super::fetch::Fetcher;
use super::mirrors::{Bases, MirrorsError};
use super::settings::ArchiveSettings;
use super::signature::Keyring;
use super::snapshot::Snapshot;
use crate::vocabulary::Target;

/// Archive with its keys, mirrors and cache.
#[derive(Debug)]
pub struct Archive {
    pub(super) settings: ArchiveSettings,
    pub(super) snapshot: Option<Snapshot>,
    pub(super) keyring: Keyring,
    pub(super) fetcher: Fetcher,
    pub(super) cache: Cache,
}

/// Returns true if these keyrings have all keys with these fingerprints.
///
/// # Errors
/// If a keyring cannot be read.
pub fn trusts_keys(keyrings: &[PathBuf], fingerprints: &[String]) -> Result<bool, ArchiveError> {
    if fingerprints.is_empty() {
        return Ok(true);
    }
    let keyring = Keyring::new(keyrings)?;
    Ok(fingerprints.iter().all(|fingerprint| keyring.has(fingerprint)))
}

impl Archive {
    /// Reads the keys; does not connect to a mirror yet.
    ///
    /// # Errors
    /// If a keyring cannot be read or the snapshot is not a time.
    pub fn new(mut settings: ArchiveSettings) -> Result<Self, ArchiveError> {
        // Archives have no fractions of seconds, and messages are shorter without them.
        settings.now = Timestamp::from_second(settings.now.as_second()).unwrap_or(settings.now);
        let parse = |name: &str| {
            let bad = || MirrorsError::BadSnapshot { timestamp: name.to_owned() };
            Snapshot::parse(name).ok_or_else(bad)
        };
        Ok(Self {
            snapshot: settings.snapshot.as_deref().map(parse).transpose()?,
            keyring: Keyring::new(&settings.keyrings)?,
            fetcher: Fetcher::new(Credentials::new(settings.credentials.clone())),
            cache: Cache::new(&settings.cache_dir),
            settings,
        })
    }

    /// Chooses the bases of a target. Log-ins in their URLs are kept for the requests.
    pub(super) fn bases(&self, target: &Target) -> Result<Bases, MirrorsError> {
        let Self { settings, snapshot, fetcher, .. } = self;
        let ArchiveSettings { mirrors, now, .. } = settings;
        Bases::choose(mirrors, target, snapshot.as_ref(), *now, &fetcher.credentials)
    }
}
