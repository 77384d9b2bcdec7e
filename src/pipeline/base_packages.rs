//! Packages of the base, for the comparison with apt.

use std::collections::BTreeSet;

use bstr::BString;

use crate::app::InputTrees;
use crate::debian::catalog::installed_names;
use crate::tree::inventory::Content;
use crate::vocabulary::PackageName;

/// A file of the base's dpkg database that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot read /{path}: {cause}: not all packages of the base are known, for the comparison with apt")]
pub struct UnreadDatabase {
    /// Path of the file in the base.
    pub path: BString,
    /// Cause.
    pub cause: String,
}

/// Returns the names of the base's packages and of the virtual packages that they provide. A part of the dpkg database that
/// cannot be read is reported and left out.
pub fn base_packages(trees: &InputTrees) -> (BTreeSet<PackageName>, Vec<UnreadDatabase>) {
    let (mut texts, mut unread) = (Vec::new(), Vec::new());
    for (path, content) in trees.base.iter().flat_map(|base| base.inventory.dpkg_database()) {
        let cause = match content {
            Content::Text(text) => {
                texts.push(text.as_slice());
                continue;
            }
            Content::Unreadable(cause) => cause.to_string(),
            _ => "it is too large".to_owned(),
        };
        unread.push(UnreadDatabase { path: path.to_owned(), cause });
    }
    (installed_names(texts), unread)
}
