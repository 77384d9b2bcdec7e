//! A .deb as a value.

use std::collections::BTreeMap;
use std::io;

use bstr::{BString, ByteSlice};
use serde::{Deserialize, Serialize};

use crate::tree::inventory::{Inventory, Permissions};
use crate::vocabulary::Sha256Digest;

/// Control data and files of a .deb.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Deb {
    /// Stanza in the member `control`.
    pub control: String,
    /// Other members of control.tar (maintainer scripts, md5sums, triggers, conffiles, symbols) by name.
    pub scripts: BTreeMap<String, Vec<u8>>,
    /// Files, directories and links, with diagnostics of those that were refused.
    pub inventory: Inventory,
    /// Permissions, size and digest of every regular file, sorted by path.
    pub files: Vec<DebFile>,
}

/// Permissions, size and digest of a regular file of a .deb.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DebFile {
    /// Path below the root, without a leading slash.
    pub path: BString,
    /// Owner and permission bits.
    pub permissions: Permissions,
    /// Size in bytes.
    pub size_bytes: u64,
    /// Digest of the content.
    pub sha256: Sha256Digest,
}

/// Reason why a .deb cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum DebError {
    /// It is not an ar archive, or is cut off.
    #[error("cannot read the .deb's members: {0}")]
    Archive(#[source] io::Error),
    /// A member is broken.
    #[error("cannot read {member} of the .deb: {source}")]
    Member {
        /// Name of the member.
        member: String,
        /// Cause of the failure.
        #[source]
        source: io::Error,
    },
    /// It has another format version than 2.
    #[error("cannot read the .deb: its format is {0:?} and not 2.0")]
    Version(String),
    /// It has another member than the required one, or none.
    #[error("cannot read the .deb: it has {found} where {wanted} must be")]
    Unexpected {
        /// Name of the required member.
        wanted: &'static str,
        /// Name of the member that was found.
        found: String,
    },
}

impl Deb {
    /// Returns the value of a control field; the lines of a folded field are left as they are.
    pub fn field(&self, name: &str) -> Option<&str> {
        control_field(&self.control, name)
    }

    /// Returns permissions, size and digest of the regular file with this path.
    pub fn file(&self, path: impl AsRef<[u8]>) -> Option<&DebFile> {
        let path = path.as_ref().as_bstr();
        let found = self.files.binary_search_by(|file| file.path.as_bstr().cmp(path)).ok()?;
        self.files.get(found)
    }
}

/// Returns the value of a field of a control stanza (deb-control(5)); the lines of a folded field are left as they are.
pub fn control_field<'stanza>(stanza: &'stanza str, name: &str) -> Option<&'stanza str> {
    let mut from = 0;
    for line in stanza.split_inclusive('\n') {
        let begins = line.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
        if begins && line[name.len()..].starts_with(':') {
            let rest = &stanza[from + name.len() + 1..];
            let is_end = |position: &usize| !rest[position + 1..].starts_with([' ', '\t']);
            let end = rest.match_indices('\n').map(|(position, _)| position).find(is_end);
            return Some(rest[..end.unwrap_or(rest.len())].trim());
        }
        from += line.len();
    }
    None
}
