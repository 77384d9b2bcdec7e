//! One index file: found in the cache, or fetched and compared with the signed Release.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::PathBuf;
use std::sync::PoisonError;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::cache::CacheError;
use super::fetch::FetchError;
use super::reader::{bound_by_ratio, open_index};
use super::release::ListedFile;
use super::update::{FoundRelease, passed_over};
use super::wanted_index::{IndexFileKind, WantedIndex};
use super::{Archive, ArchiveDiagnostic, ArchiveError, Attempts, Refusal};
use crate::debian::distributions::Pocket;
use crate::support::digest::digest_of;
use crate::support::progress::{Progress, Task};
use crate::vocabulary::{Distribution, Sha256Digest};

/// The largest index that is taken without a signed size. Ubuntu's Contents come to 90 MB.
const MAX_UNSIGNED_BYTES: u64 = 512 * 1024 * 1024;
/// The cache's directory for the records of Contents files.
const CONTENTS: &str = "contents";

/// An index file in the cache, whole and with its digest checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexFile {
    /// The suite, such as `bookworm-security`.
    pub suite: String,
    /// The component; none where one file spans them all (Ubuntu's Contents).
    pub component: Option<String>,
    /// The path below the suite, such as `main/Contents-amd64.gz`.
    pub file: String,
    /// The date of the Release that vouches for it, or was to.
    pub date: Timestamp,
    /// The digest of the file as it is, compressed.
    pub sha256: Sha256Digest,
    /// Whether that digest is the one in the signed Release of that date.
    pub verified: bool,
    path: PathBuf,
    inflated_limit_bytes: u64,
}

impl IndexFile {
    /// Reads the file, inflated. The reader fails where the file is truncated, broken, or inflates to more
    /// than the signed Release lists.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(&self) -> Result<impl Read + Send + use<>, ArchiveError> {
        open_index(&self.path, &self.file, self.inflated_limit_bytes).map_err(|source| ArchiveError::Open {
            suite: self.suite.clone(),
            file: self.file.clone(),
            path: self.path.clone(),
            source,
        })
    }
}

/// The last Contents that its Release vouched for.
#[derive(Serialize, Deserialize)]
struct ContentsRecord {
    date: Timestamp,
    sha256: String,
    inflated_limit_bytes: u64,
}

/// One index as a Release lists it.
struct ListedIndex<'a> {
    release: &'a FoundRelease,
    wanted: &'a WantedIndex,
    file: String,
    listed: ListedFile,
    record_name: String,
}

type Obtained = Result<(Option<IndexFile>, Vec<ArchiveDiagnostic>), ArchiveError>;

impl Archive {
    /// One index of a suite. Suites that only add to the release may lack some.
    pub(super) fn index(
        &self,
        distribution: Distribution,
        release: &FoundRelease,
        wanted: &WantedIndex,
        progress: &dyn Progress,
    ) -> Obtained {
        let suite = release.suite.name.clone();
        let Some((file, listed)) = wanted.extensions.iter().find_map(|extension| {
            let file = format!("{}{extension}", wanted.stem);
            release.file.file(&file).map(|listed| (file, listed))
        }) else {
            let file = wanted.stem.clone();
            if release.suite.pocket != Pocket::Main {
                return Ok((None, vec![ArchiveDiagnostic::IndexAbsent { suite, file }]));
            }
            let (components, architectures) =
                (release.file.components.clone(), release.file.architectures.clone());
            return Err(ArchiveError::NotListed { suite, file, components, architectures });
        };
        let record_name = format!("{}-{file}", self.record_name(distribution, &suite));
        self.listed_index(&ListedIndex { release, wanted, file, listed, record_name }, progress)
    }

    fn listed_index(&self, index: &ListedIndex<'_>, progress: &dyn Progress) -> Obtained {
        let under_way = self.cache.under_way(index.listed.sha256);
        let _alone = under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(path) = self.cache.find(index.listed.sha256)? {
            return self.verified(index, path, Attempts::default());
        }
        let label = format!("{} {}", index.release.suite.name, index.file);
        let mut attempts = Attempts::default();
        if !index.release.bases.is_empty() {
            let task = progress.task(&label, Some(index.listed.size_bytes));
            for url in index.urls() {
                match self.signed_file(&url, index.listed, task.as_ref()) {
                    Ok(path) => return self.verified(index, path, attempts),
                    Err(error) if error.is_ours() => return Err(fetch_error(&url, error)),
                    Err(error) => attempts.0.push((url, error.into())),
                }
            }
        }
        let (suite, file) = (index.release.suite.name.clone(), index.file.clone());
        let offline = index.release.bases.is_empty();
        if index.wanted.kind == IndexFileKind::Contents && (offline || attempts.any(Refusal::is_mismatch)) {
            if let Some(older) = self.older_contents(index)? {
                let (date, cause) = (older.date, cause_of(&attempts));
                let diagnostic = ArchiveDiagnostic::OlderContents { suite, file, date, cause };
                return Ok((Some(older), vec![diagnostic]));
            }
            if self.settings.allow_unverified_contents && !offline {
                return self.unverified_contents(index, attempts, progress);
            }
        }
        match (offline, index.wanted.kind) {
            (true, _) => Err(ArchiveError::NotCached { what: format!("{file} of {suite}") }),
            (false, IndexFileKind::Contents) if attempts.any(Refusal::is_mismatch) => {
                Err(ArchiveError::ContentsMismatch { suite, file, attempts })
            }
            (false, _) => Err(ArchiveError::Index { suite, file, attempts }),
        }
    }

