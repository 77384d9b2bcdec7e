//! File names of a library index beyond its .debs: packages that provide a library of the same name, in
//! Debian's own order, names that no Contents lists, and names that only update-alternatives makes.

use bstr::BString;
use serde::{Deserialize, Serialize};

/// File name of a library, with the packages that provide it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SonameRecord {
    /// File name in a default directory of ld.so.
    pub name: BString,
    /// Packages that provide it, the one that Debian prefers first.
    pub providers: Vec<SonameProvider>,
}

/// Package that provides a library.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SonameProvider {
    /// Place in Debian's order; 0 is its choice, and packages between which it has no preference share a place.
    pub rank: u32,
    /// Name of the package.
    pub package: String,
    /// Path of the library in the package, with a leading slash.
    pub path: BString,
    /// True if update-alternatives makes the link in the default directory.
    pub is_alternative: bool,
}

/// Records of one target, sorted by name.
pub type SonameTable = Vec<SonameRecord>;

/// Returns the record of a name.
pub(super) fn find<'table>(table: &'table SonameTable, name: &[u8]) -> Option<&'table SonameRecord> {
    let position = table.binary_search_by(|record| record.name.as_slice().cmp(name)).ok()?;
    table.get(position)
}
