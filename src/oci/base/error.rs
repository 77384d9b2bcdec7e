//! Failures to read a base.

use std::io::ErrorKind;
use std::path::PathBuf;

use crate::debian::catalog::{CatalogError, IndexKind};
use crate::oci::registry::{ImageReference, RegistryError};
use crate::tree::inventory::InventoryError;
use crate::vocabulary::PackageName;

/// Extensions of archives, which are no names of images.
const ARCHIVES: [&str; 4] = [".tar", ".gz", ".xz", ".zst"];

/// A base cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BaseError {
    /// A tree or the base is unreadable.
    #[error(transparent)]
    Inventory(InventoryError),
    /// The name of the base leads to nothing that could be one.
    #[error(transparent)]
    NotABase(InventoryError),
    /// An image cannot be fetched.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The catalog of a known image is broken.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The index has not all packages of a known image.
    #[error("cannot model {}: the {index} index has no package {package}", .name.display())]
    UnknownPackage {
        /// Name of the image.
        name: PathBuf,
        /// Index that was searched.
        index: IndexKind,
        /// Missing package.
        package: PackageName,
    },
    /// A package of a known image cannot be read.
    #[error("cannot model {}: cannot read {package}: {cause}", .name.display())]
    UnreadPackage {
        /// Name of the image.
        name: PathBuf,
        /// Package.
        package: PackageName,
        /// Cause.
        cause: String,
    },
}

impl BaseError {
    /// Advice that fixes the error.
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Registry(error) => return error.hint(),
            Self::Inventory(_) | Self::Catalog(_) => return None,
            Self::NotABase(error) => {
                if let Some(name) = image_name(error) {
                    return Some(format!(
                        "a base is the path of a file or directory; an image of Docker Hub is docker://{name}, one of \
                         Docker's engine docker-daemon:{name}"
                    ));
                }
                "a base is the path of a file or directory, an image HOST/NAME[:TAG] or docker://NAME[:TAG], or \
                 docker-daemon:NAME[:TAG]"
            }
            Self::UnknownPackage { .. } => "`sodeb index update` fetches the whole index",
            Self::UnreadPackage { .. } => "run it once without --offline",
        };
        Some(hint.to_owned())
    }
}

/// Name of an image, if an absent path has the form of one.
fn image_name(error: &InventoryError) -> Option<&str> {
    let InventoryError::Unreadable { path, source } = error else { return None };
    let name = path.to_str().filter(|name| !name.starts_with(['.', '/']) && !name.ends_with('/'))?;
    let is_file = ARCHIVES.iter().any(|extension| name.ends_with(extension));
    let is_name = source.kind() == ErrorKind::NotFound && !is_file && ImageReference::parse(name).is_ok();
    is_name.then_some(name)
}
