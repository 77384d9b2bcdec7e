//! A file of a tree, copied directly from the host into the output.
//!
//! It is opened again after the tree was read, since a tree may fit neither into memory nor twice onto the disk. It must
//! still be the same file, with the same size.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::error::WriteError;
use crate::support::streams::for_each_chunk;

/// A regular file on the host, as it was when the tree was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HostFile {
    path: PathBuf,
    pub(super) size_bytes: u64,
    /// Time of modification in the layer, in seconds since 1970; none for that of all entries.
    pub(super) mtime: Option<u64>,
    /// Device and inode number.
    pub(super) identity: (u64, u64),
}

impl HostFile {
    /// Records the size and identity of a file; a symbolic link is an error.
    pub(super) fn list(path: PathBuf) -> Result<(Self, Metadata), WriteError> {
        let listed = fs::symlink_metadata(&path)
            .and_then(|metadata| if metadata.is_file() { Ok(metadata) } else { Err(changed()) });
        match listed {
            Ok(metadata) => {
                let identity = (metadata.dev(), metadata.ino());
                Ok((Self { path, size_bytes: metadata.len(), mtime: None, identity }, metadata))
            }
            Err(source) => Err(WriteError::HostFile { path, source }),
        }
    }

    /// Copies the content. A file that has changed is an error.
    pub(super) fn copy_to(&self, target: &mut dyn Write) -> Result<(), WriteError> {
        let failed = |source| WriteError::HostFile { path: self.path.clone(), source };
        let file = File::open(&self.path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        let is_same = metadata.is_file()
            && (metadata.dev(), metadata.ino()) == self.identity
            && metadata.len() == self.size_bytes;
        if !is_same {
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
    use super::*;

    #[test]
    fn a_file_that_has_changed_is_not_copied() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("x");
        fs::write(&path, "content").expect("is written");
        let (file, _) = HostFile::list(path.clone()).expect("is a file");
        let mut copy = Vec::new();
        file.copy_to(&mut copy).expect("is read");
        assert_eq!(copy, b"content");
        fs::write(&path, "content and more").expect("is written");
        assert!(matches!(file.copy_to(&mut copy), Err(WriteError::HostFile { .. })));
        fs::remove_file(&path).expect("is there");
        std::os::unix::fs::symlink("/etc/hostname", &path).expect("a link");
        assert!(matches!(file.copy_to(&mut copy), Err(WriteError::HostFile { .. })));
        assert!(matches!(HostFile::list(path), Err(WriteError::HostFile { .. })));
    }
}
