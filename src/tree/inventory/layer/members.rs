//! Members of a layer in sequence, for unpacking it. Names and whiteouts are interpreted as in `read.rs`; contents are
//! streams.

use std::io::{self, Read};

use bstr::{BString, ByteSlice};
use tar::EntryType;

use super::paths::{OPAQUE, WHITEOUT, WHITEOUT_META, clean_path, join, split};
use super::read::LIMITS;
use crate::support::streams::BoundedReader;
use crate::tree::inventory::tar::{Dialect, Member, each_member};

/// Member of a layer.
pub struct LayerMember<'layer> {
    /// Path below the top, without `..`; that of the top is empty.
    pub path: BString,
    /// Permission bits.
    pub mode: u32,
    /// Kind of the member.
    pub kind: MemberKind<'layer>,
}

/// Kind of a member of a layer.
pub enum MemberKind<'layer> {
    /// Directory.
    Directory,
    /// Regular file, with its content.
    File(&'layer mut dyn Read),
    /// Symbolic link, with its unresolved target.
    Symlink(BString),
    /// Another name of the file at this path.
    HardLink(BString),
    /// Removal of what the layers below have at the path.
    Whiteout,
    /// Removal of everything that the layers below have in the directory at the path.
    OpaqueWhiteout,
}

/// Passes every member that is to be unpacked to `take`. Devices, pipes and members that would leave the root are skipped.
///
/// # Errors
/// If the layer is broken, larger than any real one or has sparse files, and the error of `take`.
pub fn each_layer_member(
    tar: impl Read,
    mut take: impl FnMut(LayerMember<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut count = 0;
    each_member(BoundedReader::new(tar, LIMITS.decompressed_bytes), Dialect::Layer, |member| {
        count += 1;
        if count > LIMITS.entries {
            return Err(io::Error::other(format!("it has more than the {} entries allowed", LIMITS.entries)));
        }
        match interpret(member)? {
            Some(member) => take(member),
            None => Ok(()),
        }
    })
}

fn interpret(member: Member<'_>) -> io::Result<Option<LayerMember<'_>>> {
    let Ok(path) = clean_path(&member.path) else { return Ok(None) };
    let mode = member.permissions()?.mode;
    let is_whiteout = |component: &[u8]| component.starts_with(WHITEOUT);
    if path.split_str("/").any(is_whiteout) {
        let (directory, name) = split(&path);
        if directory.split_str("/").any(is_whiteout) {
            return Ok(None);
        }
        return Ok(match name.strip_prefix(WHITEOUT) {
            _ if name == OPAQUE => {
                Some(LayerMember { path: directory.into(), mode, kind: MemberKind::OpaqueWhiteout })
            }
            None | Some(b"" | b"." | b"..") => None,
            Some(_) if name.starts_with(WHITEOUT_META) => None,
            Some(removed) => {
                Some(LayerMember { path: join(directory, removed), mode, kind: MemberKind::Whiteout })
            }
        });
    }
    let is_directory_by_name = member.path.ends_with(b"/");
    let kind = match member.header.entry_type() {
        EntryType::Directory => MemberKind::Directory,
        EntryType::Regular if is_directory_by_name => MemberKind::Directory,
        EntryType::GNUSparse => return Err(sparse(&path)),
        _ if member.is_sparse => return Err(sparse(&path)),
        EntryType::Regular | EntryType::Continuous => MemberKind::File(member.content),
        EntryType::Symlink => MemberKind::Symlink(member.target.into()),
        EntryType::Link => match clean_path(&member.target) {
            Ok(target) => MemberKind::HardLink(target),
            Err(_) => return Ok(None),
        },
        _ => return Ok(None),
    };
    Ok(Some(LayerMember { path, mode, kind }))
}

fn sparse(path: &BString) -> io::Error {
    io::Error::other(format!("{path:?} is a sparse file, which is not unpacked"))
}
