//! Catalog files: the container, its tables and the records in them.
//!
//! | section | content |
//! |---|---|
//! | `metadata` | JSON: the targets with their provenance, and the words that records refer to |
//! | `folders` | table: directory → nothing; other tables refer to a directory by rank |
//! | `libraries` | table: file name → locations, each a directory, a package and a set of targets |
//! | `packages` | table: package → for each set of targets that agree: version, section, pool path, .debs |
//! | `digests` | SHA-256 digests of the .debs, 32 bytes each |
//! | `dependencies` | table: name of a real or virtual package → for each set of targets that agree: Depends, and the packages that provide it |
//!
//! In directories and file names a control character replaces the architecture's triplet, so that the architectures
//! of a release share their entries.

pub(super) mod bytes;
pub(super) mod container;
pub(super) mod dependency_record;
pub(super) mod location;
pub(super) mod metadata;
pub(super) mod package_record;
pub(super) mod pool;
pub(super) mod table;
