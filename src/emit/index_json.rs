//! `sodeb index show` (schema sodeb.index-show/1) and `find` (schema sodeb.index-find/1) as JSON.

use serde::Serialize;

use crate::catalog::{Catalog, FileCatalog, Found, IndexSource, Provenance};
use crate::vocabulary::{PackageName, RootedPath};

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

#[derive(Serialize)]
struct TargetRow<'answer> {
    distribution: &'static str,
    release: &'answer str,
    architecture: &'static str,
    index: &'static str,
    index_date: Option<String>,
    index_hint: bool,
}

#[derive(Serialize)]
struct FindDocument<'answer> {
    schema: &'static str,
    pattern: &'answer str,
    catalogs: Vec<FoundRow<'answer>>,
}

#[derive(Serialize)]
struct FoundRow<'answer> {
    #[serde(flatten)]
    target: TargetRow<'answer>,
    libraries: Vec<LibraryRow<'answer>>,
    /// Whether there are more than were asked for.
    truncated: bool,
}

#[derive(Serialize)]
struct LibraryRow<'answer> {
    path: &'answer RootedPath,
    package: &'answer PackageName,
}

/// Which catalogs are at hand, and what they were made from.
///
/// # Errors
/// When the answer cannot be written as JSON.
pub fn index_show_json(catalogs: &[FileCatalog]) -> serde_json::Result<String> {
    let catalogs = catalogs.iter().map(CatalogRow::of).collect();
    serde_json::to_string_pretty(&ShowDocument { schema: "sodeb.index-show/1", catalogs })
}

/// Which libraries of each catalog a pattern means.
///
/// # Errors
/// When the answer cannot be written as JSON.
pub fn index_find_json(pattern: &str, found: &[(Provenance, Found)]) -> serde_json::Result<String> {
    let catalogs = found.iter().map(FoundRow::of).collect();
    serde_json::to_string_pretty(&FindDocument { schema: "sodeb.index-find/1", pattern, catalogs })
}

impl<'answer> FoundRow<'answer> {
    fn of((provenance, found): &'answer (Provenance, Found)) -> Self {
        let libraries = found.libraries.iter();
        Self {
            target: TargetRow::of(provenance),
            libraries: libraries
                .map(|library| LibraryRow { path: &library.path, package: &library.package })
                .collect(),
            truncated: found.is_cut,
        }
    }
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
    fn of(provenance: &'answer Provenance) -> Self {
        Self {
            distribution: provenance.target.distribution.name(),
            release: provenance.target.release.as_str(),
            architecture: provenance.target.architecture.name(),
            index: provenance.index.name(),
            index_date: provenance.date.map(|date| date.to_string()),
            index_hint: provenance.hint,
        }
    }
}
