//! The members of a tar archive, one after the other (POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar's manual,
//! "Basic Tar Format"). Names and headers of any length are put together within limits: the `tar` crate, whose
//! headers these are, would hold all of them in memory.
//!
//! A .deb takes the forms that dpkg unpacks (deb(5)): it refuses sparse files and pax headers, of which the one can
//! come to any size out of nothing and the other can give a member another size than its header says. A layer of an
//! image may have both: pax headers are read (`pax.rs`), sparse files are told from others and not expanded.

use std::io::{self, Read, Seek, SeekFrom};

use tar::{EntryType, Header};

use super::Permissions;
use super::pax::{MAX_PAX_BYTES, PaxRecords};
use crate::support::streams::read_full;

/// What a long name may come to; Linux takes 4 KiB.
const MAX_NAME_BYTES: u64 = 64 << 10;

/// What an archive is made of.
const BLOCK_BYTES: usize = 512;

/// Where the header of GNU's old sparse files says that another block of its map follows.
const SPARSE_GOES_ON: usize = 482;

/// The same in the blocks that follow.
const SPARSE_BLOCK_GOES_ON: usize = 504;

/// Which forms are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Those that dpkg unpacks.
    Dpkg,
    /// Those that image layers have.
    Layer,
}

/// A stream of which parts can be passed over.
pub(super) trait Passable: Read {
    /// Passes over `count` bytes.
    ///
    /// # Errors
    /// When the stream has less.
    fn pass(&mut self, count: u64) -> io::Result<()>;
}

/// A stream that can only be read on.
pub(super) struct Stream<R>(pub(super) R);

/// A file, of which what does not matter is not read.
pub(super) struct Seekable<F> {
    file: F,
    position: u64,
    length: u64,
}

/// One member.
pub(super) struct Member<'archive> {
    /// Its name as it stands.
    pub(super) path: Vec<u8>,
    /// Where it leads, as it stands, if it is a link; else empty.
    pub(super) target: Vec<u8>,
    /// Its header.
    pub(super) header: Header,
    /// What stands for parts of the header.
    pub(super) pax: PaxRecords,
    /// Whether its content is the map of a sparse file and what is not a hole in it.
    pub(super) is_sparse: bool,
    /// Where its content begins in the archive.
    pub(super) offset: u64,
    /// How long its content is.
    pub(super) size_bytes: u64,
    /// Its content.
    pub(super) content: &'archive mut dyn Read,
}

impl Member<'_> {
    /// RuleOwner it is, and who may do what with it.
    ///
    /// # Errors
    /// When its header has numbers that are none.
    pub(super) fn permissions(&self) -> io::Result<Permissions> {
        let fields = self.header.as_old();
        Ok(Permissions {
            mode: self.header.mode().map_err(|_| no_number())? & 0o7777,
            uid: owner(self.pax.uid, &fields.uid, || self.header.uid())?,
            gid: owner(self.pax.gid, &fields.gid, || self.header.gid())?,
        })
    }
}

/// The number that a pax header says or else the one in the field; a blank one is root's, as tar(1) and dpkg read it.
fn owner(said: Option<u64>, field: &[u8], number: impl FnOnce() -> io::Result<u64>) -> io::Result<u32> {
    let number = match said {
        Some(said) => said,
        None if field.iter().all(|byte| matches!(byte, 0 | b' ')) => 0,
        None => number().map_err(|_| no_number())?,
    };
    // A number that is none of Linux's can't be given to a file.
    u32::try_from(number).map_err(io::Error::other)
}

