//! A layer as a directory, which a Dockerfile copies over its base. Owners are whoever runs this program: COPY makes
//! them root, and only root could make them otherwise.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::tar_writer::WriteFault;
use super::{Layer, LayerEntry, LayerKind};
use crate::vocabulary::RootedPath;

/// Writes the entries below `top`, an empty directory that nobody else writes into. No entry lies below a link, so that
/// none can lead out of it.
pub(super) fn write_directory(layer: &Layer, top: &Path, mtime: u64) -> Result<(), WriteFault> {
    let time = of_seconds(mtime);
    let entries: BTreeMap<&RootedPath, &LayerEntry> =
        layer.entries.iter().chain(&layer.base_directories).collect();
    for (path, entry) in &entries {
        let host = below(top, path);
        match &entry.kind {
            LayerKind::Directory => fs::create_dir(&host)?,
            LayerKind::Link(target) => symlink(OsStr::from_bytes(target), &host)?,
            LayerKind::File { sha256, .. } => layer.contents.write(*sha256, &mut File::create_new(&host)?)?,
            LayerKind::Text(bytes) => fs::write(&host, bytes)?,
            LayerKind::HostFile(file) => file.copy_to(&mut File::create_new(&host)?)?,
            LayerKind::HardLink(target) => fs::hard_link(below(top, target), &host)?,
        }
    }
    // What is in a directory comes first: writing into it changes its time, and its mode may forbid to.
    for (path, entry) in entries.iter().rev() {
        if matches!(entry.kind, LayerKind::Link(_)) {
            continue;
        }
        let host = below(top, path);
        let own = match &entry.kind {
            LayerKind::HostFile(file) => file.mtime.map(of_seconds),
            _ => None,
        };
        File::open(&host)?.set_modified(own.unwrap_or(time))?;
        fs::set_permissions(&host, fs::Permissions::from_mode(entry.permissions.mode))?;
    }
    fs::set_permissions(top, fs::Permissions::from_mode(0o755))?;
    Ok(File::open(top)?.set_modified(time)?)
}

fn of_seconds(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

fn below(top: &Path, path: &RootedPath) -> PathBuf {
    top.join(OsStr::from_bytes(path.below(&RootedPath::root()).unwrap_or_default()))
}
