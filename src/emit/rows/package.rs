//! Row of a package of an archive.

use serde::Serialize;

use crate::debian::catalog::Package;
use crate::vocabulary::{PackageName, Sha256Digest};

/// Facts of a package, for flattening into a document's own row.
#[derive(Serialize)]
pub(in crate::emit) struct PackageRow<'answer> {
    name: &'answer PackageName,
    version: &'answer str,
    architecture: &'answer str,
    suite: &'answer str,
    section: &'answer str,
    filename: &'answer str,
    sha256: Option<Sha256Digest>,
    /// Size of the .deb in bytes.
    size: u64,
    /// Installed-Size in bytes.
    installed_size: u64,
}

impl<'answer> PackageRow<'answer> {
    pub(in crate::emit) fn new(package: &'answer Package) -> Self {
        Self {
            name: &package.name,
            version: &package.version,
            architecture: &package.architecture,
            suite: &package.suite,
            section: &package.section,
            filename: &package.filename,
            sha256: package.sha256,
            size: package.size_bytes,
            installed_size: package.installed_size_kib.saturating_mul(1024),
        }
    }
}
