//! Update of the indices of a target: first the suites' Release files, then the indices that they list.

use super::client::Archive;
use super::error::ArchiveError;
use super::index_set::{IndexSet, LeftOutContents};
use super::mirrors::Bases;
use super::parallel::in_parallel;
use super::suite_release::SuiteRelease;
use super::wanted_index::{IndexFileKind, WantedIndex, wanted_indices};
use crate::debian::distributions::profile;
use crate::support::progress::Progress;
use crate::vocabulary::{Distribution, Target};

impl Archive {
    /// Downloads the current indices of a target into the cache and returns them; while offline, returns those in the
    /// cache.
    ///
    /// # Errors
    /// If the release or one of its indices is not available or cannot be trusted; the cache is then as usable as
    /// before. [`ArchiveError::hint`] has advice for the user.
    pub fn update(&self, target: &Target, progress: &dyn Progress) -> Result<IndexSet, ArchiveError> {
        self.update_verified(target, progress)?.complete()
    }

    /// As [`Self::update`], but leaves out the Contents files that no mirror has as their Release lists them
    /// ([`IndexSet::left_out`]).
    ///
    /// # Errors
    /// If the release or another index is not available or cannot be trusted.
    pub fn update_verified(
        &self,
        target: &Target,
        progress: &dyn Progress,
    ) -> Result<IndexSet, ArchiveError> {
        check_name("release", target.release.as_str())?;
        for component in &self.settings.components {
            check_name("component", component)?;
        }
        if self.settings.offline {
            return self.collect(target, None, progress);
        }
        let bases = self.bases(target)?;
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
            scope: self.settings.scope(target.distribution),
            releases: Vec::new(),
            contents: Vec::new(),
            packages: Vec::new(),
            left_out: Vec::new(),
            diagnostics: Vec::new(),
        };
        let suites = profile(target.distribution).suites(&target.release, self.settings.backports);
        let releases = in_parallel(&suites, |suite| {
            let _task = progress.task(&format!("{} InRelease", suite.name), None);
            self.suite_release(target.distribution, suite, bases)
        });
        let mut found = Vec::new();
        for release in releases {
            let (release, diagnostics) = release?;
            set.diagnostics.extend(diagnostics);
            found.extend(release);
        }
        let wanted =
            wanted_indices(target.distribution, target.architecture, &self.components(target.distribution));
        let pairs: Vec<(&SuiteRelease, &WantedIndex)> =
            found.iter().flat_map(|release| wanted.iter().map(move |index| (release, index))).collect();
        let indices = in_parallel(&pairs, |(release, wanted)| {
            self.index(target.distribution, release, wanted, progress)
        });
        for ((_, wanted), index) in pairs.iter().zip(indices) {
            let (index, diagnostics) = match index {
                Err(ArchiveError::ContentsMismatch { suite, file, attempts }) => {
                    set.left_out.push(LeftOutContents { suite, file, attempts });
                    continue;
                }
                index => index?,
            };
            set.diagnostics.extend(diagnostics);
            match wanted.kind {
                IndexFileKind::Contents => set.contents.extend(index),
                IndexFileKind::Packages => set.packages.extend(index),
            }
        }
        set.releases = found.into_iter().map(SuiteRelease::into_info).collect();
        Ok(set)
    }

    fn components(&self, distribution: Distribution) -> Vec<String> {
        if self.settings.components.is_empty() {
            profile(distribution).components.iter().map(|&name| name.to_owned()).collect()
        } else {
            self.settings.components.clone()
        }
    }
}

/// Checks a name that becomes a directory in URLs and in the cache.
fn check_name(kind: &'static str, name: &str) -> Result<(), ArchiveError> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".+-".contains(&byte);
    if name.starts_with(|first: char| first.is_ascii_alphanumeric()) && name.bytes().all(fits) {
        return Ok(());
    }
    Err(ArchiveError::BadName { kind, name: name.to_owned() })
}
