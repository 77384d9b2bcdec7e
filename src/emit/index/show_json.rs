//! `sodeb index show --format json`, schema sodeb.index-show/1.

use serde::Serialize;

use crate::debian::catalog::{Catalog, FileCatalog};
use crate::emit::rows::TargetRow;

#[derive(Serialize)]
struct Document<'answer> {
    schema: &'static str,
    catalogs: Vec<CatalogRow<'answer>>,
}

#[derive(Serialize)]
struct CatalogRow<'answer> {
    #[serde(flatten)]
    target: TargetRow<'answer>,
    libraries: u64,
    packages: u64,
    /// Size of the whole file, which several catalogs may share.
    file_size_bytes: u64,
}

/// Writes the available catalogs as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn index_show_json(catalogs: &[FileCatalog]) -> serde_json::Result<String> {
    let catalogs = catalogs.iter().map(catalog_row).collect();
    serde_json::to_string_pretty(&Document { schema: "sodeb.index-show/1", catalogs })
}

fn catalog_row(catalog: &FileCatalog) -> CatalogRow<'_> {
    let (libraries, packages) = catalog.counts();
    CatalogRow {
        target: TargetRow::new(catalog.provenance(), None),
        libraries,
        packages,
        file_size_bytes: catalog.file_size_bytes(),
    }
}
