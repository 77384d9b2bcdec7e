//! Reproducible tar archives: one time for all entries without a time of their own, numeric owners, and GNU's long names,
//! which every reader of layers supports, only for names that do not fit into a header.

use std::io::{self, Write};

use tar::{EntryType, Header};

use crate::tree::inventory::Permissions;

/// Size of a header; contents are padded to multiples of it.
const BLOCK_BYTES: usize = 512;

/// End of an archive: two blocks of zeros.
const END: [u8; 2 * BLOCK_BYTES] = [0; 2 * BLOCK_BYTES];

/// Limit on a name or the target of a link in a header.
const NAME_BYTES: usize = 100;

/// Name of an entry that holds a long name, as GNU tar writes it.
const LONG_NAME: &[u8] = b"././@LongLink";

/// Writes an archive.
#[derive(Debug)]
pub struct TarWriter<W> {
    target: W,
    mtime: u64,
}

impl<W: Write> TarWriter<W> {
    /// Creates an archive in `target`. `mtime` is the time of its entries, in seconds since 1970.
    pub fn new(target: W, mtime: u64) -> Self {
        Self { target, mtime }
    }

    /// Writes a directory; `name` ends without a slash.
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

    /// Writes another name of an earlier file.
    ///
    /// # Errors
    /// If the target fails.
    pub fn hard_link(&mut self, name: &[u8], target: &[u8], permissions: Permissions) -> io::Result<()> {
        self.header(EntryType::Link, name, target, permissions, 0, self.mtime)
    }

    /// Writes a regular file. `content` must write exactly `size_bytes`; `mtime` is the time of the file, if it has its own.
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
        Ok(self.pad(size_bytes)?)
    }

    /// Writes the end of the archive and returns the target.
    ///
    /// # Errors
    /// If the target fails.
    pub fn finish(mut self) -> io::Result<W> {
        self.target.write_all(&END)?;
        Ok(self.target)
    }

    /// Writes a header, after its long name and target.
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

    /// Writes an entry with the long name or target of the next entry, terminated by NUL.
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
        self.pad(size_bytes)
    }

    /// Writes a header with the parts of name and target that fit.
    fn block(&mut self, mut header: Header, name: &[u8], link: &[u8]) -> io::Result<()> {
        let fields = header.as_old_mut();
        let name = &name[..name.len().min(NAME_BYTES)];
        let link = &link[..link.len().min(NAME_BYTES)];
        fields.name[..name.len()].copy_from_slice(name);
        fields.linkname[..link.len()].copy_from_slice(link);
        header.set_cksum();
        self.target.write_all(header.as_bytes())
    }

    /// Writes zeros up to the next block.
    fn pad(&mut self, size_bytes: u64) -> io::Result<()> {
        let over = (size_bytes % BLOCK_BYTES as u64) as usize;
        let missing = if over == 0 { 0 } else { BLOCK_BYTES - over };
        self.target.write_all(&END[..missing])
    }
}
