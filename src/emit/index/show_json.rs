//! `sodeb index show` (schema sodeb.index-show/1) as JSON.

use serde::Serialize;

use crate::debian::catalog::{Catalog, FileCatalog, IndexSource, Provenance};

#[derive(Serialize)]
struct ShowDocument<'answer> {
    schema: &'static str,
    catalogs: Vec<CatalogRow<'answer>>,
}

#[derive(Serialize)]
struct CatalogRow<'answer> {
    #[serde(flatten)]
    target: TargetRow<'answer>,
    libraries: u64,
    packages: u64,
    /// The whole file, which several catalogs may share.
    file_size_bytes: u64,
    sources: &'answer [IndexSource],
}

/// A target, and the index that its packages are looked up in.
#[derive(Serialize)]
pub(in crate::emit) struct TargetRow<'answer> {
    distribution: &'static str,
    release: &'answer str,
    architecture: &'static str,
    index: &'static str,
    index_date: Option<String>,
    index_verified: bool,
}

/// Which catalogs are at hand, and what they were made from.
///
/// # Errors
/// When the answer cannot be written as JSON.
pub fn index_show_json(catalogs: &[FileCatalog]) -> serde_json::Result<String> {
    let catalogs = catalogs.iter().map(CatalogRow::of).collect();
    serde_json::to_string_pretty(&ShowDocument { schema: "sodeb.index-show/1", catalogs })
}

impl<'answer> CatalogRow<'answer> {
    fn of(catalog: &'answer FileCatalog) -> Self {
        let (libraries, packages) = catalog.counts();
        Self {
            target: TargetRow::of(catalog.provenance()),
            libraries,
            packages,
            file_size_bytes: catalog.file_size_bytes(),
            sources: &catalog.provenance().sources,
        }
    }
}

impl<'answer> TargetRow<'answer> {
    pub(in crate::emit) fn of(provenance: &'answer Provenance) -> Self {
        Self {
            distribution: provenance.target.distribution.name(),
            release: provenance.target.release.as_str(),
            architecture: provenance.target.architecture.name(),
            index: provenance.index.name(),
            index_date: provenance.date.map(|date| date.to_string()),
            index_verified: provenance.verified,
        }
    }
}
