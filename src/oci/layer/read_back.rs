//! A written layer, read back for its check.

use std::fs::File;
use std::io;
use std::path::Path;

use bstr::BStr;
use hashbrown::HashMap;

use super::error::LayerError;
use super::output::{LayerFormat, StagedLayer};
use crate::support::decompress::Compression;
use crate::support::digest::digest_of;
use crate::tree::inventory::{Inventory, InventoryError, ReadDepth, read_directory, read_layer_files};
use crate::vocabulary::{RootedPath, Sha256Digest};

/// Contents of a written layer.
pub(super) struct ReadBack {
    pub(super) inventory: Inventory,
    /// Digest of each regular file, by path.
    pub(super) digests: HashMap<RootedPath, Sha256Digest>,
}

impl StagedLayer {
    /// Reads the output from its staging directory.
    pub(super) fn read_back(&self) -> Result<ReadBack, LayerError> {
        let staged = self.staged();
        let read = match self.format {
            LayerFormat::Tar(compression) => read_archive(&staged, compression.into()),
            LayerFormat::Directory => read_written_directory(&staged),
        };
        read.map_err(|source| LayerError::ReadBack { output: self.output().to_owned(), source })
    }
}

fn read_archive(path: &Path, compression: Compression) -> io::Result<ReadBack> {
    let (inventory, files) = read_layer_files(compression.reader(File::open(path)?)?)?;
    let digests = files.into_iter().map(|file| (RootedPath::new(&file.path), file.sha256)).collect();
    Ok(ReadBack { inventory, digests })
}

fn read_written_directory(top: &Path) -> io::Result<ReadBack> {
    let inventory = read_directory(top, ReadDepth::Symbols).map_err(|error| match error {
        InventoryError::Unreadable { source, .. } => source,
        error => io::Error::other(error),
    })?;
    let digest = |path: &BStr| Ok((RootedPath::new(path), digest_of(inventory.files().open(path)?)?));
    let digests = inventory.file_paths().map(digest).collect::<io::Result<_>>()?;
    Ok(ReadBack { inventory, digests })
}
