//! Facts about packages from library indices, and from the .debs where no index has them.

use std::slice;
use std::sync::Arc;

use rayon::prelude::*;

use super::LibraryIndex;
use crate::debian::catalog::{Package, Provenance};
use crate::debian::debs::{Availability, DebFacts, DebStore, DebStoreError, UnavailableDeb};
use crate::vocabulary::Sha256Digest;

/// Library indices in front of a store of .debs.
pub struct IndexedDebs<'run> {
    indices: Arc<[LibraryIndex]>,
    store: DebStore<'run>,
}

impl<'run> IndexedDebs<'run> {
    /// Puts library indices in front of a store.
    pub fn new(store: DebStore<'run>, indices: impl Into<Arc<[LibraryIndex]>>) -> Self {
        Self { indices: indices.into(), store }
    }

    /// Returns the store of whole .debs.
    pub fn store(&self) -> &DebStore<'run> {
        &self.store
    }

    /// Returns facts about the packages in the order of `packages`: from a library index, or else from the .deb,
    /// which is downloaded if it is not cached. A .deb that cannot be obtained is reported in its slot.
    ///
    /// # Errors
    /// If the archive, the network or the cache fails.
    pub fn facts(
        &self,
        provenance: &Provenance,
        packages: &[Package],
    ) -> Result<Vec<Availability<DebFacts>>, DebStoreError> {
        let indexed = |package: &Package| self.indexed(package.sha256?).map(Availability::from);
        let mut facts: Vec<Option<Availability<DebFacts>>> = packages.par_iter().map(indexed).collect();
        let absent: Vec<usize> = (0..facts.len()).filter(|index| facts[*index].is_none()).collect();
        if !absent.is_empty() {
            let packages: Vec<Package> = absent.iter().map(|index| packages[*index].clone()).collect();
            for (index, deb) in absent.into_iter().zip(self.store.debs(provenance, &packages)?) {
                facts[index] = Some(deb.into_facts());
            }
        }
        Ok(facts.into_iter().flatten().collect())
    }

    /// Returns facts about the packages in the order of `packages` with few downloads: if a library index covers the
    /// release, only .debs that are newer than the index are downloaded, and otherwise none. Every failure is
    /// reported in its slot.
    pub fn facts_with_few_downloads(
        &self,
        provenance: &Provenance,
        packages: &[Package],
    ) -> Vec<Availability<DebFacts>> {
        let target = &provenance.target;
        if !self.indices.iter().any(|index| index.covers(target)) {
            let known = |package: &Package| match package.sha256.and_then(|sha256| self.known(sha256)) {
                Some(facts) => facts.into(),
                None => Availability::Unavailable(UnavailableDeb::NotIndexed(target.clone())),
            };
            return packages.par_iter().map(known).collect();
        }
        match self.facts(provenance, packages) {
            Ok(facts) => facts,
            // One failure must not hide the packages that are available.
            Err(_) if packages.len() > 1 => {
                let each = packages.iter().map(slice::from_ref);
                each.flat_map(|one| self.facts_with_few_downloads(provenance, one)).collect()
            }
            Err(error) => vec![Availability::Unavailable(UnavailableDeb::NotDownloaded(error.to_string()))],
        }
    }

    /// Returns facts about the packages in the order of `packages`, as far as they are known without a download.
    pub fn known_facts(&self, packages: &[Package]) -> Vec<Option<DebFacts>> {
        packages.par_iter().map(|package| self.known(package.sha256?)).collect()
    }

    /// Returns facts about a .deb that need no download.
    pub fn known(&self, sha256: Sha256Digest) -> Option<DebFacts> {
        self.indexed(sha256).or_else(|| self.store.cached(sha256).map(DebFacts::from))
    }

    /// Facts about a .deb from the first index that has it. A broken index is no failure: the archive has the .deb.
    fn indexed(&self, sha256: Sha256Digest) -> Option<DebFacts> {
        self.indices.iter().find_map(|index| index.deb(sha256).ok()?)
    }
}
