//! Catalogs of packages and the libraries in them: from the signed index of a release, compiled into this program or
//! downloaded, or from the dpkg database of an installed root.
//!
//! A [`Catalog`] is queried by file name, since that is what a soname is to the dynamic linker. It has the facts of
//! the index and no judgement; [`look_up`] decides which of several packages provides a soname.

mod build;
mod cached;
mod catalog_choice;
mod dependencies;
mod embedded;
mod error;
mod file;
mod file_catalog;
mod find;
mod format;
mod host_libraries;
mod host_release;
mod installed;
mod interface;
mod library_paths;
mod lookup;
mod package;
mod provenance;
mod provider_order;
mod read_libraries;
mod relation;
mod source;
mod source_error;

pub use build::{BuildError, Detail, TargetIndex, write_catalog};
pub use cached::{CachedFile, cached_catalog, cached_files, refresh_catalog, write_catalog_file};
pub use catalog_choice::CatalogChoice;
pub use dependencies::{Dependencies, DependencyIndex};
pub use embedded::embedded_catalogs;
pub use error::CatalogError;
pub use file::CatalogFile;
pub use file_catalog::FileCatalog;
pub use find::{FoundLibraries, LibraryQuery, NamePattern, PathPattern, find_libraries};
pub use host_libraries::host_provider;
pub use host_release::host_release;
pub use installed::{
    InstalledCatalog, InstalledPackage, installed_catalog, installed_names, installed_packages,
};
pub use interface::Catalog;
pub use lookup::{LibraryCandidate, NearMiss, Preference, SonameLookup, Visibility, is_named_for, look_up};
pub use package::{Library, Package, is_development, source_and_version};
pub use provenance::{IndexKind, IndexSource, Provenance};
pub use provider_order::{OrderedProvider, ProviderOrder};
pub use read_libraries::{ReadLibraries, ReadPackage, SubstitutedPaths};
pub use relation::{Operator, Relation, RelationGroup, parse_relations};
pub use source::{
    CatalogSource, OpenCatalogs, ReleaseCatalogs, catalogs_of_releases, fetch_catalog, newest_catalog,
};
pub use source_error::{CatalogNote, OpenError};
