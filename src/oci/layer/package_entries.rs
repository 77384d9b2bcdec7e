//! Entries of a package, as they are in its .deb.

use bstr::BString;

use super::builder::LayerBuilder;
use super::entries::{LayerEntry, LayerEntryKind};
use super::error::LayerError;
use crate::tree::inventory::{Deb, Entry, EntryKind};
use crate::vocabulary::RootedPath;

/// Path in the image of a package's path below the root.
pub(super) fn path_in_image(path: &BString) -> RootedPath {
    RootedPath::new(path)
}

/// Adds the entries of a package whose paths `takes` returns true for.
pub(super) fn put_entries(
    builder: &mut LayerBuilder<'_>,
    index: usize,
    deb: &Deb,
    takes: impl Fn(&[u8]) -> bool,
) -> Result<(), LayerError> {
    let mut entries = deb.inventory.entries().iter().filter(|entry| takes(&entry.path));
    entries.try_for_each(|entry| put_entry(builder, index, deb, entry))
}

/// Adds an entry of a package. Devices are left out: no package of Debian may have one (Policy §10.6).
pub(super) fn put_entry(
    builder: &mut LayerBuilder<'_>,
    index: usize,
    deb: &Deb,
    entry: &Entry,
) -> Result<(), LayerError> {
    let path = path_in_image(&entry.path);
    match &entry.kind {
        EntryKind::Directory(permissions) => builder.put_directory(&path, *permissions),
        EntryKind::Symlink(target) => builder.put(&path, LayerEntry::link(target.clone(), index)),
        EntryKind::File(_) => match deb.file(&entry.path) {
            Some(file) => builder.put(
                &path,
                LayerEntry {
                    kind: LayerEntryKind::File { sha256: file.sha256, size_bytes: file.size_bytes },
                    permissions: file.permissions,
                    package: Some(index),
                },
            ),
            None => Ok(()),
        },
        EntryKind::Special => Ok(()),
    }
}
