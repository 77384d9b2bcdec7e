//! Exit status and hint of each of the library's errors.

use crate::cli::failure::{Exit, Failure};
use crate::debian::archive::ArchiveError;
use crate::debian::catalog::{BuildError, CatalogError, OpenError};
use crate::debian::debs::DebStoreError;
use crate::debian::library_index::export::ExportError;
use crate::debian::library_index::{self, QueryError};
use crate::emit::ManifestError;
use crate::oci::base::BaseError;
use crate::oci::image::ImageError;
use crate::oci::layer::LayerError;
use crate::oci::registry::RegistryError;
use crate::pipeline::{LibraryAccessError, PackageFileError};
use crate::solve::closure::ClosureError;
use crate::support::output::OutputError;
use crate::tree::inventory::{ImageFault, InventoryError};
use crate::vocabulary::Target;

impl From<ExportError> for Failure {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::Unavailable { .. } => Self::input(error)
                .hint("use --format jsonl, or a program that is built with `--features parquet`"),
            ExportError::Output(error) => error.into(),
        }
    }
}

impl From<OutputError> for Failure {
    fn from(error: OutputError) -> Self {
        let hint = error.hint();
        let failure = if error.is_input_error() { Self::input(error) } else { Self::external(error) };
        failure.hint_if(hint)
    }
}

impl From<ArchiveError> for Failure {
    fn from(error: ArchiveError) -> Self {
        let hint = error.hint();
        let exit = match error {
            ArchiveError::Mirrors(_) | ArchiveError::Keyring(_) | ArchiveError::BadName { .. } => {
                Exit::InputError
            }
            _ => Exit::ExternalError,
        };
        Self { exit, error: error.into(), hint }
    }
}

impl From<BuildError> for Failure {
    fn from(error: BuildError) -> Self {
        match error {
            BuildError::Archive(error) => error.into(),
            BuildError::Catalog(error) => error.into(),
            error => Self::external(error),
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let hint = error.hint();
        match error {
            OpenError::Archive(error) => error.into(),
            OpenError::Build(error) => error.into(),
            error => Self::input(error).hint_if(hint),
        }
    }
}

impl From<LibraryAccessError> for Failure {
    fn from(error: LibraryAccessError) -> Self {
        match error {
            LibraryAccessError::NotIndexed(Target { ref release, architecture, .. }) => {
                let hint = format!(
                    "`sodeb index build --from-debs --release {release} --arch {architecture}` builds one"
                );
                Self::input(error).hint(hint)
            }
            LibraryAccessError::Query(error) => error.into(),
        }
    }
}

impl From<PackageFileError> for Failure {
    fn from(error: PackageFileError) -> Self {
        match error {
            PackageFileError::Store(error) => error.into(),
            error @ PackageFileError::Unavailable { .. } => Self::external(error),
        }
    }
}

impl From<ImageError> for Failure {
    fn from(error: ImageError) -> Self {
        let hint = error.hint();
        let failure = match &error {
            ImageError::Run { .. } => Self::problem(error),
            _ if error.is_input_error() => Self::input(error),
            _ => Self::external(error),
        };
        failure.hint_if(hint)
    }
}

impl From<LayerError> for Failure {
    fn from(error: LayerError) -> Self {
        let hint = error.hint();
        let failure = if error.is_input_error() { Self::input(error) } else { Self::external(error) };
        failure.hint_if(hint)
    }
}

impl From<BaseError> for Failure {
    fn from(error: BaseError) -> Self {
        let hint = error.hint();
        match error {
            BaseError::Inventory(error) => error.into(),
            BaseError::NotABase(error) => Self::from(error).hint_if(hint),
            BaseError::Registry(error) => error.into(),
            BaseError::Catalog(error) => error.into(),
            error @ BaseError::UnknownPackage { .. } => Self::input(error).hint_if(hint),
            error @ BaseError::UnreadPackage { .. } => Self::external(error).hint_if(hint),
        }
    }
}

impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        let hint = error.hint();
        let failure = if error.is_input_error() { Self::input(error) } else { Self::external(error) };
        failure.hint_if(hint)
    }
}

impl From<CatalogError> for Failure {
    fn from(error: CatalogError) -> Self {
        Self::input(error)
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Catalog(error) => error.into(),
            error @ QueryError::Index(_) => {
                Self::external(error).hint("`sodeb index build --from-debs` replaces it")
            }
        }
    }
}

impl From<DebStoreError> for Failure {
    fn from(error: DebStoreError) -> Self {
        match error {
            DebStoreError::Archive(error) => error.into(),
            error @ (DebStoreError::NoDigest(_) | DebStoreError::Store { .. }) => Self::external(error),
        }
    }
}

impl From<ClosureError> for Failure {
    fn from(error: ClosureError) -> Self {
        match error {
            ClosureError::Catalog(error) => error.into(),
            error @ ClosureError::Unsolvable(_) => {
                Self::problem(error).hint("remove an --avoid or a --prefer, or choose another --release")
            }
            error @ ClosureError::NotInIndex { .. } => Self::input(error)
                .hint("`sodeb index update` fetches the complete index; --data none leaves out data files"),
            error @ ClosureError::NothingIncluded { .. } => {
                Self::input(error).hint("patterns are absolute, such as 'libmagic1:/usr/lib/file/*'")
            }
            error @ ClosureError::UnreadInclusion { .. } => {
                Self::external(error).hint("run it once without --offline")
            }
            error => Self::external(error),
        }
    }
}

impl From<InventoryError> for Failure {
    fn from(error: InventoryError) -> Self {
        match &error {
            InventoryError::Store { .. } => {
                Self::external(error).hint("name another directory with --cache-dir")
            }
            InventoryError::Image {
                source: ImageFault::OtherPlatform { .. } | ImageFault::Ambiguous { .. },
                ..
            } => Self::input(error).hint("choose a platform of the image with --platform"),
            _ => Self::input(error),
        }
    }
}

impl From<ManifestError> for Failure {
    fn from(error: ManifestError) -> Self {
        let hint = error.hint();
        Self::input(error).hint_if(hint)
    }
}

impl From<library_index::BuildError> for Failure {
    fn from(error: library_index::BuildError) -> Self {
        match error {
            library_index::BuildError::DebStore(error) => error.into(),
            library_index::BuildError::Catalog(error) => error.into(),
            library_index::BuildError::Archive(error) => error.into(),
            error @ library_index::BuildError::ReadIndex { .. } => Self::external(error),
            error @ library_index::BuildError::Unavailable(_) => Self::external(error)
                .hint("run it again, or with another --mirror: packages that were read are cached"),
        }
    }
}
