//! Dpkg database of an installed root as a catalog: exact versions, and no archive (dpkg(1) "Files", deb-md5sums(5)).
//!
//! The database has two forms. Dpkg's own has one file `status`, and the paths of each package, with links, in
//! `info/<package>[:<architecture>].list`. Distroless images have one stanza per file in `status.d`, and next to it
//! `<package>.md5sums`, which lists files but no links: there a link belongs to the package whose library it leads to.
//! `diversions` lists the paths that one package has moved for another.

mod catalog;
mod database;
mod dependency_index;
mod diversions;
mod packages;

pub use catalog::{InstalledCatalog, installed_catalog};
pub use packages::{InstalledPackage, installed_names, installed_packages};
