//! Download of .debs: from the cache or a mirror, each verified by the size and digest in the signed index.

use std::path::PathBuf;
use std::sync::PoisonError;

use super::attempts::{Attempts, Refusal};
use super::client::Archive;
use super::error::ArchiveError;
use super::mirrors::Bases;
use super::parallel::in_parallel;
use super::release::ListedFile;
use crate::debian::distributions::profile;
use crate::support::progress::Progress;
use crate::vocabulary::{Sha256Digest, Target};

/// .deb that an index lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolFile {
    /// Suite whose Packages lists it, such as `bookworm-security`.
    pub suite: String,
    /// Path below the archive's base.
    pub filename: String,
    /// Digest.
    pub sha256: Sha256Digest,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Further URLs, tried after the mirrors.
    pub urls: Vec<String>,
}

impl Archive {
    /// Downloads the .debs that are not in the cache, and returns the paths of all in the order of `wanted`.
    pub fn debs(
        &self,
        target: &Target,
        wanted: &[PoolFile],
        progress: &dyn Progress,
    ) -> Vec<Result<PathBuf, ArchiveError>> {
        let all = |bases: Option<&Bases>| in_parallel(wanted, |file| self.deb(target, bases, file, progress));
        if self.settings.offline || wanted.is_empty() {
            return all(None);
        }
        let bases = self.bases(target);
        let fetched = bases
            .map_err(ArchiveError::from)
            .and_then(|bases| self.cache.exclusively(progress, || Ok::<_, ArchiveError>(all(Some(&bases)))));
        // The failure concerns all of them; the first one reports it.
        fetched.unwrap_or_else(|error| {
            let others = wanted.iter().skip(1).map(|file| Err(not_cached(file)));
            std::iter::once(Err(error)).chain(others).collect()
        })
    }

    fn deb(
        &self,
        target: &Target,
        bases: Option<&Bases>,
        file: &PoolFile,
        progress: &dyn Progress,
    ) -> Result<PathBuf, ArchiveError> {
        let lock = self.cache.download_lock(file.sha256);
        let _guard = lock.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(path) = self.cache.find(file.sha256)? {
            return Ok(path);
        }
        let Some(bases) = bases else { return Err(not_cached(file)) };
        let is_clean = file.filename.split('/').all(|part| !matches!(part, "" | "." | ".."));
        if !is_clean {
            return Err(ArchiveError::BadPoolPath { path: file.filename.clone() });
        }
        let name = file.filename.rsplit('/').next().unwrap_or_default();
        let task = progress.task(name, Some(file.size_bytes));
        let listed = ListedFile { size_bytes: file.size_bytes, sha256: file.sha256 };
        let mirrors = bases.for_pocket(profile(target.distribution).pocket_of(&file.suite));
        let listed_urls: Vec<String> =
            file.urls.iter().map(|url| self.fetcher.credentials.take_login(url)).collect();
        let mut urls: Vec<String> = mirrors.iter().map(|base| format!("{base}/{}", file.filename)).collect();
        for url in listed_urls {
            if !urls.contains(&url) {
                urls.push(url);
            }
        }
        let mut attempts = Attempts::default();
        for url in urls {
            match self.signed_file(&url, listed, task.as_ref()) {
                Ok(path) => return Ok(path),
                Err(source) if source.is_local() => return Err(ArchiveError::Fetch { url, source }),
                Err(error) => attempts.0.push((url, error.into())),
            }
        }
        let file = name.to_owned();
        Err(if attempts.all(Refusal::is_absent) {
            ArchiveError::DebGone { file, attempts }
        } else {
            ArchiveError::Deb { file, attempts }
        })
    }
}

fn not_cached(file: &PoolFile) -> ArchiveError {
    let name = file.filename.rsplit('/').next().unwrap_or_default();
    ArchiveError::NotCached { what: name.to_owned() }
}
