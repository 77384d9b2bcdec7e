//! A layer as a value.

use std::collections::BTreeSet;

use bstr::BString;
use serde::{Deserialize, Serialize};

use super::paths::{OPAQUE, WHITEOUT, join, split};
use crate::tree::inventory::Inventory;
use crate::vocabulary::Sha256Digest;

/// Files, whiteouts and hard links of a layer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReadLayer {
    /// Digest of its tar.
    pub(crate) diff_id: Sha256Digest,
    /// Files, directories and links.
    pub(super) inventory: Inventory,
    /// Permission bits of the files among those, in the same order; 0 for others.
    pub(super) modes: Vec<u32>,
    /// Needs of objects that their facts do not store: index of the entry, `load_alignment` and `cpu_level`.
    pub(super) machine_needs: Vec<(u32, u64, u8)>,
    /// Removals from the layers below.
    pub(super) whiteouts: BTreeSet<Whiteout>,
    /// Hard links to files of the layers below, in the order of the tar.
    pub(super) hard_links: Vec<HardLink>,
    /// Estimate of the memory that it takes.
    pub(crate) held_bytes: u64,
}

/// Removal from the layers below.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Whiteout {
    /// Removes the entry at this path and everything below it.
    Entry(BString),
    /// Removes everything below the directory at this path.
    Below(BString),
}

impl Whiteout {
    /// Path of the whiteout's own file, which decides when it is applied among the entries.
    pub(super) fn own_path(&self) -> BString {
        match self {
            Self::Entry(path) => {
                let (directory, name) = split(path);
                join(directory, &[WHITEOUT, name].concat())
            }
            Self::Below(path) => join(path, OPAQUE),
        }
    }
}

/// Another name of a file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct HardLink {
    /// New name.
    pub(super) path: BString,
    /// Path of the file.
    pub(super) target: BString,
}
