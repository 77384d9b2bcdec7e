//! The members of a tar archive, one after the other, with GNU tar's long names put together within a limit: the
//! `tar` crate alone would hold a name of any length in memory.
//!
//! It takes the forms that dpkg unpacks (deb(5)). Sparse files and pax headers it refuses as dpkg does: the one can
//! come to any size out of nothing, the other can give a member another size than its header says.

use std::io::{self, Read};

use tar::EntryType;

/// What a long name may come to; Linux takes 4 KiB.
const MAX_NAME_BYTES: u64 = 64 << 10;

/// One member.
pub(super) struct Member<'archive, R: Read> {
    /// Its name as it stands.
    pub(super) path: Vec<u8>,
    /// Where it leads, as it stands, if it is a link; else empty.
    pub(super) target: Vec<u8>,
    /// Its header and its content.
    pub(super) entry: tar::Entry<'archive, R>,
}

/// Hands every member to `take`, in their order.
///
/// # Errors
/// When the archive is broken or of a form that dpkg does not unpack, and when `take` fails.
pub(super) fn each_member<R: Read>(
    mut archive: tar::Archive<R>,
    mut take: impl FnMut(Member<'_, R>) -> io::Result<()>,
) -> io::Result<()> {
    let (mut path, mut target) = (None, None);
    for entry in archive.entries()?.raw(true) {
        let mut entry = entry?;
        match entry.header().entry_type() {
            EntryType::GNULongName => path = Some(long_name(&mut entry)?),
            EntryType::GNULongLink => target = Some(long_name(&mut entry)?),
            EntryType::GNUSparse | EntryType::XHeader | EntryType::XGlobalHeader => {
                let kind = char::from(entry.header().entry_type().as_byte());
                return Err(io::Error::other(format!(
                    "it has a member of type '{kind}', which dpkg refuses"
                )));
            }
            _ => {
                let path = path.take().unwrap_or_else(|| entry.path_bytes().into_owned());
                let link = || entry.link_name_bytes().unwrap_or_default().into_owned();
                let target = target.take().unwrap_or_else(link);
                take(Member { path, target, entry })?;
            }
        }
    }
    // The checksum of a compressed stream stands behind the archive's end.
    io::copy(&mut archive.into_inner(), &mut io::sink())?;
    Ok(())
}

/// The content of a member that holds the name of the next one, up to its NUL.
fn long_name(entry: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut name = Vec::new();
    entry.take(MAX_NAME_BYTES + 1).read_to_end(&mut name)?;
    if name.len() as u64 > MAX_NAME_BYTES {
        return Err(io::Error::other(format!(
            "it has a name of more than the {MAX_NAME_BYTES} bytes allowed"
        )));
    }
    let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
    name.truncate(end);
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(bytes: &[u8]) -> io::Result<Vec<(String, String)>> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut found = Vec::new();
        each_member(tar::Archive::new(bytes), |member| {
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

    #[test]
    fn long_names_are_put_together() {
        let long = "folder/".repeat(40);
        let bytes = archive(|builder| {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(EntryType::Symlink);
            header.set_size(0);
            builder.append_link(&mut header, format!("{long}x"), format!("{long}y")).expect("memory writes");
            append(builder, EntryType::Regular, b"content");
        });
        let expected = [(format!("{long}x"), format!("{long}y")), ("name".to_owned(), String::new())];
        assert_eq!(members(&bytes).expect("is read"), expected);
    }

    #[test]
    fn a_name_without_end_is_an_error() {
        let bytes = archive(|builder| append(builder, EntryType::GNULongName, &vec![b'a'; 1 << 20]));
        assert!(members(&bytes).expect_err("too long").to_string().contains("65536 bytes allowed"));
    }

    #[test]
    fn sparse_files_and_pax_headers_are_refused_as_dpkg_does() {
        for kind in [EntryType::GNUSparse, EntryType::XHeader, EntryType::XGlobalHeader] {
            let bytes = archive(|builder| append(builder, kind, b""));
            assert!(members(&bytes).expect_err("refused").to_string().contains("which dpkg refuses"));
        }
    }
}
