//! The files of a host's tree: the one place that opens them.

use std::fs::{File, Metadata};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use bstr::ByteSlice;
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::tree::inventory::{FileIdentity, FileKind, FileMetadata, FileStore, Permissions, StoredFile};

/// Files of a directory, or a single file, of the host.
#[derive(Debug)]
pub(super) struct HostFiles {
    /// Path as it was given: a link at the path itself is followed.
    path: PathBuf,
    /// True if the tree is that one file, whatever path is requested.
    is_file: bool,
}

impl HostFiles {
    pub(super) fn directory(path: &Path) -> Self {
        Self { path: path.to_owned(), is_file: false }
    }

    pub(super) fn single_file(path: &Path) -> Self {
        Self { path: path.to_owned(), is_file: true }
    }
}

impl FileStore for HostFiles {
    fn open(&self, path: &[u8]) -> io::Result<Box<dyn StoredFile>> {
        let file = if self.is_file { File::open(&self.path)? } else { open(&self.display_path(path))? };
        if !file.metadata()?.is_file() {
            return Err(not_a_file());
        }
        Ok(Box::new(file))
    }

    fn metadata(&self, path: &[u8]) -> io::Result<FileMetadata> {
        let path = self.display_path(path);
        let metadata = if self.is_file { path.metadata()? } else { path.symlink_metadata()? };
        Ok(FileMetadata::from(&metadata))
    }

    fn display_path(&self, path: &[u8]) -> PathBuf {
        if self.is_file || path.is_empty() {
            return self.path.clone();
        }
        self.path.join(path.to_os_str_lossy())
    }
}

impl StoredFile for File {
    fn metadata(&self) -> io::Result<FileMetadata> {
        Ok(FileMetadata::from(&File::metadata(self)?))
    }
}

impl From<&Metadata> for FileMetadata {
    fn from(metadata: &Metadata) -> Self {
        Self {
            kind: match () {
                () if metadata.is_file() => FileKind::File,
                () if metadata.is_dir() => FileKind::Directory,
                () => FileKind::Other,
            },
            permissions: permissions_of(metadata),
            size_bytes: metadata.len(),
            modified_seconds: metadata.mtime(),
            names: metadata.nlink(),
            identity: FileIdentity { device: metadata.dev(), inode: metadata.ino() },
        }
    }
}

/// Returns owner and permission bits of a host's file.
pub(super) fn permissions_of(metadata: &Metadata) -> Permissions {
    Permissions { mode: metadata.mode() & 0o7777, uid: metadata.uid(), gid: metadata.gid() }
}

/// Flags for opening a file that was listed as a regular one. If it has been replaced since, a link is not followed and a
/// pipe does not block.
const FILE_FLAGS: OFlags =
    OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

/// Opens a regular file.
pub(super) fn open(path: &Path) -> io::Result<File> {
    opened(rustix::io::retry_on_intr(|| rustix::fs::open(path, FILE_FLAGS, Mode::empty())))
}

/// Opens a regular file of an open directory by its name.
pub(super) fn open_in(directory: &OwnedFd, name: &[u8]) -> io::Result<File> {
    opened(rustix::io::retry_on_intr(|| rustix::fs::openat(directory, name, FILE_FLAGS, Mode::empty())))
}

/// Opens a directory to open its files from. `None` if it cannot be opened; opening a file by its path gives the cause.
pub(super) fn open_directory(path: &[u8]) -> Option<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::open(path, flags, Mode::empty()).ok()
}

fn opened(result: Result<OwnedFd, Errno>) -> io::Result<File> {
    match result {
        Ok(file) => Ok(File::from(file)),
        Err(Errno::LOOP) => Err(not_a_file()),
        Err(error) => Err(error.into()),
    }
}

fn not_a_file() -> io::Error {
    io::Error::other("it is not a regular file any more")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_file_that_was_replaced_is_not_opened() {
        let directory = tempfile::tempdir().expect("a directory");
        let files = HostFiles::directory(directory.path());
        let path = directory.path().join("x");
        fs::write(&path, "content").expect("is written");
        assert_eq!(files.metadata(b"x").expect("is there").size_bytes, 7);
        let mut bytes = Vec::new();
        files.open(b"x").expect("opens").read_to_end(&mut bytes).expect("is read");
        assert_eq!(bytes, b"content");
        fs::remove_file(&path).expect("is there");
        std::os::unix::fs::symlink("/etc/hostname", &path).expect("a link");
        let error = files.open(b"x").map(drop).expect_err("is a link");
        assert_eq!(error.to_string(), "it is not a regular file any more");
        // In a tree of a single file, a link at the path itself is followed.
        let single = HostFiles::single_file(&path);
        assert!(single.open(b"x").is_ok() || !Path::new("/etc/hostname").exists());
    }
}
