//! A layer as a directory, which a Dockerfile copies over its base. Its files belong to the user who runs this program: only
//! root could set other owners, and COPY resets them to root anyway.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::entries::{Layer, LayerEntry, LayerEntryKind};
use super::error::WriteError;
use crate::vocabulary::RootedPath;

/// Writes the entries below `top`, an empty directory that no other program writes into. No entry is below a link, so that
/// none leads out of it.
pub(super) fn write_directory(layer: &Layer, top: &Path, mtime: u64) -> Result<(), WriteError> {
    let time = system_time(mtime);
    let entries: BTreeMap<&RootedPath, &LayerEntry> =
        layer.entries.iter().chain(&layer.base_directories).collect();
    for (path, entry) in &entries {
        let host = host_path(top, path);
        match &entry.kind {
            LayerEntryKind::Directory => fs::create_dir(&host)?,
            LayerEntryKind::Link(target) => symlink(OsStr::from_bytes(target), &host)?,
            LayerEntryKind::File { sha256, .. } => {
                layer.contents.write(*sha256, &mut File::create_new(&host)?)?
            }
            LayerEntryKind::Text(bytes) => fs::write(&host, bytes)?,
            LayerEntryKind::TreeFile(file) => file.copy_to(&mut File::create_new(&host)?)?,
            LayerEntryKind::HardLink(target) => fs::hard_link(host_path(top, target), &host)?,
        }
    }
    // Entries come before their directory: writing into it changes its time, and its mode may forbid it.
    for (path, entry) in entries.iter().rev() {
        if matches!(entry.kind, LayerEntryKind::Link(_)) {
            continue;
        }
        let host = host_path(top, path);
        let own = match &entry.kind {
            LayerEntryKind::TreeFile(file) => file.mtime.map(system_time),
            _ => None,
        };
        File::open(&host)?.set_modified(own.unwrap_or(time))?;
        fs::set_permissions(&host, fs::Permissions::from_mode(entry.permissions.mode))?;
    }
    fs::set_permissions(top, fs::Permissions::from_mode(0o755))?;
    Ok(File::open(top)?.set_modified(time)?)
}

fn system_time(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn host_path(top: &Path, path: &RootedPath) -> PathBuf {
    top.join(OsStr::from_bytes(path.below(&RootedPath::root()).unwrap_or_default()))
}
