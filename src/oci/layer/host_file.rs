//! A file of a tree, whose content goes from where it lies into the layer.
//!
//! It is the one thing that is opened again after a tree was read: what trees come to fits neither into memory nor
//! twice onto a disk. What is opened must be the file that was listed, with as many bytes as it had then.

use std::fs::{self, File, Metadata};
use std::io::{self, Read, Write};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use super::tar_writer::WriteFault;

/// How much is copied at once.
const CHUNK_BYTES: usize = 128 << 10;

/// A regular file of the host, as it was listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HostFile {
    path: PathBuf,
    pub(super) size_bytes: u64,
    /// Its time in the layer, in seconds since 1970; none for that of all.
    pub(super) mtime: Option<u64>,
    /// The device that it is on, and its number there.
    pub(super) identity: (u64, u64),
}

impl HostFile {
    /// Takes down what a file is; links are not followed.
    pub(super) fn list(path: PathBuf) -> Result<(Self, Metadata), WriteFault> {
        let listed = fs::symlink_metadata(&path)
            .and_then(|metadata| if metadata.is_file() { Ok(metadata) } else { Err(changed()) });
        match listed {
            Ok(metadata) => {
                let identity = (metadata.dev(), metadata.ino());
                Ok((Self { path, size_bytes: metadata.len(), mtime: None, identity }, metadata))
            }
            Err(source) => Err(WriteFault::File { path, source }),
        }
    }

    /// Copies its content, which must be as long as it was.
    pub(super) fn copy_to(&self, target: &mut dyn Write) -> Result<(), WriteFault> {
        let failed = |source| WriteFault::File { path: self.path.clone(), source };
        let mut file = File::open(&self.path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        let is_same = metadata.is_file()
            && (metadata.dev(), metadata.ino()) == self.identity
            && metadata.len() == self.size_bytes;
        if !is_same {
            return Err(failed(changed()));
        }
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut left = self.size_bytes;
        while left > 0 {
            let wanted = usize::try_from(left).unwrap_or(CHUNK_BYTES).min(CHUNK_BYTES);
            match file.read(&mut chunk[..wanted]) {
                Ok(0) => return Err(failed(changed())),
                Ok(read) => {
                    target.write_all(&chunk[..read])?;
                    left -= read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(failed(error)),
            }
        }
        match file.read(&mut chunk[..1]) {
            Ok(0) => Ok(()),
            Ok(_) => Err(failed(changed())),
            Err(error) => Err(failed(error)),
        }
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
        assert!(matches!(file.copy_to(&mut copy), Err(WriteFault::File { .. })));
        fs::remove_file(&path).expect("is there");
        std::os::unix::fs::symlink("/etc/hostname", &path).expect("a link");
        assert!(matches!(file.copy_to(&mut copy), Err(WriteFault::File { .. })));
        assert!(matches!(HostFile::list(path), Err(WriteFault::File { .. })));
    }
}
