//! The Plan: the packages and files to put on a base so that the trees load, and the reason for each.
//!
//! It is the value that a lock stores and that every manifest is written from. It contains nothing of the
//! machine that it was made on: no mirror of the host, and of host paths only those that were given, relative to the lock,
//! so that the same inputs give the same Plan everywhere.

mod change;
mod comparison;
mod difference;
mod drift;
mod explained;
mod lock;
mod options;
mod pinned;
mod planned;
#[cfg(test)]
pub(crate) mod sample;
mod taken;

pub use crate::loader::NeedKind;
pub use change::{Change, LibraryLocation, Presence};
pub use comparison::{Comparison, FileTotals, PackageTotals, UndeclaredLoad, UnusedDependencies};
pub use difference::difference;
pub use drift::{Drift, drift};
pub use explained::{ExplainedChange, explained};
pub use lock::{LOCK_VERSION, LockError, LockFault, MAX_LOCK_BYTES, read_lock, write_lock};
pub(crate) use lock::{is_codename, is_package_name, is_suite, is_version};
pub use options::{LockOptions, OptionName};
pub use pinned::PinnedCatalog;
pub use planned::{BaseObject, PackageChoice, Plan, PlannedApp, PlannedBase, PlannedLibrary, PlannedPackage};
pub use taken::{LinkOrigin, TakenFile, TakenKind};
