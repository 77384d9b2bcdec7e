//! The library graph that is compiled in. It is made by
//!
//! ```text
//! sodeb index build --from-debs --release bookworm --arch amd64 -o src/depot/embedded.graph
//! ```
//! out of the signed archive of Debian 12 for amd64 as of 2026-11-27: 5,839 packages, of which 3.9 GB of .debs were read.

use super::{BadGraph, LibraryGraph};

const BYTES: &[u8] = include_bytes!("embedded.graph");

/// The library graph that is compiled in.
///
/// # Errors
/// Never, unless the file that was compiled in is of another version.
pub fn embedded_graph() -> Result<LibraryGraph, BadGraph> {
    LibraryGraph::open(BYTES)
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::catalog::{Catalog, embedded_catalogs};
    use crate::vocabulary::{Architecture, RootedPath};

    #[test]
    fn what_the_embedded_catalog_has_in_the_default_folder_is_known() {
        let graph = embedded_graph().expect("is of this version");
        let catalogs = embedded_catalogs().expect("is of this version");
        let catalog = catalogs.into_iter().find(|catalog| {
            let target = &catalog.provenance().target;
            (target.release.as_str(), target.architecture) == ("bookworm", Architecture::Amd64)
        });
        let catalog = catalog.expect("has bookworm");
        let folder = RootedPath::new("/usr/lib/x86_64-linux-gnu");
        let mut libraries = Vec::new();
        let taken = catalog.for_each_library(|library| {
            let is_one = library.path.parent() == folder && library.path.as_bytes().ends_with(b".so.1");
            libraries.extend(is_one.then_some(library));
            ControlFlow::Continue(())
        });
        taken.expect("is whole");
        assert!(libraries.len() > 500, "{}", libraries.len());
        let (mut known, mut absent) = (0, 0);
        // Every tenth is enough, and quick.
        for library in libraries.iter().step_by(10) {
            let package = catalog.package(&library.package).expect("is whole").expect("is there");
            match package.sha256.map(|sha256| graph.deb(sha256).expect("is whole")) {
                // The archive goes on; what is newer in one of the two is fetched.
                Some(None) | None => absent += 1,
                Some(Some(deb)) => {
                    known += 1;
                    let path = &library.path.as_bytes()[1..];
                    assert!(deb.inventory.get(path).is_some(), "{}", library.path);
                }
            }
        }
        assert!(known > 10 * absent, "{known} known, {absent} absent");
    }
}
