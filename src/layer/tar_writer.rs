//! A layer as a tar archive that is the same bytes everywhere: entries sorted by path, so that folders come before
//! what is in them; one time for all; owners as numbers; GNU's form of long names, which every reader of layers
//! knows, and only where a name does not fit.

use std::io::{self, Write};

use tar::{EntryType, Header};

use super::{Layer, LayerEntry, LayerKind};
use crate::vocabulary::RootedPath;

/// The size of a header and of what contents are filled up to.
const BLOCK_BYTES: usize = 512;

/// An archive ends with two blocks of zeros.
const END: [u8; 2 * BLOCK_BYTES] = [0; 2 * BLOCK_BYTES];

/// What a name or a link's target may come to in a header.
const NAME_BYTES: usize = 100;

/// The name of an entry that holds a long name, as GNU tar writes it.
const LONG_NAME: &[u8] = b"././@LongLink";

/// Writes the archive; `mtime` is in seconds since 1970.
pub(super) fn write_tar(layer: &Layer, mtime: u64, target: &mut impl Write) -> io::Result<()> {
    for (path, entry) in &layer.entries {
        write_entry(layer, path, entry, mtime, target)?;
    }
    target.write_all(&END)
}

fn write_entry(
    layer: &Layer,
    path: &RootedPath,
    entry: &LayerEntry,
    mtime: u64,
    target: &mut impl Write,
) -> io::Result<()> {
    let mut name = path.below(&RootedPath::root()).unwrap_or_default().to_vec();
    let (kind, link, size_bytes): (_, &[u8], _) = match &entry.kind {
        LayerKind::Folder => {
            name.push(b'/');
            (EntryType::Directory, b"", 0)
        }
        LayerKind::Link(link) => (EntryType::Symlink, link, 0),
        LayerKind::File { size_bytes, .. } => (EntryType::Regular, b"", *size_bytes),
        LayerKind::Text(bytes) => (EntryType::Regular, b"", bytes.len() as u64),
    };
    if link.len() > NAME_BYTES {
        write_long_name(EntryType::GNULongLink, link, target)?;
    }
    if name.len() > NAME_BYTES {
        write_long_name(EntryType::GNULongName, &name, target)?;
    }
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(entry.permissions.mode);
    header.set_uid(entry.permissions.uid.into());
    header.set_gid(entry.permissions.gid.into());
    header.set_mtime(mtime);
    header.set_size(size_bytes);
    write_header(header, &name, link, target)?;
    match &entry.kind {
        LayerKind::File { sha256, .. } => layer.contents.write(*sha256, target)?,
        LayerKind::Text(bytes) => target.write_all(bytes)?,
        LayerKind::Folder | LayerKind::Link(_) => {}
    }
    fill(size_bytes, target)
}

/// An entry that holds the next one's name or target, with a NUL at its end.
fn write_long_name(kind: EntryType, name: &[u8], target: &mut impl Write) -> io::Result<()> {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(0o644);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    let size_bytes = name.len() as u64 + 1;
    header.set_size(size_bytes);
    write_header(header, LONG_NAME, b"", target)?;
    target.write_all(name)?;
    target.write_all(&[0])?;
    fill(size_bytes, target)
}

/// Writes a header with as much of the name and target as it has room for.
fn write_header(mut header: Header, name: &[u8], link: &[u8], target: &mut impl Write) -> io::Result<()> {
    let fields = header.as_old_mut();
    let name = &name[..name.len().min(NAME_BYTES)];
    let link = &link[..link.len().min(NAME_BYTES)];
    fields.name[..name.len()].copy_from_slice(name);
    fields.linkname[..link.len()].copy_from_slice(link);
    header.set_cksum();
    target.write_all(header.as_bytes())
}

fn fill(size_bytes: u64, target: &mut impl Write) -> io::Result<()> {
    let over = (size_bytes % BLOCK_BYTES as u64) as usize;
    let missing = if over == 0 { 0 } else { BLOCK_BYTES - over };
    target.write_all(&END[..missing])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::inventory::read_layer;
    use crate::layer::contents::Contents;

    #[test]
    fn long_names_and_odd_bytes_are_read_back() {
        let long = "folder-with-a-name/".repeat(12);
        let names = [format!("/{long}file"), "/odd\n\u{202e}name".to_owned()];
        let mut layer = Layer {
            entries: BTreeMap::new(),
            base_folders: BTreeMap::new(),
            contents: Contents::gather(&[], tempfile::tempfile().expect("a file")).expect("is empty"),
            packages: Vec::new(),
            notes: Vec::new(),
        };
        for name in &names {
            layer.entries.insert(RootedPath::new(name), LayerEntry::link(long.as_str(), 0));
        }
        let mut bytes = Vec::new();
        write_tar(&layer, 1, &mut bytes).expect("memory writes");
        assert!(bytes.len().is_multiple_of(BLOCK_BYTES));
        let (inventory, _) = read_layer(bytes.as_slice()).expect("is read");
        let read: Vec<RootedPath> =
            inventory.entries().iter().map(|entry| RootedPath::new(&entry.path)).collect();
        assert_eq!(read, names.map(RootedPath::new));
    }
}
