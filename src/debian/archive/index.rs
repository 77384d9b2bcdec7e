//! Download of an index, verified by the signed Release.

use std::fs::File;
use std::io::Seek;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::attempts::{Attempts, Refusal};
use super::cache::CacheError;
use super::client::Archive;
use super::diagnostic::ArchiveDiagnostic;
use super::error::ArchiveError;
use super::fetch_error::FetchError;
use super::index_file::IndexFile;
use super::reader::limit_by_ratio;
use super::release::ListedFile;
use super::suite_release::{SuiteRelease, skipped_mirrors};
use super::wanted_index::{IndexFileKind, WantedIndex};
use crate::debian::distributions::Pocket;
use crate::support::digest::digest_of;
use crate::support::progress::{Progress, Task};
use crate::vocabulary::{Distribution, Sha256Digest};

/// Maximum size of an unverified index. Ubuntu's Contents files have 90 MB.
const MAX_UNSIGNED_BYTES: u64 = 512 * 1024 * 1024;
/// Directory of the cache for the records of Contents files.
const CONTENTS: &str = "contents";

/// Last Contents that matched its Release.
#[derive(Serialize, Deserialize)]
struct ContentsRecord {
    date: Timestamp,
    sha256: String,
    size_limit_bytes: u64,
}

/// Index that a Release file lists.
struct ListedIndex<'a> {
    release: &'a SuiteRelease,
    wanted: &'a WantedIndex,
    file: String,
    listed: ListedFile,
    record_name: String,
}

type Obtained = Result<(Option<IndexFile>, Vec<ArchiveDiagnostic>), ArchiveError>;

impl Archive {
    /// Downloads an index of a suite. Additional suites of a release may not have all of them.
    pub(super) fn index(
        &self,
        distribution: Distribution,
        release: &SuiteRelease,
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
        let lock = self.cache.download_lock(index.listed.sha256);
        let _guard = lock.lock().unwrap_or_else(PoisonError::into_inner);
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
                    Err(error) if error.is_local() => return Err(fetch_error(&url, error)),
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
                Err(ArchiveError::ContentsMismatch { suite, file, attempts: Arc::new(attempts) })
            }
            (false, _) => Err(ArchiveError::Index { suite, file, attempts }),
        }
    }

    /// Returns an index that matches its Release; the last such Contents is recorded.
    fn verified(&self, index: &ListedIndex<'_>, path: PathBuf, attempts: Attempts) -> Obtained {
        let found = index.found(path, index.listed.sha256, true);
        if index.wanted.kind == IndexFileKind::Contents && !self.settings.offline {
            let record = ContentsRecord {
                date: found.date,
                sha256: found.sha256.to_string(),
                size_limit_bytes: found.size_limit_bytes,
            };
            self.cache.write_record(CONTENTS, &index.record_name, &record)?;
        }
        // A missing by-hash path is not worth a warning if the same mirror has the file under its name.
        let attempts = Attempts(attempts.0.into_iter().filter(|(_, refusal)| !refusal.is_absent()).collect());
        Ok((Some(found), skipped_mirrors(&index.release.suite.name, &index.file, attempts)))
    }

    /// Returns the last Contents that matched its own Release.
    fn older_contents(&self, index: &ListedIndex<'_>) -> Result<Option<IndexFile>, ArchiveError> {
        let Some(record) = self.cache.record::<ContentsRecord>(CONTENTS, &index.record_name)? else {
            return Ok(None);
        };
        let Ok(sha256) = record.sha256.parse() else { return Ok(None) };
        Ok(self.cache.find(sha256)?.map(|path| IndexFile {
            date: record.date,
            size_limit_bytes: record.size_limit_bytes,
            ..index.found(path, sha256, true)
        }))
    }

    /// Downloads a Contents that does not match its Release.
    fn unverified_contents(
        &self,
        index: &ListedIndex<'_>,
        attempts: Attempts,
        progress: &dyn Progress,
    ) -> Obtained {
        let (suite, file) = (index.release.suite.name.clone(), index.file.clone());
        let task = progress.task(&format!("{suite} {file} (unverified)"), None);
        let mut failures = Attempts::default();
        for base in &index.release.bases {
            let url = index.plain_url(base);
            let mut temporary = self.cache.temporary()?;
            match self.fetcher.download(&url, temporary.as_file_mut(), MAX_UNSIGNED_BYTES, task.as_ref()) {
                Ok(()) => {
                    let sha256 =
                        digest_of_file(temporary.as_file_mut()).map_err(|error| fetch_error(&url, error))?;
                    let path = self.cache.keep(temporary.path(), sha256)?;
                    let size_bytes = path.metadata().map_or(0, |metadata| metadata.len());
                    let cause = cause_of(&attempts);
                    let diagnostic = ArchiveDiagnostic::UnverifiedContents { suite, file, cause };
                    let size_limit_bytes = limit_by_ratio(size_bytes);
                    let found = IndexFile { size_limit_bytes, ..index.found(path, sha256, false) };
                    return Ok((Some(found), vec![diagnostic]));
                }
                Err(error) if error.is_local() => return Err(fetch_error(&url, error)),
                Err(error) => failures.0.push((url, error.into())),
            }
        }
        Err(ArchiveError::Index { suite, file, attempts: failures })
    }

    /// Downloads a file with a signed digest into the cache, after the part that an interrupted transfer left.
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
            // The partial file may have been another one: the same mirror is tried again from the start.
        }
    }
}

impl ListedIndex<'_> {
    /// URLs of the file: first by its digest, since that path survives the next change of the archive.
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
        let uncompressed = self.release.file.file(&self.wanted.stem);
        IndexFile {
            suite: self.release.suite.name.clone(),
            component: self.wanted.component.clone(),
            file: self.file.clone(),
            date: self.release.file.date,
            sha256,
            verified,
            path,
            size_limit_bytes: uncompressed
                .map_or_else(|| limit_by_ratio(self.listed.size_bytes), |listed| listed.size_bytes),
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
