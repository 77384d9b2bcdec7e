//! The lock: a Plan as a TOML file (<https://toml.io/en/v1.0.0>) that is read by people, compared line by line and
//! kept for years.
//!
//! Each line states one thing, everything has one order and one spelling, and lists that are not empty have a line
//! for each item, so that a diff shows exactly what changed. [`read_lock`] returns the Plan that [`write_lock`] was
//! given, and trusts nothing: a lock is an input like any other, and manifests are written from it.
//!
//! Names of files and of libraries are bytes, TOML is UTF-8. In the fields that contain such names (`at`, `soname`,
//! `path`, `needed-by`, `link`, `object`) a byte that is not part of valid UTF-8 is written as `%` with two
//! upper-case hexadecimal digits, and `%` itself as `%25`; nothing else is written that way, so that each name has
//! exactly one spelling and any other is refused. All other fields are text as in TOML.

mod error;
mod format;
mod raw;
mod read;
mod spelling;
mod words;
mod write;

#[cfg(test)]
mod tests;

pub use error::{LockError, LockFault};
pub use format::{LOCK_VERSION, MAX_LOCK_BYTES};
pub use read::read_lock;
pub(crate) use words::{is_codename, is_package_name, is_suite, is_version};
pub use write::write_lock;