    /// An index that its Release vouches for; the last such Contents is remembered.
    fn verified(&self, index: &ListedIndex<'_>, path: PathBuf, attempts: Attempts) -> Obtained {
        let found = index.found(path, index.listed.sha256, true);
        if index.wanted.kind == IndexFileKind::Contents && !self.settings.offline {
            let record = ContentsRecord {
                date: found.date,
                sha256: found.sha256.to_string(),
                inflated_limit_bytes: found.inflated_limit_bytes,
            };
            self.cache.write_record(CONTENTS, &index.record_name, &record)?;
        }
        // A by-hash address that is not there is no news when the plain name of the same mirror served.
        let attempts = Attempts(attempts.0.into_iter().filter(|(_, refusal)| !refusal.is_absent()).collect());
        Ok((Some(found), passed_over(&index.release.suite.name, &index.file, attempts)))
    }

    /// The last Contents that its own Release vouched for.
    fn older_contents(&self, index: &ListedIndex<'_>) -> Result<Option<IndexFile>, ArchiveError> {
        let Some(record) = self.cache.record::<ContentsRecord>(CONTENTS, &index.record_name)? else {
            return Ok(None);
        };
        let Ok(sha256) = record.sha256.parse() else { return Ok(None) };
        Ok(self.cache.find(sha256)?.map(|path| IndexFile {
            date: record.date,
            inflated_limit_bytes: record.inflated_limit_bytes,
            ..index.found(path, sha256, true)
        }))
    }

    /// The Contents that some mirror has, though no Release vouches for it.
    fn unverified_contents(
        &self,
        index: &ListedIndex<'_>,
        attempts: Attempts,
        progress: &dyn Progress,
    ) -> Obtained {
        let (suite, file) = (index.release.suite.name.clone(), index.file.clone());
        let task = progress.task(&format!("{suite} {file} (not verified)"), None);
        let mut failures = Attempts::default();
        for base in &index.release.bases {
            let url = index.plain_url(base);
            let mut temporary = self.cache.temporary()?;
            match self.fetcher.take(&url, temporary.as_file_mut(), MAX_UNSIGNED_BYTES, task.as_ref()) {
                Ok(()) => {
                    let sha256 =
                        digest_of_file(temporary.as_file_mut()).map_err(|error| fetch_error(&url, error))?;
                    let path = self.cache.keep(temporary.path(), sha256)?;
                    let size_bytes = path.metadata().map_or(0, |metadata| metadata.len());
                    let cause = cause_of(&attempts);
                    let diagnostic = ArchiveDiagnostic::UnverifiedContents { suite, file, cause };
                    let inflated_limit_bytes = bound_by_ratio(size_bytes);
                    let found = IndexFile { inflated_limit_bytes, ..index.found(path, sha256, false) };
                    return Ok((Some(found), vec![diagnostic]));
                }
                Err(error) if error.is_ours() => return Err(fetch_error(&url, error)),
                Err(error) => failures.0.push((url, error.into())),
            }
        }
        Err(ArchiveError::Index { suite, file, attempts: failures })
    }

    /// Fetches a file with a signed digest into the cache, going on where an earlier transfer broke off.
    pub(super) fn signed_file(
        &self,
        url: &str,
        listed: ListedFile,
        task: &dyn Task,
    ) -> Result<PathBuf, FetchError> {
        let stored = |error: CacheError| FetchError::Store(std::io::Error::other(error));
        let mut partial = self.cache.partial(listed.sha256).map_err(stored)?;
        loop {
            let resumed = partial.file.metadata().map_err(FetchError::Store)?.len() > 0;
            self.fetcher.complete(url, &mut partial.file, listed.size_bytes, task)?;
            let found = digest_of_file(&mut partial.file)?;
            if found == listed.sha256 {
                return self.cache.keep(&partial.path, found).map_err(stored);
            }
            partial.file.set_len(0).map_err(FetchError::Store)?;
            if !resumed {
                return Err(FetchError::Digest { expected: listed.sha256, found });
            }
            // The beginning may have been another file's: this mirror gets one more chance from the start.
        }
    }
}

impl ListedIndex<'_> {
    /// Where the file may be: by its digest first, since that survives the archive's next change.
    fn urls(&self) -> Vec<String> {
        let mut urls = Vec::new();
        for base in &self.release.bases {
            let plain = self.plain_url(base);
            if self.release.file.by_hash {
                let directory = plain.rsplit_once('/').map_or("", |(directory, _)| directory);
                urls.push(format!("{directory}/by-hash/SHA256/{}", self.listed.sha256));
            }
            urls.push(plain);
        }
        urls
    }

    fn plain_url(&self, base: &str) -> String {
        format!("{base}/dists/{}/{}", self.release.suite.name, self.file)
    }

    fn found(&self, path: PathBuf, sha256: Sha256Digest, verified: bool) -> IndexFile {
        let inflated = self.release.file.file(&self.wanted.stem);
        IndexFile {
            suite: self.release.suite.name.clone(),
            component: self.wanted.component.clone(),
            file: self.file.clone(),
            date: self.release.file.date,
            sha256,
            verified,
            path,
            inflated_limit_bytes: inflated
                .map_or_else(|| bound_by_ratio(self.listed.size_bytes), |listed| listed.size_bytes),
        }
    }
}

fn digest_of_file(file: &mut File) -> Result<Sha256Digest, FetchError> {
    file.rewind().and_then(|()| digest_of(file)).map_err(FetchError::Store)
}

fn fetch_error(url: &str, source: FetchError) -> ArchiveError {
    ArchiveError::Fetch { url: url.to_owned(), source }
}

fn cause_of(attempts: &Attempts) -> String {
    if attempts.0.is_empty() {
        "the cache does not have the current one".to_owned()
    } else {
        attempts.to_string()
    }
}
