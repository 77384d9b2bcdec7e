//! A file of a tree, copied directly from the tree's store into the output.
//!
//! It is opened again after the tree was read, since a tree may fit neither into memory nor twice onto the disk. It must
//! still be the same file, with the same size.

use std::io::{self, Read, Write};

use bstr::BString;

use super::error::WriteError;
use crate::support::streams::for_each_chunk;
use crate::tree::inventory::{FileIdentity, FileKind, FileMetadata, TreeFiles};

/// A regular file of a tree, as it was when the layer was composed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TreeFile {
    files: TreeFiles,
    path: BString,
    pub(super) size_bytes: u64,
    /// Time of modification in the layer, in seconds since 1970; none for that of all entries.
    pub(super) mtime: Option<u64>,
    pub(super) identity: FileIdentity,
}

impl TreeFile {
    /// Records the size and identity of a file; anything but a regular file is an error.
    pub(super) fn list(files: &TreeFiles, path: &BString) -> Result<(Self, FileMetadata), WriteError> {
        let metadata = files
            .metadata(path)
            .and_then(|metadata| if metadata.kind == FileKind::File { Ok(metadata) } else { Err(changed()) })
            .map_err(|source| WriteError::TreeFile { path: files.display_path(path), source })?;
        let FileMetadata { size_bytes, identity, .. } = metadata;
        let file = Self { files: files.clone(), path: path.clone(), size_bytes, mtime: None, identity };
        Ok((file, metadata))
    }

    /// Copies the content. A file that has changed is an error.
    pub(super) fn copy_to(&self, target: &mut dyn Write) -> Result<(), WriteError> {
        let failed = |source| WriteError::TreeFile { path: self.files.display_path(&self.path), source };
        let file = self.files.open(&self.path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if metadata.identity != self.identity || metadata.size_bytes != self.size_bytes {
            return Err(failed(changed()));
        }
        let mut left = self.size_bytes;
        for_each_chunk(file.take(self.size_bytes.saturating_add(1)), failed, |chunk| {
            left = left.checked_sub(chunk.len() as u64).ok_or_else(|| failed(changed()))?;
            Ok(target.write_all(chunk)?)
        })?;
        if left == 0 { Ok(()) } else { Err(failed(changed())) }
    }
}

fn changed() -> io::Error {
    io::Error::other("it has changed since the tree was read")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::tree::inventory::{ReadDepth, read_directory};

    #[test]
    fn a_file_that_has_changed_is_not_copied() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x");
        fs::write(&path, "content").expect("is written");
        let tree = read_directory(directory.path(), ReadDepth::Link).expect("is read");
        let (file, _) = TreeFile::list(tree.files(), &"x".into()).expect("is a file");
        let mut copy = Vec::new();
        file.copy_to(&mut copy).expect("is read");
        assert_eq!(copy, b"content");
        fs::write(&path, "content and more").expect("is written");
        assert!(matches!(file.copy_to(&mut copy), Err(WriteError::TreeFile { .. })));
        fs::remove_file(&path).expect("is there");
        std::os::unix::fs::symlink("/etc/hostname", &path).expect("a link");
        assert!(matches!(file.copy_to(&mut copy), Err(WriteError::TreeFile { .. })));
        assert!(matches!(TreeFile::list(tree.files(), &"x".into()), Err(WriteError::TreeFile { .. })));
    }
}
