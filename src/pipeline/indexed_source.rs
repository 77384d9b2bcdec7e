//! Source of .debs: library indices first, then the cache and the archive.

use std::fmt;
use std::marker::PhantomData;

use super::Debs;
use crate::debian::catalog::{Package, Provenance};
use crate::debian::debs::{Availability, DebFacts, DebStoreError};
use crate::debian::library_index::IndexedDebs;
use crate::tree::inventory::Deb;

/// Packages that are downloaded to learn what they need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Downloads {
    /// Every package that no library index knows.
    Unindexed,
    /// Only packages that are newer than a library index of their release: for a quick answer.
    Newer,
}

/// Library indices, the cache and the archive as a source of .debs. `Error` is the error of the pipeline's stages.
pub struct IndexedSource<'run, Error> {
    debs: IndexedDebs<'run>,
    downloads: Downloads,
    error: PhantomData<fn() -> Error>,
}

impl<'run, Error> IndexedSource<'run, Error> {
    /// Makes a source that downloads these packages.
    pub fn new(debs: IndexedDebs<'run>, downloads: Downloads) -> Self {
        Self { debs, downloads, error: PhantomData }
    }
}

impl<Error> fmt::Debug for IndexedSource<'_, Error> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("IndexedSource").field("downloads", &self.downloads).finish_non_exhaustive()
    }
}

impl<Error: From<DebStoreError>> Debs for IndexedSource<'_, Error> {
    type Error = Error;

    fn facts(
        &self,
        provenance: &Provenance,
        packages: &[Package],
    ) -> Result<Vec<Availability<DebFacts>>, Error> {
        Ok(match self.downloads {
            Downloads::Newer => self.debs.facts_with_few_downloads(provenance, packages),
            Downloads::Unindexed => self.debs.facts(provenance, packages)?,
        })
    }

    fn known_facts(&self, packages: &[Package]) -> Vec<Option<DebFacts>> {
        self.debs.known_facts(packages)
    }

    fn debs(&self, provenance: &Provenance, packages: &[Package]) -> Result<Vec<Availability<Deb>>, Error> {
        Ok(self.debs.store().debs(provenance, packages)?)
    }

    fn known(&self, package: &Package) -> Option<DebFacts> {
        self.debs.known(package.sha256?)
    }

    fn urls(&self, provenance: &Provenance, package: &Package) -> Vec<String> {
        self.debs.store().urls(provenance, package)
    }
}
