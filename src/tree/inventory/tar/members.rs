//! Members of a tar archive, in sequence (POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar's manual, "Basic Tar
//! Format"). Long names and headers are read within limits; the `tar` crate, whose header type is used, has no limits.
//!
//! A .deb has the formats that dpkg unpacks (deb(5)). Sparse files and pax headers are refused: the former can have any
//! size without taking space, the latter can give a member another size than its header. A layer of an image may have
//! both: pax headers are read (`pax.rs`), sparse files are recognised and not expanded.

use std::io::{self, Read};

use tar::{EntryType, Header};

use super::pax::{MAX_PAX_BYTES, PaxRecords};
use super::source::{SkipByReading, SkippableRead, ends_too_soon};
use crate::support::streams::read_full;
use crate::tree::inventory::Permissions;

/// Size limit of a long name; Linux allows 4 KiB.
const MAX_NAME_BYTES: u64 = 64 << 10;

/// Size of the blocks of an archive.
const BLOCK_BYTES: usize = 512;

/// Offset in the header of GNU's old sparse files of the flag that another block of the map follows.
const SPARSE_CONTINUES: usize = 482;

/// Offset of the same flag in the following blocks of the map.
const SPARSE_BLOCK_CONTINUES: usize = 504;

/// Dialect of an archive: the header formats that are accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Formats that dpkg unpacks.
    Dpkg,
    /// Formats that image layers use.
    Layer,
}

/// Member of an archive.
pub(crate) struct Member<'archive> {
    /// Name, unchanged.
    pub(crate) path: Vec<u8>,
    /// Target of a link, unchanged; empty for anything else.
    pub(crate) target: Vec<u8>,
    /// Header.
    pub(crate) header: Header,
    /// Records of a pax header, which override fields of the header.
    pub(crate) pax: PaxRecords,
    /// True for a sparse file, whose content is a map and the parts that are not holes.
    pub(crate) is_sparse: bool,
    /// Offset of the content in the archive.
    pub(crate) offset: u64,
    /// Size of the content in bytes.
    pub(crate) size_bytes: u64,
    /// Content.
    pub(crate) content: &'archive mut dyn Read,
}

impl Member<'_> {
    /// Returns owner and permission bits.
    ///
    /// # Errors
    /// If a field of the header is not a number.
    pub(crate) fn permissions(&self) -> io::Result<Permissions> {
        let fields = self.header.as_old();
        Ok(Permissions {
            mode: self.header.mode().map_err(|_| no_number())? & 0o7777,
            uid: owner(self.pax.uid, &fields.uid, || self.header.uid())?,
            gid: owner(self.pax.gid, &fields.gid, || self.header.gid())?,
        })
    }
}

/// Returns the ID in the pax header, else the one in the field. A blank field means root, as for tar(1) and dpkg.
fn owner(from_pax: Option<u64>, field: &[u8], number: impl FnOnce() -> io::Result<u64>) -> io::Result<u32> {
    let number = match from_pax {
        Some(number) => number,
        None if field.iter().all(|byte| matches!(byte, 0 | b' ')) => 0,
        None => number().map_err(|_| no_number())?,
    };
    // Linux has no larger IDs.
    u32::try_from(number).map_err(io::Error::other)
}

