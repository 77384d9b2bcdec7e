//! Archive of a layer: its entries in the order of their paths, so that a directory comes before its entries.

use std::io::{BufWriter, Write};

use super::entries::{Layer, LayerEntry, LayerEntryKind};
use super::error::WriteError;
use super::tar_writer::TarWriter;
use crate::support::compress::{Compressor, LayerCompression};
use crate::support::digest::{DigestAndSize, DigestWriter};
use crate::vocabulary::RootedPath;

impl Layer {
    /// Writes the archive into `target`, compressed. Returns the digests and sizes of the compressed and of the
    /// uncompressed archive. `mtime` is in seconds since 1970.
    ///
    /// # Errors
    /// If `target` fails, or a file of a tree cannot be read or has changed.
    pub fn write_archive(
        &self,
        compression: LayerCompression,
        target: impl Write,
        mtime: u64,
    ) -> Result<(DigestAndSize, DigestAndSize), WriteError> {
        let archive = DigestWriter::new(BufWriter::new(target));
        let mut tar = DigestWriter::new(Compressor::new(compression, archive)?);
        self.write_tar(mtime, &mut tar)?;
        let (compressor, tar) = tar.finish();
        let (mut target, archive) = compressor.finish()?.finish();
        target.flush()?;
        Ok((archive, tar))
    }

    /// Writes the uncompressed archive; `mtime` is in seconds since 1970.
    fn write_tar(&self, mtime: u64, target: &mut impl Write) -> Result<(), WriteError> {
        let mut writer = TarWriter::new(target, mtime);
        for (path, entry) in &self.entries {
            self.write_entry(path, entry, &mut writer)?;
        }
        writer.finish()?;
        Ok(())
    }

    fn write_entry(
        &self,
        path: &RootedPath,
        entry: &LayerEntry,
        writer: &mut TarWriter<&mut impl Write>,
    ) -> Result<(), WriteError> {
        let (name, permissions) = (below_root(path), entry.permissions);
        match &entry.kind {
            LayerEntryKind::Directory => writer.directory(name, permissions)?,
            LayerEntryKind::Link(target) => writer.link(name, target, permissions)?,
            LayerEntryKind::HardLink(target) => writer.hard_link(name, below_root(target), permissions)?,
            LayerEntryKind::File { sha256, size_bytes } => {
                writer.file(name, permissions, None, *size_bytes, |target| {
                    self.contents.write(*sha256, target)
                })?;
            }
            LayerEntryKind::Text(bytes) => {
                let size_bytes = bytes.len() as u64;
                writer.file(name, permissions, None, size_bytes, |target| target.write_all(bytes))?;
            }
            LayerEntryKind::TreeFile(file) => {
                writer.file(name, permissions, file.mtime, file.size_bytes, |target| file.copy_to(target))?;
            }
        }
        Ok(())
    }
}

fn below_root(path: &RootedPath) -> &[u8] {
    path.below(&RootedPath::root()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::inventory::read_layer_files;

    #[test]
    fn long_names_and_odd_bytes_are_read_back() {
        let long = "directory-with-a-name/".repeat(12);
        let names = [format!("/{long}file"), "/odd\n\u{202e}name".to_owned()];
        let mut layer = Layer::empty(tempfile::tempfile().expect("a file"));
        for name in &names {
            layer.entries.insert(RootedPath::new(name), LayerEntry::link(long.as_str(), 0));
        }
        let mut bytes = Vec::new();
        layer.write_tar(1, &mut bytes).expect("memory writes");
        assert!(bytes.len().is_multiple_of(512));
        let (inventory, _) = read_layer_files(bytes.as_slice()).expect("is read");
        let read: Vec<RootedPath> =
            inventory.entries().iter().map(|entry| RootedPath::new(&entry.path)).collect();
        assert_eq!(read, names.map(RootedPath::new));
    }
}
