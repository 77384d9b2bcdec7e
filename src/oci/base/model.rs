//! Model of a known image, out of the packages of a catalog.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;

use super::error::BaseError;
use super::reference::BaseReference;
use super::services::BaseServices;
use crate::debian::catalog::{Catalog, Package};
use crate::oci::known_images::{ImageModel, KnownImage};
use crate::tree::inventory::Deb;
use crate::vocabulary::{Architecture, PackageName, Release};

/// Packages that a known image was modelled from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelOrigin {
    /// Number of packages.
    pub packages: usize,
    /// Their release.
    pub release: Release,
    /// Date of the index.
    pub date: Option<Timestamp>,
}

/// Models a known image.
///
/// # Errors
/// If a package is not in the catalog or its .deb cannot be read, and when the outside fails.
pub(super) fn model<Services: BaseServices>(
    base: &BaseReference,
    image: &KnownImage,
    architecture: Option<Architecture>,
    services: &Services,
) -> Result<(ImageModel, ModelOrigin), Services::Error> {
    let catalog = services.catalog(base, image, architecture)?;
    let packages = packages(base.name(), image, catalog.as_ref())?;
    let provenance = catalog.provenance();
    let read = services.debs(provenance, &packages)?;
    let debs: Vec<Arc<Deb>> = read
        .into_iter()
        .zip(&packages)
        .map(|(deb, package)| {
            deb.required().map_err(|cause| BaseError::UnreadPackage {
                name: base.name().to_owned(),
                package: package.name.clone(),
                cause: cause.to_string(),
            })
        })
        .collect::<Result<_, _>>()?;
    let model = image.model(packages.iter().zip(debs.iter().map(AsRef::as_ref)));
    let release = provenance.target.release.clone();
    let origin = ModelOrigin { packages: packages.len(), release, date: provenance.date };
    Ok((model, origin))
}

fn packages(name: &Path, image: &KnownImage, catalog: &dyn Catalog) -> Result<Vec<Package>, BaseError> {
    let find = |package| {
        let unknown = || BaseError::UnknownPackage {
            name: name.to_owned(),
            index: catalog.provenance().index,
            package: PackageName::clone(&package),
        };
        catalog.package(&package)?.ok_or_else(unknown)
    };
    image.packages().into_iter().map(find).collect()
}
