//! Library indices as the source of libraries for a catalog without Contents.

use std::path::PathBuf;
use std::sync::OnceLock;

use super::{LibraryIndex, available_indices};
use crate::debian::catalog::{ReadLibraries, ReadPackage};
use crate::vocabulary::{PackageName, RootedPath, Target};

/// Library indices that are compiled in and cached, opened on the first request. One that cannot be read is left out.
pub struct IndexedLibraries {
    cache_dir: PathBuf,
    indices: OnceLock<Vec<LibraryIndex>>,
}

impl IndexedLibraries {
    /// Names the cache; nothing is opened yet.
    pub fn new(cache_dir: PathBuf) -> Self {
        Self { cache_dir, indices: OnceLock::new() }
    }

    fn indices(&self) -> &[LibraryIndex] {
        self.indices.get_or_init(|| available_indices(&self.cache_dir).0)
    }
}

impl ReadLibraries for IndexedLibraries {
    fn covers(&self, target: &Target) -> bool {
        self.indices().iter().any(|index| index.covers(target))
    }

    fn revision(&self, target: &Target) -> String {
        let of_target = self.indices().iter().flat_map(LibraryIndex::targets);
        let of_target = of_target.filter(|indexed| indexed.target == *target);
        of_target.map(|indexed| format!("{} {:?}\n", indexed.packages, indexed.date)).collect()
    }

    fn visit(&self, visit: &mut dyn FnMut(ReadPackage)) {
        // A damaged block has fewer packages, as if they had not been read.
        for deb in self.indices().iter().flat_map(LibraryIndex::debs).flatten().flatten() {
            let field = |name: &str| deb.facts.field(name).unwrap_or_default().to_owned();
            let paths = deb.facts.inventory.entries().iter().map(|entry| RootedPath::new(&entry.path));
            visit(ReadPackage {
                name: PackageName::new(field("Package")),
                version: field("Version"),
                architecture: field("Architecture"),
                sha256: deb.sha256,
                paths: paths.collect(),
            });
        }
    }
}
