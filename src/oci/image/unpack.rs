//! Layers of an image, unpacked into a directory as engines do it (OCI Image Format, "Applying Changesets"), so that a
//! command can run in it.
//!
//! Paths are resolved through the links that were unpacked before, with the directory as root, so that hostile layers cannot
//! write outside of it; no other program writes into the directory. Owners, times, devices and set-user-ID bits are ignored:
//! all files belong to the user who runs this program.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice};

use super::composed::ImageLayer;
use super::documents::blob_name;
use crate::support::decompress::Compression;
use crate::tree::inventory::{LayerMember, MemberKind, each_layer_member};
use crate::vocabulary::MAX_LINKS;

/// Unpacks the layers of a layout into `top`, an empty directory.
pub(super) fn unpack(layout: &Path, layers: &[ImageLayer], top: &Path) -> io::Result<()> {
    let target = UnpackDir { top };
    for layer in layers {
        let blob = layout.join(blob_name(layer.digest));
        // Whiteouts remove files of lower layers only, whatever their position in the layer.
        each_layer_member(open(&blob)?, |member| match member.kind {
            MemberKind::Whiteout => target.remove(&member.path),
            MemberKind::OpaqueWhiteout => target.empty(&member.path),
            _ => Ok(()),
        })?;
        each_layer_member(open(&blob)?, |member| match member.kind {
            MemberKind::Whiteout | MemberKind::OpaqueWhiteout => Ok(()),
            _ => target.put(member),
        })?;
    }
    Ok(())
}

/// Opens the tar in a blob.
fn open(blob: &Path) -> io::Result<Box<dyn Read + Send>> {
    let (compression, stream) = Compression::detect(File::open(blob)?)?;
    compression.reader(stream)
}

/// Directory that layers are unpacked into.
struct UnpackDir<'target> {
    top: &'target Path,
}

impl UnpackDir<'_> {
    /// Unpacks a member.
    fn put(&self, member: LayerMember<'_>) -> io::Result<()> {
        let LayerMember { path, mode, kind } = member;
        if path.is_empty() {
            return Ok(());
        }
        let (directory, name) = split(&path);
        let host = self.make_directory(directory)?.join(OsStr::from_bytes(name));
        let existing = fs::symlink_metadata(&host).ok();
        if matches!(kind, MemberKind::Directory) {
            if !existing.is_some_and(|existing| existing.is_dir()) {
                remove(&host)?;
                fs::create_dir(&host)?;
            }
            // Its entries have to be written and, at the end, removed.
            return fs::set_permissions(&host, Permissions::from_mode(mode & 0o777 | 0o700));
        }
        if let MemberKind::HardLink(target) = &kind {
            let (directory, name) = split(target);
            let target = self.resolve(directory)?.join(OsStr::from_bytes(name));
            let is_itself = target == host;
            if is_itself || !fs::symlink_metadata(&target).is_ok_and(|target| !target.is_dir()) {
                return Ok(());
            }
            remove(&host)?;
            return fs::hard_link(target, host);
        }
        remove(&host)?;
        match kind {
            MemberKind::Symlink(target) => symlink(OsStr::from_bytes(&target), host),
            MemberKind::File(content) => {
                io::copy(content, &mut File::create_new(&host)?)?;
                fs::set_permissions(&host, Permissions::from_mode(mode & 0o777 | 0o400))
            }
            MemberKind::Directory
            | MemberKind::HardLink(_)
            | MemberKind::Whiteout
            | MemberKind::OpaqueWhiteout => Ok(()),
        }
    }

    /// Removes the file or directory at a path.
    fn remove(&self, path: &[u8]) -> io::Result<()> {
        let (directory, name) = split(path);
        remove(&self.resolve(directory)?.join(OsStr::from_bytes(name)))
    }

    /// Removes the entries of the directory at a path.
    fn empty(&self, path: &[u8]) -> io::Result<()> {
        let directory = self.resolve(path)?;
        if !fs::symlink_metadata(&directory).is_ok_and(|directory| directory.is_dir()) {
            return Ok(());
        }
        fs::read_dir(directory)?.try_for_each(|entry| remove(&entry?.path()))
    }

    /// Makes the directory at a path, and those above it. Files in the way are removed.
    fn make_directory(&self, path: &[u8]) -> io::Result<PathBuf> {
        let directory = self.resolve(path)?;
        if fs::symlink_metadata(&directory).is_ok_and(|directory| directory.is_dir()) {
            return Ok(directory);
        }
        let below = directory.strip_prefix(self.top).unwrap_or(Path::new(""));
        let mut made = self.top.to_owned();
        for name in below {
            made.push(name);
            if !fs::symlink_metadata(&made).is_ok_and(|made| made.is_dir()) {
                remove(&made)?;
                fs::create_dir(&made)?;
            }
        }
        Ok(made)
    }

    /// Resolves a path inside the directory, with links on it and at its end followed; it need not exist.
    fn resolve(&self, path: &[u8]) -> io::Result<PathBuf> {
        let mut current = self.top.to_owned();
        let mut ahead: Vec<BString> = path.rsplit_str("/").map(BString::from).collect();
        let mut links = 0;
        while let Some(component) = ahead.pop() {
            match component.as_slice() {
                b"" | b"." => continue,
                b".." => {
                    if current != self.top {
                        current.pop();
                    }
                    continue;
                }
                name => current.push(OsStr::from_bytes(name)),
            }
            let Ok(target) = fs::read_link(&current) else { continue };
            links += 1;
            if links > MAX_LINKS {
                return Err(io::Error::other("a path leads through too many links"));
            }
            if target.is_absolute() {
                current = self.top.to_owned();
            } else {
                current.pop();
            }
            ahead.extend(target.as_os_str().as_bytes().rsplit_str("/").map(BString::from));
        }
        Ok(current)
    }
}

