//! Owner and permission bits of a file.

use serde::{Deserialize, Serialize};

/// Owner, group and permission bits of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions {
    /// Permission bits, with those for set-user-ID, set-group-ID and sticky.
    pub mode: u32,
    /// Numeric user ID of the owner.
    pub uid: u32,
    /// Numeric ID of the group.
    pub gid: u32,
}

impl Permissions {
    /// Permissions of a system directory: owned by root, readable by everybody.
    pub const SYSTEM_DIRECTORY: Self = Self { mode: 0o755, uid: 0, gid: 0 };
}
