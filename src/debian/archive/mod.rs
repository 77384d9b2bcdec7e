//! Client of a Debian archive: signed Release files, and the indices and packages that they list.
//!
//! [`Archive::update`] follows one chain of trust. A built-in or given key signs a suite's InRelease
//! ([`SignatureError`]), whose name and dates are checked ([`ReleaseError`]). It lists the sizes and digests of the
//! indices, which are compared before a byte of an index is used. Mirrors and the cache are not part of the chain:
//! they need not be trusted.
//!
//! **Contents is special.** It is generated separately, so that a mirror during a point release may have another file
//! than its Release lists. Then the file is requested by its digest, from the next mirror, and at last from the
//! cache, where an older one that matched its Release is used with its own date. Otherwise it is left out
//! ([`IndexSet::left_out`]). A file that does not match is used only on request ([`ArchiveSettings::allow_unverified_contents`]) and is marked as unverified. Packages lists the
//! digests of .debs: it has to match.

mod apt_sources;
mod attempts;
mod cache;
mod chunks;
mod client;
pub mod contents;
mod credentials;
mod diagnostic;
mod error;
mod fetch;
mod fetch_error;
mod index;
mod index_file;
mod index_set;
mod lasting_urls;
mod mirrors;
pub mod packages;
mod parallel;
mod pool;
mod reader;
mod release;
mod scope;
mod settings;
mod signature;
mod snapshot;
mod suite_release;
mod update;
mod wanted_index;

pub use apt_sources::AptSourcesError;
pub use attempts::{Attempts, Refusal};
pub use cache::CacheError;
pub use client::{Archive, trusts_keys};
pub use credentials::CredentialFiles;
pub use diagnostic::ArchiveDiagnostic;
pub use error::ArchiveError;
pub use fetch_error::FetchError;
pub use index_file::IndexFile;
pub use index_set::{IndexOrigin, IndexSet, LeftOutContents, ReleaseInfo};
pub use mirrors::{Mirrors, MirrorsError};
pub use pool::PoolFile;
pub use release::ReleaseError;
pub use scope::IndexScope;
pub use settings::ArchiveSettings;
pub use signature::{KeyringError, SignatureError, SignatureFault};
