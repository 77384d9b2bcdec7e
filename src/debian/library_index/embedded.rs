//! Library index that is compiled in. `fixtures/rebuild-embedded.sh` rebuilds it (see `docs/dev/embedded-data.md`).
//!
//! It was built from the signed archive of Debian 12 and 13 with the updates of 2026-11-30: 5,847 packages of
//! bookworm for amd64 and 5,706 for arm64, 6,059 and 5,976 of trixie, from about 18 GB of .debs. On that day trixie's Contents
//! did not match its Release; it only decided which packages were read. `src/debian/catalog/embedded.catalog` was built from
//! the same indices; `sodeb index show -v` prints their digests.

use super::{BadLibraryIndex, LibraryIndex};

const BYTES: &[u8] = include_bytes!("embedded.libraries");

/// Opens the library index that is compiled in.
///
/// # Errors
/// If the compiled-in file has the format of another version.
pub fn embedded_libraries() -> Result<LibraryIndex, BadLibraryIndex> {
    LibraryIndex::open(BYTES)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::debian::catalog::{Catalog, FileCatalog, embedded_catalogs};
    use crate::debian::library_index::{Coverage, indexed_packages};
    use crate::vocabulary::RootedPath;

    /// Embedded catalogs of the releases that the index covers.
    fn catalogs() -> Vec<FileCatalog> {
        let index = embedded_libraries().expect("is of this version");
        let catalogs = embedded_catalogs().expect("is of this version").into_iter();
        catalogs.filter(|catalog| index.covers(&catalog.provenance().target)).collect()
    }

    #[test]
    fn every_package_with_a_library_in_the_default_directory_is_known() {
        let indices = [embedded_libraries().expect("is of this version")];
        assert_eq!(catalogs().len(), 4);
        for catalog in catalogs() {
            let target = &catalog.provenance().target;
            let known: BTreeSet<_> = indexed_packages(&indices, &catalog)
                .map(|indexed| indexed.expect("is whole").package.name)
                .collect();
            let directory = RootedPath::new(format!("/usr/lib/{}", target.architecture.triplet()));
            let coverage = Coverage::of(&known, &catalog, &[directory]).expect("is whole");
            assert!(coverage.known > 4000, "{target}: {coverage:?}");
            assert_eq!(coverage.unknown, 0, "{target}");
        }
    }

    #[test]
    fn it_states_its_releases_and_their_dates() {
        let index = embedded_libraries().expect("is of this version");
        for catalog in catalogs() {
            let provenance = catalog.provenance();
            let indexed = index.targets().iter().find(|indexed| indexed.target == provenance.target);
            assert_eq!(indexed.map(|indexed| indexed.date), Some(provenance.date), "{}", provenance.target);
        }
        let names: Vec<String> = index.targets().iter().map(|indexed| indexed.target.to_string()).collect();
        let expected =
            ["debian bookworm amd64", "debian bookworm arm64", "debian trixie amd64", "debian trixie arm64"];
        assert_eq!(names, expected);
    }
}
