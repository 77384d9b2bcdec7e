//! From a target to its indices: the suites' Release files first, then what they list.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde::{Deserialize, Serialize};

use super::fetch::{Answer, Validators};
use super::mirrors::Bases;
use super::release::ReleaseFile;
use super::wanted_index::{IndexFileKind, WantedIndex, wanted_indices};
use super::{Archive, ArchiveDiagnostic, ArchiveError, Attempts, IndexSet, Refusal, ReleaseInfo};
use crate::debian::distributions::{Pocket, Suite, profile};
use crate::support::digest::digest_of_bytes;
use crate::support::progress::Progress;
use crate::vocabulary::{Distribution, Sha256Digest, Target};

/// The largest InRelease that is read. Debian's are 40 to 220 kB.
const MAX_IN_RELEASE_BYTES: u64 = 8 * 1024 * 1024;
/// How many files are fetched at the same time; mirrors ask their users not to open many connections.
const MAX_CONNECTIONS: usize = 4;
/// The cache's directory for the records of Release files.
const RELEASES: &str = "releases";

/// Which InRelease was the last good one of a suite.
#[derive(Serialize, Deserialize)]
struct ReleaseRecord {
    base: String,
    validators: Validators,
    sha256: String,
}

/// A suite's Release file that passed every check.
pub(super) struct FoundRelease {
    pub(super) suite: Suite,
    pub(super) file: ReleaseFile,
    pub(super) sha256: Sha256Digest,
    /// The mirror that it came from.
    base: String,
    /// The mirrors to ask for what it lists, that one first; none when offline.
    pub(super) bases: Vec<String>,
}

/// A Release file in the cache whose signature is good.
struct KnownRelease {
    record: ReleaseRecord,
    bytes: Vec<u8>,
    file: ReleaseFile,
}

impl Archive {
    /// Brings the cache up to date with the archive, as far as the target needs, and says what is there.
    /// Offline it says what the cache has.
    ///
    /// # Errors
    /// When the release or one of its indices cannot be had or is not to be trusted; the cache is then as
    /// good as before. [`ArchiveError::hint`] says what may help.
    pub fn update(&self, target: &Target, progress: &dyn Progress) -> Result<IndexSet, ArchiveError> {
        check_name("release", target.release.as_str())?;
        for component in &self.settings.components {
            check_name("component", component)?;
        }
        if self.settings.offline {
            return self.collect(target, None, progress);
        }
        let bases = Bases::choose(&self.settings.mirrors, target, self.snapshot.as_ref(), self.settings.now)?;
        self.cache.exclusively(progress, || self.collect(target, Some(&bases), progress))
    }

    fn collect(
        &self,
        target: &Target,
        bases: Option<&Bases>,
        progress: &dyn Progress,
    ) -> Result<IndexSet, ArchiveError> {
        let mut set = IndexSet {
            target: target.clone(),
            releases: Vec::new(),
            contents: Vec::new(),
            packages: Vec::new(),
            diagnostics: Vec::new(),
        };
        let suites = profile(target.distribution).suites(&target.release, self.settings.backports);
        let releases = in_parallel(&suites, |suite| {
            let _task = progress.task(&format!("{} InRelease", suite.name), None);
            self.release(target.distribution, suite, bases)
        });
        let mut found = Vec::new();
        for release in releases {
            let (release, diagnostics) = release?;
            set.diagnostics.extend(diagnostics);
            found.extend(release);
        }
        let wanted =
            wanted_indices(target.distribution, target.architecture, &self.components(target.distribution));
        let pairs: Vec<(&FoundRelease, &WantedIndex)> =
            found.iter().flat_map(|release| wanted.iter().map(move |index| (release, index))).collect();
        let indices = in_parallel(&pairs, |(release, wanted)| {
            self.index(target.distribution, release, wanted, progress)
        });
        for ((_, wanted), index) in pairs.iter().zip(indices) {
            let (index, diagnostics) = index?;
            set.diagnostics.extend(diagnostics);
            match wanted.kind {
                IndexFileKind::Contents => set.contents.extend(index),
                IndexFileKind::Packages => set.packages.extend(index),
            }
        }
        set.releases = found.into_iter().map(FoundRelease::into_info).collect();
        Ok(set)
    }

    fn components(&self, distribution: Distribution) -> Vec<String> {
        if self.settings.components.is_empty() {
            profile(distribution).components.iter().map(|&name| name.to_owned()).collect()
        } else {
            self.settings.components.clone()
        }
    }

