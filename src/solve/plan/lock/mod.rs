//! The lock: a Plan as a TOML file (<https://toml.io/en/v1.0.0>) that is read by people, compared line by line
//! and kept for years.
//!
//! One thing stands on a line, everything has one order and one spelling, and lists that are not empty have a
//! line for each item, so that what changed is what a diff shows. [`read_lock`] gives back exactly the Plan that
//! [`write_lock`] was given, and takes nothing for granted: a lock is an input like any other, and manifests are
//! written from it.
//!
//! Names of files and of libraries are bytes, TOML is UTF-8. In the fields that hold such names (`at`, `soname`,
//! `path`, `needed-by`, `link`, `object`) a byte that is not part of valid UTF-8 is written as `%` with two
//! upper-case hexadecimal digits, and `%` itself as `%25`; nothing else is written that way, so that each name
//! has exactly one spelling and any other is refused. All other fields are text as TOML has it.

mod check;
mod error;
mod read;
mod spelling;
mod write;

#[cfg(test)]
mod tests;

pub(crate) use check::{is_codename, is_package_name, is_suite, is_version};
pub use error::{LockError, LockFault};
pub use read::read_lock;
pub use write::write_lock;

/// The version of the form that is written here, and the only one that is read.
pub const LOCK_VERSION: i64 = 1;

/// A longer text is no lock: one with ten thousand packages and their files is a tenth of it.
pub const MAX_LOCK_BYTES: usize = 64 << 20;
