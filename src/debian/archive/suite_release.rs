//! Release files of suites: the first valid one of the mirrors, or that of the cache.

use serde::{Deserialize, Serialize};

use super::attempts::{Attempts, Refusal};
use super::client::Archive;
use super::diagnostic::ArchiveDiagnostic;
use super::error::ArchiveError;
use super::fetch::{DocumentResponse, Validators};
use super::index_set::ReleaseInfo;
use super::mirrors::Bases;
use super::release::ReleaseFile;
use crate::debian::distributions::{Pocket, Suite};
use crate::support::digest::digest_of_bytes;
use crate::vocabulary::{Distribution, Sha256Digest};

/// Maximum size of an InRelease file. Debian's have 40 to 220 kB.
const MAX_IN_RELEASE_BYTES: u64 = 8 * 1024 * 1024;
/// Directory of the cache for the records of Release files.
const RELEASES: &str = "releases";

/// Last valid InRelease of a suite.
#[derive(Serialize, Deserialize)]
struct ReleaseRecord {
    base: String,
    validators: Validators,
    sha256: String,
}

/// Release file of a suite that passed every check.
pub(super) struct SuiteRelease {
    pub(super) suite: Suite,
    pub(super) file: ReleaseFile,
    pub(super) sha256: Sha256Digest,
    /// Mirror that it came from.
    base: String,
    /// Mirrors for the files that it lists, the one that it came from first; none while offline.
    pub(super) bases: Vec<String>,
}

/// Release file in the cache with a valid signature.
struct KnownRelease {
    record: ReleaseRecord,
    bytes: Vec<u8>,
    file: ReleaseFile,
}

impl Archive {
    /// Returns a suite's Release file from the first mirror with a valid one. An additional suite of a release may be
    /// absent.
    pub(super) fn suite_release(
        &self,
        distribution: Distribution,
        suite: &Suite,
        bases: Option<&Bases>,
    ) -> Result<(Option<SuiteRelease>, Vec<ArchiveDiagnostic>), ArchiveError> {
        let record_name = self.record_name(distribution, &suite.name);
        let Some(bases) = bases else { return self.cached_release(distribution, suite, &record_name) };
        let bases = bases.for_pocket(suite.pocket);
        let known = self.known_release(&record_name)?;
        let mut attempts = Attempts::default();
        for base in &bases {
            match self.offered_release(distribution, suite, base, known.as_ref()) {
                Ok(offered) => {
                    let mut diagnostics = skipped_mirrors(&suite.name, "InRelease", attempts);
                    let release = self.newer(suite, base, offered, known, &record_name, &mut diagnostics)?;
                    return Ok((
                        Some(SuiteRelease { bases: starting_with(base, &bases), ..release }),
                        diagnostics,
                    ));
                }
                Err(refusal) => attempts.0.push((in_release_url(base, &suite.name), refusal)),
            }
        }
        let suite_name = suite.name.clone();
        match (attempts.all(Refusal::is_absent), suite.pocket) {
            (true, Pocket::Main) => Err(ArchiveError::NoSuite { suite: suite_name, attempts }),
            (true, _) => {
                let cause = attempts.to_string();
                Ok((None, vec![ArchiveDiagnostic::SuiteAbsent { suite: suite_name, cause }]))
            }
            (false, _) => Err(ArchiveError::Release { suite: suite_name, attempts }),
        }
    }

    /// Downloads and checks the Release file of one mirror.
    fn offered_release(
        &self,
        distribution: Distribution,
        suite: &Suite,
        base: &str,
        known: Option<&KnownRelease>,
    ) -> Result<(Vec<u8>, Validators, ReleaseFile), Refusal> {
        let known = known.filter(|known| known.record.base == base);
        let validators = known.map(|known| known.record.validators.clone()).unwrap_or_default();
        let url = in_release_url(base, &suite.name);
        let (bytes, validators) =
            match (self.fetcher.document(&url, MAX_IN_RELEASE_BYTES, &validators)?, known) {
                (DocumentResponse::Document(bytes, validators), _) => (bytes, validators),
                (DocumentResponse::NotModified, Some(known)) => (known.bytes.clone(), validators),
                (DocumentResponse::NotModified, None) => (Vec::new(), validators),
            };
        let file = self.signed_release(&bytes)?;
        file.check_name(distribution, &suite.name)?;
        file.check_date(self.settings.now)?;
        if self.snapshot.is_none() {
            file.check_valid_until(self.settings.now)?;
        }
        Ok((bytes, validators, file))
    }

