//! Version and size of the lock's format.

/// Version of the format that is written, and the only one that is read.
pub const LOCK_VERSION: i64 = 1;

/// Largest size of a lock in bytes: one with ten thousand packages and their files is a tenth of it.
pub const MAX_LOCK_BYTES: usize = 64 << 20;
