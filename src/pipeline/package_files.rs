//! The .debs of a Plan's packages, downloaded and read.

use std::collections::HashMap;

use crate::debian::catalog::Package;
use crate::debian::debs::{DebStore, DebStoreError, UnavailableDeb};
use crate::oci::layer::PlannedDeb;
use crate::solve::plan::Plan;
use crate::vocabulary::{PackageName, Sha256Digest};

/// Error while the .debs of a Plan are obtained.
#[derive(Debug, thiserror::Error)]
pub enum PackageFileError {
    /// The archive, the network or the cache failed.
    #[error(transparent)]
    Store(#[from] DebStoreError),
    /// One package's .deb is not available.
    #[error("cannot read {package}: {cause}")]
    Unavailable {
        /// The package.
        package: PackageName,
        /// Cause.
        cause: UnavailableDeb,
    },
}

/// Returns the .debs of a Plan's packages in the Plan's order.
///
/// # Errors
/// If one of them cannot be obtained or read.
pub fn package_files(store: &DebStore<'_>, plan: &Plan) -> Result<Vec<PlannedDeb>, PackageFileError> {
    let packages: Vec<Package> = plan.packages.iter().map(|planned| planned.package.clone()).collect();
    let files = store.files(&plan.provenance, &packages)?;
    let debs = store.debs(&plan.provenance, &packages)?;
    let both = packages.into_iter().zip(debs).zip(files);
    both.map(|((package, deb), file)| match deb.required() {
        Ok(deb) => Ok(PlannedDeb { deb, file }),
        Err(cause) => Err(PackageFileError::Unavailable { package: package.name, cause }),
    })
    .collect()
}

/// Returns the URLs that a Plan's packages can be downloaded from, by the digests of their .debs.
pub fn locked_urls(plan: &Plan) -> HashMap<Sha256Digest, Vec<String>> {
    let packages = plan.packages.iter();
    packages.filter_map(|planned| Some((planned.package.sha256?, planned.urls.clone()))).collect()
}