    /// The suite's Release file, from the first mirror that has a good one. A suite that only adds to the
    /// release may be absent.
    fn release(
        &self,
        distribution: Distribution,
        suite: &Suite,
        bases: Option<&Bases>,
    ) -> Result<(Option<FoundRelease>, Vec<ArchiveDiagnostic>), ArchiveError> {
        let record_name = self.record_name(distribution, &suite.name);
        let Some(bases) = bases else { return self.cached_release(distribution, suite, &record_name) };
        let bases = bases.of(suite.pocket);
        let known = self.known_release(&record_name)?;
        let mut attempts = Attempts::default();
        for base in &bases {
            match self.offered_release(distribution, suite, base, known.as_ref()) {
                Ok(offered) => {
                    let mut diagnostics = passed_over(&suite.name, "InRelease", attempts);
                    let release = self.newer(suite, base, offered, known, &record_name, &mut diagnostics)?;
                    return Ok((
                        Some(FoundRelease { bases: starting_with(base, &bases), ..release }),
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

    /// What one mirror offers, fully checked.
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
                (Answer::Document(bytes, validators), _) => (bytes, validators),
                (Answer::NotModified, Some(known)) => (known.bytes.clone(), validators),
                (Answer::NotModified, None) => (Vec::new(), validators),
            };
        let file = self.signed_release(&bytes)?;
        file.check_name(distribution, &suite.name)?;
        file.check_date(self.settings.now)?;
        if self.snapshot.is_none() {
            file.check_valid_until(self.settings.now)?;
        }
        Ok((bytes, validators, file))
    }

    /// The newer one of what a mirror offers and what is known, so that no mirror can take the clock back.
    fn newer(
        &self,
        suite: &Suite,
        base: &str,
        (bytes, validators, file): (Vec<u8>, Validators, ReleaseFile),
        known: Option<KnownRelease>,
        record_name: &str,
        diagnostics: &mut Vec<ArchiveDiagnostic>,
    ) -> Result<FoundRelease, ArchiveError> {
        if let Some(known) = known.filter(|known| known.file.date > file.date) {
            diagnostics.push(ArchiveDiagnostic::OlderRelease {
                suite: suite.name.clone(),
                mirror: base.to_owned(),
                offered: file.date,
                used: known.file.date,
            });
            return Ok(known.into_found(suite));
        }
        let sha256 = self.cache.keep_bytes(&bytes)?;
        let record = ReleaseRecord { base: base.to_owned(), validators, sha256: sha256.to_string() };
        self.cache.write_record(RELEASES, record_name, &record)?;
        let base = base.to_owned();
        Ok(FoundRelease { suite: suite.clone(), file, sha256, base, bases: Vec::new() })
    }

    /// What the cache has, for use without a network. There Valid-Until cannot be kept, only said.
    fn cached_release(
        &self,
        distribution: Distribution,
        suite: &Suite,
        record_name: &str,
    ) -> Result<(Option<FoundRelease>, Vec<ArchiveDiagnostic>), ArchiveError> {
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
        Ok((Some(KnownRelease { record, bytes, file }.into_found(suite)), diagnostics))
    }

    /// The recorded Release file, if its signature is still good.
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

    /// The name of a suite's records: snapshots have records of their own.
    pub(super) fn record_name(&self, distribution: Distribution, suite: &str) -> String {
        match &self.snapshot {
            Some(snapshot) => format!("{distribution}-{suite}-{}", snapshot.name),
            None => format!("{distribution}-{suite}"),
        }
    }
}

impl KnownRelease {
    fn into_found(self, suite: &Suite) -> FoundRelease {
        FoundRelease {
            suite: suite.clone(),
            file: self.file,
            sha256: digest_of_bytes(&self.bytes),
            base: self.record.base,
            bases: Vec::new(),
        }
    }
}

impl FoundRelease {
    fn into_info(self) -> ReleaseInfo {
        ReleaseInfo {
            suite: self.suite.name,
            date: self.file.date,
            valid_until: self.file.valid_until,
            base: self.base,
            in_release_sha256: self.sha256,
        }
    }
}

fn in_release_url(base: &str, suite: &str) -> String {
    format!("{base}/dists/{suite}/InRelease")
}

/// What to say when some mirrors were tried in vain before one served.
pub(super) fn passed_over(suite: &str, file: &str, attempts: Attempts) -> Vec<ArchiveDiagnostic> {
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

/// Names become directories of URLs and of the cache.
fn check_name(kind: &'static str, name: &str) -> Result<(), ArchiveError> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".+-".contains(&byte);
    if name.starts_with(|first: char| first.is_ascii_alphanumeric()) && name.bytes().all(fits) {
        return Ok(());
    }
    Err(ArchiveError::BadName { kind, name: name.to_owned() })
}

/// Does the work for each item, a few at a time, and gives the results in the order of the items.
pub(super) fn in_parallel<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return done };
            done.push((index, work(item)));
        }
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let workers: Vec<_> = (0..items.len().min(MAX_CONNECTIONS)).map(|_| scope.spawn(worker)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}