/// Hands every member to `take`, in their order, and reads what is behind the archive's end: the checksum of a
/// compressed stream stands there.
///
/// # Errors
/// When the archive is broken or of a form that is not taken, and when `take` fails.
pub(super) fn each_member<R: Read>(
    source: R,
    dialect: Dialect,
    mut take: impl FnMut(Member<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut members = Members::new(Stream(source), dialect);
    while members.next(&mut take)? {}
    io::copy(&mut members.source, &mut io::sink())?;
    Ok(())
}

/// An archive, read member by member.
pub(super) struct Members<P> {
    source: P,
    dialect: Dialect,
    /// How much was read or passed over.
    position: u64,
}

/// What the members before one say of it.
#[derive(Default)]
struct Announced {
    path: Option<Vec<u8>>,
    target: Option<Vec<u8>>,
    pax: PaxRecords,
}

impl<P: Passable> Members<P> {
    pub(super) fn new(source: P, dialect: Dialect) -> Self {
        Self { source, dialect, position: 0 }
    }

    /// Hands the next member to `take`; false at the end.
    ///
    /// # Errors
    /// As for [`each_member`].
    pub(super) fn next(&mut self, take: &mut impl FnMut(Member<'_>) -> io::Result<()>) -> io::Result<bool> {
        let mut announced = Announced::default();
        while let Some(header) = self.header()? {
            let kind = header.entry_type();
            match (kind, self.dialect) {
                (EntryType::GNULongName, _) => announced.path = Some(self.long_name(&header)?),
                (EntryType::GNULongLink, _) => announced.target = Some(self.long_name(&header)?),
                (EntryType::GNUSparse | EntryType::XHeader | EntryType::XGlobalHeader, Dialect::Dpkg) => {
                    let kind = char::from(kind.as_byte());
                    return Err(io::Error::other(format!(
                        "it has a member of type '{kind}', which dpkg refuses"
                    )));
                }
                (EntryType::XHeader, Dialect::Layer) => {
                    let text = self.whole(&header, MAX_PAX_BYTES, "a pax header")?;
                    announced.pax = PaxRecords::parse(&text)?;
                }
                // What holds for all members is a comment (git-archive(1)); no engine applies it.
                (EntryType::XGlobalHeader, Dialect::Layer) => self.pass_content(size_of(&header)?)?,
                _ => {
                    self.member(header, announced, take)?;
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    fn member(
        &mut self,
        header: Header,
        announced: Announced,
        take: &mut impl FnMut(Member<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        let Announced { path, target, pax } = announced;
        let is_old_sparse = header.entry_type() == EntryType::GNUSparse;
        if is_old_sparse {
            self.pass_sparse_map(&header)?;
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
        self.pass_padded(left, size_bytes)
    }

    /// The next header; none at the end.
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
        // The checksum counts its own field as blanks.
        let sum: u32 = block[..148].iter().chain(&block[156..]).map(|byte| u32::from(*byte)).sum();
        if header.cksum().ok() != Some(sum + 8 * u32::from(b' ')) {
            return Err(io::Error::other(
                "a header's checksum does not match: it is no tar archive, or broken",
            ));
        }
        Ok(Some(header))
    }

    /// The content of a member that holds the name of the next one, up to its NUL.
    fn long_name(&mut self, header: &Header) -> io::Result<Vec<u8>> {
        let mut name = self.whole(header, MAX_NAME_BYTES, "a name")?;
        let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
        name.truncate(end);
        Ok(name)
    }

    /// The content of a member that says something of the next one.
    fn whole(&mut self, header: &Header, limit: u64, what: &str) -> io::Result<Vec<u8>> {
        let size_bytes = size_of(header)?;
        if size_bytes > limit {
            return Err(io::Error::other(format!("it has {what} of more than the {limit} bytes allowed")));
        }
        let mut content = Vec::new();
        let read = self.source.by_ref().take(size_bytes).read_to_end(&mut content)? as u64;
        self.position += read;
        self.pass_padded(size_bytes - read, size_bytes)?;
        Ok(content)
    }

    fn pass_content(&mut self, size_bytes: u64) -> io::Result<()> {
        self.pass_padded(size_bytes, size_bytes)
    }

    /// Passes over what is left of a content and over what fills its last block.
    fn pass_padded(&mut self, left: u64, size_bytes: u64) -> io::Result<()> {
        let padding = size_bytes.wrapping_neg() % BLOCK_BYTES as u64;
        let count = left.checked_add(padding).ok_or_else(ends_too_soon)?;
        self.source.pass(count)?;
        self.position = self.position.checked_add(count).ok_or_else(ends_too_soon)?;
        Ok(())
    }

    /// The blocks of the map of GNU's old sparse files that do not fit into the header.
    fn pass_sparse_map(&mut self, header: &Header) -> io::Result<()> {
        let mut goes_on = header.as_bytes()[SPARSE_GOES_ON] != 0;
        while goes_on {
            let mut block = [0; BLOCK_BYTES];
            self.source.read_exact(&mut block).map_err(|_| ends_too_soon())?;
            self.position += BLOCK_BYTES as u64;
            goes_on = block[SPARSE_BLOCK_GOES_ON] != 0;
        }
        Ok(())
    }
}

impl<R: Read> Read for Stream<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<R: Read> Passable for Stream<R> {
    fn pass(&mut self, count: u64) -> io::Result<()> {
        let passed = io::copy(&mut self.0.by_ref().take(count), &mut io::sink())?;
        if passed < count { Err(ends_too_soon()) } else { Ok(()) }
    }
}

impl<F: Read + Seek> Seekable<F> {
    /// A file, from its beginning.
    pub(super) fn new(mut file: F) -> io::Result<Self> {
        let length = file.seek(SeekFrom::End(0))?;
        file.rewind()?;
        Ok(Self { file, position: 0, length })
    }
}

impl<F: Read> Read for Seekable<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl<F: Read + Seek> Passable for Seekable<F> {
    fn pass(&mut self, count: u64) -> io::Result<()> {
        let aim = self.position.checked_add(count).filter(|aim| *aim <= self.length);
        self.position = self.file.seek(SeekFrom::Start(aim.ok_or_else(ends_too_soon)?))?;
        Ok(())
    }
}

/// How long a member's content is by its header.
fn size_of(header: &Header) -> io::Result<u64> {
    header.entry_size().map_err(|_| no_number())
}

/// The `tar` crate's own errors show the name as it stands, which may hold anything.
fn no_number() -> io::Error {
    io::Error::other("a header has something else where a number must be")
}

fn ends_too_soon() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "it ends too soon")
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn long_names_are_put_together() {
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
        let said = members(&bytes, Dialect::Dpkg).expect_err("too long").to_string();
        assert!(said.contains("65536 bytes allowed"), "{said}");
    }

    #[test]
    fn sparse_files_and_pax_headers_are_refused_as_dpkg_does() {
        for kind in [EntryType::GNUSparse, EntryType::XHeader, EntryType::XGlobalHeader] {
            let bytes = archive(|builder| append(builder, kind, b""));
            let said = members(&bytes, Dialect::Dpkg).expect_err("refused").to_string();
            assert!(said.contains("which dpkg refuses"), "{said}");
        }
    }

    #[test]
    fn a_layers_pax_headers_say_names_and_sizes() {
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
    fn what_ends_too_soon_is_an_error_read_or_passed_over() {
        let bytes = archive(|builder| append(builder, EntryType::Regular, &[1; 1000]));
        for length in [100, 600, 1400] {
            let said = members(&bytes[..length], Dialect::Layer).expect_err("is cut").to_string();
            assert_eq!(said, "it ends too soon", "{length}");
            let file = Seekable::new(io::Cursor::new(&bytes[..length])).expect("memory seeks");
            let mut members = Members::new(file, Dialect::Layer);
            let said = members.next(&mut |_| Ok(())).expect_err("is cut").to_string();
            assert_eq!(said, "it ends too soon", "{length}");
        }
        assert!(members(&[b'x'; 1024], Dialect::Layer).is_err(), "a text is no archive");
    }
}