/// Passes every member to `take`, in order, and then reads the source to its end, where a compressed stream has its
/// checksum.
///
/// # Errors
/// If the archive is broken or has a format that the dialect does not accept, and the error of `take`.
pub(crate) fn each_member<R: Read>(
    source: R,
    dialect: Dialect,
    mut take: impl FnMut(Member<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut members = Members::new(SkipByReading(source), dialect);
    while members.next(&mut take)? {}
    io::copy(&mut members.source, &mut io::sink())?;
    Ok(())
}

/// Archive that is read member by member.
pub(crate) struct Members<S> {
    source: S,
    dialect: Dialect,
    /// Number of bytes that were read or skipped.
    position: u64,
}

/// Names and pax records for the next member, from the members before it.
#[derive(Default)]
struct Overrides {
    path: Option<Vec<u8>>,
    target: Option<Vec<u8>>,
    pax: PaxRecords,
}

impl<S: SkippableRead> Members<S> {
    pub(crate) fn new(source: S, dialect: Dialect) -> Self {
        Self { source, dialect, position: 0 }
    }

    /// Passes the next member to `take`; false at the end of the archive.
    ///
    /// # Errors
    /// As for [`each_member`].
    pub(crate) fn next(&mut self, take: &mut impl FnMut(Member<'_>) -> io::Result<()>) -> io::Result<bool> {
        let mut overrides = Overrides::default();
        while let Some(header) = self.header()? {
            let kind = header.entry_type();
            match (kind, self.dialect) {
                (EntryType::GNULongName, _) => overrides.path = Some(self.long_name(&header)?),
                (EntryType::GNULongLink, _) => overrides.target = Some(self.long_name(&header)?),
                (EntryType::GNUSparse | EntryType::XHeader | EntryType::XGlobalHeader, Dialect::Dpkg) => {
                    let kind = char::from(kind.as_byte());
                    return Err(io::Error::other(format!(
                        "it has a member of type '{kind}', which dpkg refuses"
                    )));
                }
                (EntryType::XHeader, Dialect::Layer) => {
                    let text = self.whole(&header, MAX_PAX_BYTES, "a pax header")?;
                    overrides.pax = PaxRecords::parse(&text)?;
                }
                // Global records hold comments (git-archive(1)); no container engine applies them.
                (EntryType::XGlobalHeader, Dialect::Layer) => self.skip_content(size_of(&header)?)?,
                _ => {
                    self.member(header, overrides, take)?;
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn member(
        &mut self,
        header: Header,
        overrides: Overrides,
        take: &mut impl FnMut(Member<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let Overrides { path, target, pax } = overrides;
        let is_old_sparse = header.entry_type() == EntryType::GNUSparse;
        if is_old_sparse {
            self.skip_sparse_map(&header)?;
        }
        let path = pax.path.clone().or(path).unwrap_or_else(|| header.path_bytes().into_owned());
        let link = || header.link_name_bytes().unwrap_or_default().into_owned();
        let target = pax.target.clone().or(target).unwrap_or_else(link);
        let size_bytes = pax.size_bytes.map_or_else(|| size_of(&header), Ok)?;
        let offset = self.position;
        let is_sparse = is_old_sparse || pax.is_sparse;
        let mut content = self.source.by_ref().take(size_bytes);
        take(Member { path, target, header, pax, is_sparse, offset, size_bytes, content: &mut content })?;
        let left = content.limit();
        self.position += size_bytes - left;
        self.skip_padded(left, size_bytes)
    }

    /// Reads the next header; `None` at the end of the archive.
    fn header(&mut self) -> io::Result<Option<Header>> {
        let mut header = Header::new_old();
        let block = header.as_mut_bytes();
        match read_full(&mut self.source, block)? {
            0 => return Ok(None),
            BLOCK_BYTES => {}
            _ => return Err(ends_too_soon()),
        }
        self.position += BLOCK_BYTES as u64;
        if block.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        // The checksum field itself counts as blanks.
        let sum: u32 = block[..148].iter().chain(&block[156..]).map(|byte| u32::from(*byte)).sum();
        if header.cksum().ok() != Some(sum + 8 * u32::from(b' ')) {
            return Err(io::Error::other("a header has a wrong checksum: it is no tar archive, or broken"));
        }
        Ok(Some(header))
    }

    /// Reads the content of a member that holds a long name for the next one, up to its NUL.
    fn long_name(&mut self, header: &Header) -> io::Result<Vec<u8>> {
        let mut name = self.whole(header, MAX_NAME_BYTES, "a name")?;
        let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
        name.truncate(end);
        Ok(name)
    }

    /// Reads the content of a member that describes the next one.
    fn whole(&mut self, header: &Header, limit: u64, what: &str) -> io::Result<Vec<u8>> {
        let size_bytes = size_of(header)?;
        if size_bytes > limit {
            return Err(io::Error::other(format!("it has {what} of more than the {limit} bytes allowed")));
        }
        let mut content = Vec::new();
        let read = self.source.by_ref().take(size_bytes).read_to_end(&mut content)? as u64;
        self.position += read;
        self.skip_padded(size_bytes - read, size_bytes)?;
        Ok(content)
    }

    fn skip_content(&mut self, size_bytes: u64) -> io::Result<()> {
        self.skip_padded(size_bytes, size_bytes)
    }

    /// Skips the rest of a content and the padding of its last block.
    fn skip_padded(&mut self, left: u64, size_bytes: u64) -> io::Result<()> {
        let padding = size_bytes.wrapping_neg() % BLOCK_BYTES as u64;
        let count = left.checked_add(padding).ok_or_else(ends_too_soon)?;
        self.source.skip(count)?;
        self.position = self.position.checked_add(count).ok_or_else(ends_too_soon)?;
        Ok(())
    }

    /// Skips the blocks of the map of one of GNU's old sparse files, after the part in the header.
    fn skip_sparse_map(&mut self, header: &Header) -> io::Result<()> {
        let mut continues = header.as_bytes()[SPARSE_CONTINUES] != 0;
        while continues {
            let mut block = [0; BLOCK_BYTES];
            self.source.read_exact(&mut block).map_err(|_| ends_too_soon())?;
            self.position += BLOCK_BYTES as u64;
            continues = block[SPARSE_BLOCK_CONTINUES] != 0;
        }
        Ok(())
    }
}

/// Returns the size of a member's content in bytes, from its header.
fn size_of(header: &Header) -> io::Result<u64> {
    header.entry_size().map_err(|_| no_number())
}

/// Error for a field that is not a number. The `tar` crate's own error shows the member's name, which may contain anything.
fn no_number() -> io::Error {
    io::Error::other("a header field is not a number")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::inventory::tar::SkipBySeeking;

    fn members(bytes: &[u8], dialect: Dialect) -> io::Result<Vec<(String, String)>> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut found = Vec::new();
        each_member(bytes, dialect, |member| {
            found.push((text(&member.path), text(&member.target)));
            Ok(())
        })?;
        Ok(found)
    }

    fn append(builder: &mut tar::Builder<Vec<u8>>, kind: EntryType, content: &[u8]) {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(kind);
        header.set_size(content.len() as u64);
        header.set_path("name").expect("fits");
        header.set_cksum();
        builder.append(&header, content).expect("memory writes");
    }

    fn archive(write: impl FnOnce(&mut tar::Builder<Vec<u8>>)) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        write(&mut builder);
        builder.into_inner().expect("memory writes")
    }

    fn pair(path: &str, target: &str) -> (String, String) {
        (path.to_owned(), target.to_owned())
    }

    #[test]
    fn long_names_are_read() {
        let long = "directory/".repeat(40);
        let bytes = archive(|builder| {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(EntryType::Symlink);
            header.set_size(0);
            builder.append_link(&mut header, format!("{long}x"), format!("{long}y")).expect("memory writes");
            append(builder, EntryType::Regular, b"content");
        });
        let expected = [(format!("{long}x"), format!("{long}y")), pair("name", "")];
        for dialect in [Dialect::Dpkg, Dialect::Layer] {
            assert_eq!(members(&bytes, dialect).expect("is read"), expected);
        }
    }

    #[test]
    fn a_name_without_end_is_an_error() {
        let bytes = archive(|builder| append(builder, EntryType::GNULongName, &vec![b'a'; 1 << 20]));
        let message = members(&bytes, Dialect::Dpkg).expect_err("too long").to_string();
        assert!(message.contains("65536 bytes allowed"), "{message}");
    }

    #[test]
    fn sparse_files_and_pax_headers_are_refused_as_dpkg_does() {
        for kind in [EntryType::GNUSparse, EntryType::XHeader, EntryType::XGlobalHeader] {
            let bytes = archive(|builder| append(builder, kind, b""));
            let message = members(&bytes, Dialect::Dpkg).expect_err("refused").to_string();
            assert!(message.contains("which dpkg refuses"), "{message}");
        }
    }

    #[test]
    fn a_layers_pax_headers_have_names_and_sizes() {
        let bytes = archive(|builder| {
            append(builder, EntryType::XGlobalHeader, b"16 path=nowhere\n");
            append(builder, EntryType::XHeader, b"12 path=new\n");
            append(builder, EntryType::Regular, b"content");
            append(builder, EntryType::XHeader, b"10 size=7\n");
            let mut header = tar::Header::new_gnu();
            header.set_size(0);
            header.set_path("sized").expect("fits");
            header.set_cksum();
            builder.append(&header, &b"content"[..0]).expect("memory writes");
            builder.get_mut().extend([&b"content"[..], &[0; 505]].concat());
            append(builder, EntryType::Regular, b"");
        });
        let expected = [pair("new", ""), pair("sized", ""), pair("name", "")];
        assert_eq!(members(&bytes, Dialect::Layer).expect("is read"), expected);
    }

    #[test]
    fn a_cut_archive_is_an_error_whether_read_or_skipped() {
        let bytes = archive(|builder| append(builder, EntryType::Regular, &[1; 1000]));
        for length in [100, 600, 1400] {
            let message = members(&bytes[..length], Dialect::Layer).expect_err("is cut").to_string();
            assert_eq!(message, "it ends too soon", "{length}");
            let file = SkipBySeeking::new(io::Cursor::new(&bytes[..length])).expect("memory seeks");
            let mut members = Members::new(file, Dialect::Layer);
            let message = members.next(&mut |_| Ok(())).expect_err("is cut").to_string();
            assert_eq!(message, "it ends too soon", "{length}");
        }
        assert!(members(&[b'x'; 1024], Dialect::Layer).is_err(), "a text is no archive");
    }
}
