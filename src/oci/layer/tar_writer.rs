//! A tar archive that is the same bytes everywhere: one time for all that has none of its own; owners as numbers; GNU's
//! form of long names, which every reader of layers knows, and only where a name does not fit. A layer is written into
//! it in the order of its paths, so that directories come before what is in them.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tar::{EntryType, Header};

use super::{Layer, LayerEntry, LayerError, LayerKind};
use crate::tree::inventory::Permissions;
use crate::vocabulary::RootedPath;

/// The size of a header and of what contents are filled up to.
const BLOCK_BYTES: usize = 512;

/// An archive ends with two blocks of zeros.
const END: [u8; 2 * BLOCK_BYTES] = [0; 2 * BLOCK_BYTES];

/// What a name or a link's target may come to in a header.
const NAME_BYTES: usize = 100;

/// The name of an entry that holds a long name, as GNU tar writes it.
const LONG_NAME: &[u8] = b"././@LongLink";

/// A layer is not written to its end.
#[derive(Debug)]
pub enum WriteFault {
    /// A file of the host can't be read, or is not what it was.
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What is written into fails.
    Target(io::Error),
}

impl WriteFault {
    /// The error of whoever writes `output`.
    pub fn at(self, output: &Path) -> LayerError {
        match self {
            Self::File { path, source } => LayerError::Open { file: path, source },
            Self::Target(source) => LayerError::Write { output: output.to_owned(), source },
        }
    }
}

impl From<io::Error> for WriteFault {
    fn from(error: io::Error) -> Self {
        Self::Target(error)
    }
}

/// An archive that is being written.
#[derive(Debug)]
pub struct TarWriter<W> {
    target: W,
    mtime: u64,
}

impl<W: Write> TarWriter<W> {
    /// One that writes into `target`; `mtime`, in seconds since 1970, is the time of its entries.
    pub fn new(target: W, mtime: u64) -> Self {
        Self { target, mtime }
    }

    /// Writes a directory; `name` has no slash at its end.
    ///
    /// # Errors
    /// If the target fails.
    pub fn directory(&mut self, name: &[u8], permissions: Permissions) -> io::Result<()> {
        let name = [name, b"/"].concat();
        self.header(EntryType::Directory, &name, b"", permissions, 0, self.mtime)
    }

    /// Writes a symbolic link.
    ///
    /// # Errors
    /// If the target fails.
    pub fn link(&mut self, name: &[u8], target: &[u8], permissions: Permissions) -> io::Result<()> {
        self.header(EntryType::Symlink, name, target, permissions, 0, self.mtime)
    }

    /// Writes another name of a file that was written before.
    ///
    /// # Errors
    /// If the target fails.
    pub fn hard_link(&mut self, name: &[u8], target: &[u8], permissions: Permissions) -> io::Result<()> {
        self.header(EntryType::Link, name, target, permissions, 0, self.mtime)
    }

    /// Writes a regular file, of which `content` writes just `size_bytes`; `mtime` is its own time, if it has one.
    ///
    /// # Errors
    /// If the target or `content` fails.
    pub fn file<Error: From<io::Error>>(
        &mut self,
        name: &[u8],
        permissions: Permissions,
        mtime: Option<u64>,
        size_bytes: u64,
        content: impl FnOnce(&mut W) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mtime = mtime.unwrap_or(self.mtime);
        self.header(EntryType::Regular, name, b"", permissions, size_bytes, mtime)?;
        content(&mut self.target)?;
        Ok(self.fill(size_bytes)?)
    }

    /// Writes the archive's end and hands back the target.
    ///
    /// # Errors
    /// If the target fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.target.write_all(&END)?;
        Ok(self.target)
    }

    fn header(
        &mut self,
        kind: EntryType,
        name: &[u8],
        link: &[u8],
        permissions: Permissions,
        size_bytes: u64,
        mtime: u64,
    ) -> io::Result<()> {
        if link.len() > NAME_BYTES {
            self.long_name(EntryType::GNULongLink, link)?;
        }
        if name.len() > NAME_BYTES {
            self.long_name(EntryType::GNULongName, name)?;
        }
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(permissions.mode);
        header.set_uid(permissions.uid.into());
        header.set_gid(permissions.gid.into());
        header.set_mtime(mtime);
        header.set_size(size_bytes);
        self.block(header, name, link)
    }

    /// An entry that holds the next one's name or target, with a NUL at its end.
    fn long_name(&mut self, kind: EntryType, name: &[u8]) -> io::Result<()> {
        let mut header = Header::new_gnu();
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        let size_bytes = name.len() as u64 + 1;
        header.set_size(size_bytes);
        self.block(header, LONG_NAME, b"")?;
        self.target.write_all(name)?;
        self.target.write_all(&[0])?;
        self.fill(size_bytes)
    }

    /// Writes a header with as much of the name and target as it has room for.
    fn block(&mut self, mut header: Header, name: &[u8], link: &[u8]) -> io::Result<()> {
        let fields = header.as_old_mut();
        let name = &name[..name.len().min(NAME_BYTES)];
        let link = &link[..link.len().min(NAME_BYTES)];
        fields.name[..name.len()].copy_from_slice(name);
        fields.linkname[..link.len()].copy_from_slice(link);
        header.set_cksum();
        self.target.write_all(header.as_bytes())
    }

    fn fill(&mut self, size_bytes: u64) -> io::Result<()> {
        let over = (size_bytes % BLOCK_BYTES as u64) as usize;
        let missing = if over == 0 { 0 } else { BLOCK_BYTES - over };
        self.target.write_all(&END[..missing])
    }
}

impl Layer {
    /// Writes the layer's archive; `mtime` is in seconds since 1970.
    pub(super) fn write_tar(&self, mtime: u64, target: &mut impl Write) -> Result<(), WriteFault> {
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
    ) -> Result<(), WriteFault> {
        let (name, permissions) = (below_top(path), entry.permissions);
        match &entry.kind {
            LayerKind::Directory => writer.directory(name, permissions)?,
            LayerKind::Link(target) => writer.link(name, target, permissions)?,
            LayerKind::HardLink(target) => writer.hard_link(name, below_top(target), permissions)?,
            LayerKind::File { sha256, size_bytes } => {
                writer.file(name, permissions, None, *size_bytes, |target| {
                    self.contents.write(*sha256, target)
                })?;
            }
            LayerKind::Text(bytes) => {
                let size_bytes = bytes.len() as u64;
                writer.file(name, permissions, None, size_bytes, |target| target.write_all(bytes))?;
            }
            LayerKind::HostFile(file) => {
                writer.file(name, permissions, file.mtime, file.size_bytes, |target| file.copy_to(target))?;
            }
        }
        Ok(())
    }
}

fn below_top(path: &RootedPath) -> &[u8] {
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
        assert!(bytes.len().is_multiple_of(BLOCK_BYTES));
        let (inventory, _) = read_layer_files(bytes.as_slice()).expect("is read");
        let read: Vec<RootedPath> =
            inventory.entries().iter().map(|entry| RootedPath::new(&entry.path)).collect();
        assert_eq!(read, names.map(RootedPath::new));
    }
}