/// Splits a path into its directory and its last component.
fn split(path: &[u8]) -> (&[u8], &[u8]) {
    path.rsplit_once_str("/").unwrap_or((b"", path))
}

/// Removes the file, link or directory at a path, if there is one; links are not followed.
fn remove(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(existing) if existing.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Ok(())
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oci::layer::TarWriter;
    use crate::tree::inventory::Permissions as Mode;

    /// Makes a layer of files, and of links if there is a target.
    fn layer(members: &[(&str, Option<&str>)]) -> Vec<u8> {
        let mut writer = TarWriter::new(Vec::new(), 0);
        for (path, target) in members {
            let written = match target {
                Some(target) => writer.link(path.as_bytes(), target.as_bytes(), Mode::SYSTEM_DIRECTORY),
                None => writer.file(path.as_bytes(), Mode::SYSTEM_DIRECTORY, None, 1, |target| {
                    io::Write::write_all(target, b"x")
                }),
            };
            written.expect("memory writes");
        }
        writer.finish().expect("memory writes")
    }

    /// Lists everything below a directory, sorted, links with their targets; none is followed.
    fn listed(directory: &Path, below: &Path, all: &mut Vec<String>) {
        let mut entries: Vec<PathBuf> = fs::read_dir(directory)
            .expect("a directory")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        entries.sort();
        for path in entries {
            let name = path.strip_prefix(below).expect("is below").display().to_string();
            match fs::read_link(&path) {
                Ok(target) => all.push(format!("{name} -> {}", target.display())),
                Err(_) if path.is_dir() => listed(&path, below, all),
                Err(_) => all.push(name),
            }
        }
    }

    fn unpacked(layers: &[Vec<u8>]) -> io::Result<Vec<String>> {
        let around = tempfile::tempdir()?;
        let top = around.path().join("a/b/top");
        fs::create_dir_all(&top)?;
        let target = UnpackDir { top: &top };
        for layer in layers {
            each_layer_member(layer.as_slice(), |member| match member.kind {
                MemberKind::Whiteout => target.remove(&member.path),
                MemberKind::OpaqueWhiteout => target.empty(&member.path),
                _ => target.put(member),
            })?;
        }
        let mut all = Vec::new();
        listed(around.path(), around.path(), &mut all);
        let inside = all.iter().map(|path| path.strip_prefix("a/b/top/").map(str::to_owned));
        Ok(inside.map(|path| path.expect("nothing is outside")).collect())
    }

    #[test]
    fn links_lead_nothing_outside() {
        let lower = layer(&[("up", Some("../..")), ("self", Some("/")), ("x", Some("up/y"))]);
        let upper = layer(&[("up/evil", None), ("self/../fine", None), ("../../out", None), ("x/z", None)]);
        let expected = ["evil", "fine", "self -> /", "up -> ../..", "x -> up/y", "y/z"];
        assert_eq!(unpacked(&[lower, upper]).expect("is unpacked"), expected);
    }

    #[test]
    fn whiteouts_remove_files_inside_only() {
        let lower = layer(&[("a/x", None), ("b/y", None), ("b/z", None), ("l", Some("../../../b"))]);
        let upper =
            layer(&[("a/.wh.x", None), ("l/.wh..wh..opq", None), ("l/.wh...", None), (".wh.no", None)]);
        assert_eq!(unpacked(&[lower, upper]).expect("is unpacked"), ["l -> ../../../b"]);
    }

    #[test]
    fn a_loop_of_links_is_an_error() {
        assert!(unpacked(&[layer(&[("l", Some("l")), ("l/x", None)])]).is_err());
    }

    #[test]
    fn a_file_is_removed_for_an_entry_below_it() {
        let lower = layer(&[("a", None), ("b/c", None)]);
        let upper = layer(&[("a/x", None), ("b", None)]);
        assert_eq!(unpacked(&[lower, upper]).expect("is unpacked"), ["a/x", "b"]);
    }
}
