//! Catalog that is compiled into the program: Debian's supported releases on its two largest architectures, so that
//! the first answer needs neither network nor cache.
//!
//! `sodeb index build` writes the file from the signed indices of the day; each answer shows their dates, and a
//! warning if one of them could not be verified. It is read in place, without a copy.

use std::sync::Arc;

use super::{CatalogError, CatalogFile, FileCatalog, IndexKind};

static FILE: &[u8] = include_bytes!("embedded.catalog");

/// Returns a catalog for each target that is compiled in.
///
/// # Errors
/// If this program was built with a broken file.
pub fn embedded_catalogs() -> Result<Vec<FileCatalog>, CatalogError> {
    Arc::new(CatalogFile::open("the embedded catalog", FILE)?).catalogs(IndexKind::Embedded)
}
