//! A layer's members one after the other, for whoever unpacks it: names and whiteouts are told as for
//! [`super::Layer`], contents are streams.

use std::io::{self, Read};

use bstr::{BString, ByteSlice};
use tar::EntryType;

use super::layer::{LIMITS, OPAQUE, WHITEOUT, WHITEOUT_META, clean_path, join, split};
use super::tar_members::{Dialect, Member, each_member};
use crate::support::streams::BoundedReader;

/// One member of a layer.
pub struct LayerMember<'layer> {
    /// Its path below the top, without `..`; that of the top is empty.
    pub path: BString,
    /// The permission bits.
    pub mode: u32,
    /// What it is.
    pub kind: MemberKind<'layer>,
}

/// What a member of a layer is.
pub enum MemberKind<'layer> {
    /// A directory.
    Directory,
    /// A regular file, with its content.
    File(&'layer mut dyn Read),
    /// A symbolic link, with its target as it stands.
    Symlink(BString),
    /// Another name of the file at this path.
    HardLink(BString),
    /// What is at the path in the layers below is gone.
    Gone,
    /// All that is in the directory at the path in the layers below is gone.
    AllGone,
}

/// Hands every member that is unpacked to `take`; devices and pipes are passed over, and so is what would leave the
/// root.
///
/// # Errors
/// When the layer is broken, larger than any real one or has sparse files, and when `take` fails.
pub fn each_layer_member(
    tar: impl Read,
    mut take: impl FnMut(LayerMember<'_>) -> io::Result<()>,
) -> io::Result<()> {
    let mut count = 0;
    each_member(BoundedReader::new(tar, LIMITS.inflated_bytes), Dialect::Layer, |member| {
        count += 1;
        if count > LIMITS.entries {
            return Err(io::Error::other(format!("it has more than the {} entries allowed", LIMITS.entries)));
        }
        match told(member)? {
            Some(member) => take(member),
            None => Ok(()),
        }
    })
}

fn told(member: Member<'_>) -> io::Result<Option<LayerMember<'_>>> {
    let Ok(path) = clean_path(&member.path) else { return Ok(None) };
    let mode = member.permissions()?.mode;
    let is_sign = |component: &[u8]| component.starts_with(WHITEOUT);
    if path.split_str("/").any(is_sign) {
        let (directory, name) = split(&path);
        if directory.split_str("/").any(is_sign) {
            return Ok(None);
        }
        return Ok(match name.strip_prefix(WHITEOUT) {
            _ if name == OPAQUE => {
                Some(LayerMember { path: directory.into(), mode, kind: MemberKind::AllGone })
            }
            None | Some(b"" | b"." | b"..") => None,
            Some(_) if name.starts_with(WHITEOUT_META) => None,
            Some(gone) => Some(LayerMember { path: join(directory, gone), mode, kind: MemberKind::Gone }),
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
