//! The library index that is compiled in. It is made by
//!
//! ```text
//! sodeb index build --from-debs --release bookworm --release trixie --arch amd64 --arch arm64 --contents-hint \
//!                   --output src/depot/embedded.libraries
//! ```
//! out of the signed archive of Debian 12 and 13 as of 2026-11-28 (updates of 2026-11-26): 5,847 packages of bookworm for
//! amd64 and 5,706 for arm64, 6,059 and 5,976 of trixie, of which some 18 GB of .debs were read. trixie's Contents did not
//! match its Release on that day and told only which packages to look at. `src/catalog/embedded.catalog` was built out of
//! the same indices; `sodeb index show -v` tells their digests.

use super::{BadLibraryIndex, LibraryIndex};

const BYTES: &[u8] = include_bytes!("embedded.libraries");

/// The library index that is compiled in.
///
/// # Errors
/// Never, unless the file that was compiled in is of another version.
pub fn embedded_libraries() -> Result<LibraryIndex, BadLibraryIndex> {
    LibraryIndex::open(BYTES)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::debian::catalog::{Catalog, FileCatalog, embedded_catalogs};
    use crate::debian::depot::{Coverage, known_debs};
    use crate::vocabulary::RootedPath;

    /// The embedded catalogs of the releases that the graph is of.
    fn catalogs() -> Vec<FileCatalog> {
        let graph = embedded_libraries().expect("is of this version");
        let catalogs = embedded_catalogs().expect("is of this version").into_iter();
        catalogs.filter(|catalog| graph.is_of(&catalog.provenance().target)).collect()
    }

    #[test]
    fn every_package_with_a_library_in_the_default_directory_is_known() {
        let graphs = [embedded_libraries().expect("is of this version")];
        assert_eq!(catalogs().len(), 4);
        for catalog in catalogs() {
            let target = &catalog.provenance().target;
            let known = known_debs(&graphs, &catalog).map(|known| known.expect("is whole").package.name);
            let known: BTreeSet<_> = known.collect();
            let directory = RootedPath::new(format!("/usr/lib/{}", target.architecture.triplet()));
            let coverage = Coverage::of(&known, &catalog, &[directory]).expect("is whole");
            assert!(coverage.known > 4000, "{target}: {coverage:?}");
            assert_eq!(coverage.unknown, 0, "{target}");
        }
    }

    #[test]
    fn it_tells_of_which_releases_it_is_and_of_which_day() {
        let graph = embedded_libraries().expect("is of this version");
        for catalog in catalogs() {
            let provenance = catalog.provenance();
            let known = graph.targets().iter().find(|known| known.target == provenance.target);
            assert_eq!(known.map(|known| known.date), Some(provenance.date), "{}", provenance.target);
        }
        let names: Vec<String> = graph.targets().iter().map(|known| known.target.to_string()).collect();
        let expected =
            ["debian bookworm amd64", "debian bookworm arm64", "debian trixie amd64", "debian trixie arm64"];
        assert_eq!(names, expected);
    }
}
