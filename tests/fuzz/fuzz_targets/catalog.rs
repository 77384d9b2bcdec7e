//! A catalog file: every question is answered or refused.

#![no_main]

use std::collections::BTreeSet;
use std::sync::Arc;

use libfuzzer_sys::fuzz_target;
use sodeb::debian::catalog::{Catalog, CatalogFile, IndexKind};
use sodeb::solve::closure::depends_closure;

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = CatalogFile::open("fuzz", bytes.to_vec()) else { return };
    let Ok(catalogs) = Arc::new(file).catalogs(IndexKind::Archive) else { return };
    for catalog in &catalogs {
        let _ = catalog.file_names(b"lib", 100);
        for library in catalog.libraries(b"libgmp.so.10").into_iter().flatten() {
            let _ = catalog.package(&library.package);
            if let Some(index) = catalog.dependency_index() {
                let _ = index.providers(&library.package);
                let _ = depends_closure(index, &[library.package], &BTreeSet::new());
            }
        }
    }
});