    /// Returns the newer one of the Release files of a mirror and of the cache, so that no mirror can go back in time.
    fn newer(
        &self,
        suite: &Suite,
        base: &str,
        (bytes, validators, file): (Vec<u8>, Validators, ReleaseFile),
        known: Option<KnownRelease>,
        record_name: &str,
        diagnostics: &mut Vec<ArchiveDiagnostic>,
    ) -> Result<SuiteRelease, ArchiveError> {
        if let Some(known) = known.filter(|known| known.file.date > file.date) {
            diagnostics.push(ArchiveDiagnostic::OlderRelease {
                suite: suite.name.clone(),
                mirror: base.to_owned(),
                offered: file.date,
                used: known.file.date,
            });
            return Ok(known.into_suite_release(suite));
        }
        let sha256 = self.cache.keep_bytes(&bytes)?;
        let record = ReleaseRecord { base: base.to_owned(), validators, sha256: sha256.to_string() };
        self.cache.write_record(RELEASES, record_name, &record)?;
        let base = base.to_owned();
        Ok(SuiteRelease { suite: suite.clone(), file, sha256, base, bases: Vec::new() })
    }

    /// Returns the Release file in the cache for offline use. A passed Valid-Until is a warning then.
    fn cached_release(
        &self,
        distribution: Distribution,
        suite: &Suite,
        record_name: &str,
    ) -> Result<(Option<SuiteRelease>, Vec<ArchiveDiagnostic>), ArchiveError> {
        let refused = |source| ArchiveError::CachedRelease { suite: suite.name.clone(), source };
        let Some((record, bytes)) = self.recorded_release(record_name)? else {
            if suite.pocket == Pocket::Main {
                return Err(ArchiveError::NotCached { what: format!("Release file of {}", suite.name) });
            }
            return Ok((None, vec![ArchiveDiagnostic::SuiteNotCached { suite: suite.name.clone() }]));
        };
        let file = self.signed_release(&bytes).map_err(refused)?;
        file.check_name(distribution, &suite.name).map_err(|error| refused(error.into()))?;
        let mut diagnostics = Vec::new();
        let valid_until = file.valid_until.filter(|_| self.snapshot.is_none());
        if let Some(valid_until) = valid_until.filter(|&valid_until| valid_until < self.settings.now) {
            diagnostics.push(ArchiveDiagnostic::ExpiredOffline { suite: suite.name.clone(), valid_until });
        }
        Ok((Some(KnownRelease { record, bytes, file }.into_suite_release(suite)), diagnostics))
    }

    /// Returns the recorded Release file if its signature is still valid.
    fn known_release(&self, record_name: &str) -> Result<Option<KnownRelease>, ArchiveError> {
        let Some((record, bytes)) = self.recorded_release(record_name)? else { return Ok(None) };
        Ok(self.signed_release(&bytes).ok().map(|file| KnownRelease { record, bytes, file }))
    }

    fn recorded_release(&self, record_name: &str) -> Result<Option<(ReleaseRecord, Vec<u8>)>, ArchiveError> {
        let Some(record) = self.cache.record::<ReleaseRecord>(RELEASES, record_name)? else {
            return Ok(None);
        };
        let Ok(sha256) = record.sha256.parse() else { return Ok(None) };
        Ok(self.cache.read(sha256)?.map(|bytes| (record, bytes)))
    }

    fn signed_release(&self, bytes: &[u8]) -> Result<ReleaseFile, Refusal> {
        let moment = self.snapshot.as_ref().map_or(self.settings.now, |snapshot| snapshot.at);
        Ok(ReleaseFile::parse(&self.keyring.verify(bytes, moment)?)?)
    }

    /// Name of a suite's records: given mirrors and snapshots have records of their own.
    pub(super) fn record_name(&self, distribution: Distribution, suite: &str) -> String {
        format!("{distribution}-{suite}-{}", self.settings.scope(distribution).suites_name())
    }
}

impl KnownRelease {
    fn into_suite_release(self, suite: &Suite) -> SuiteRelease {
        SuiteRelease {
            suite: suite.clone(),
            file: self.file,
            sha256: digest_of_bytes(&self.bytes),
            base: self.record.base,
            bases: Vec::new(),
        }
    }
}

impl SuiteRelease {
    /// Describes the file for the index set.
    pub(super) fn into_info(self) -> ReleaseInfo {
        ReleaseInfo {
            suite: self.suite.name,
            date: self.file.date,
            valid_until: self.file.valid_until,
            base: self.base,
            in_release_sha256: self.sha256,
            origin: self.file.origin,
            label: self.file.label,
            suite_name: self.file.suite,
            key: self.file.key,
        }
    }
}

fn in_release_url(base: &str, suite: &str) -> String {
    format!("{base}/dists/{suite}/InRelease")
}

/// Returns a warning if some mirrors failed before another one succeeded.
pub(super) fn skipped_mirrors(suite: &str, file: &str, attempts: Attempts) -> Vec<ArchiveDiagnostic> {
    if attempts.0.is_empty() {
        return Vec::new();
    }
    vec![ArchiveDiagnostic::MirrorPassedOver {
        suite: suite.to_owned(),
        file: file.to_owned(),
        cause: attempts.to_string(),
    }]
}

fn starting_with(first: &String, bases: &[String]) -> Vec<String> {
    let others = bases.iter().filter(|base| *base != first);
    std::iter::once(first).chain(others).cloned().collect()
}
