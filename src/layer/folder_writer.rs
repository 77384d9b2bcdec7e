//! A layer as a folder, which a Dockerfile copies over its base. Owners are whoever runs this program: COPY makes
//! them root, and only root could make them otherwise.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::{Layer, LayerEntry, LayerKind};
use crate::vocabulary::RootedPath;

/// Writes the entries below `top`, an empty folder that nobody else writes into. No entry lies below a link, so that
/// none can lead out of it.
pub(super) fn write_folder(layer: &Layer, top: &Path, mtime: u64) -> Result<(), (PathBuf, io::Error)> {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(mtime);
    let entries: BTreeMap<&RootedPath, &LayerEntry> =
        layer.entries.iter().chain(&layer.base_folders).collect();
    for (path, entry) in &entries {
        let host = below(top, path);
        let written = match &entry.kind {
            LayerKind::Folder => fs::create_dir(&host),
            LayerKind::Link(target) => symlink(OsStr::from_bytes(target), &host),
            LayerKind::File { sha256, .. } => {
                File::create_new(&host).and_then(|mut file| layer.contents.write(*sha256, &mut file))
            }
            LayerKind::Text(bytes) => fs::write(&host, bytes),
        };
        written.map_err(|error| (host, error))?;
    }
    // What is in a folder comes first: writing into it changes its time, and its mode may forbid to.
    for (path, entry) in entries.iter().rev() {
        if matches!(entry.kind, LayerKind::Link(_)) {
            continue;
        }
        let host = below(top, path);
        let settle = || {
            File::open(&host)?.set_modified(time)?;
            fs::set_permissions(&host, fs::Permissions::from_mode(entry.permissions.mode))
        };
        settle().map_err(|error| (host.clone(), error))?;
    }
    let settle = || {
        fs::set_permissions(top, fs::Permissions::from_mode(0o755))?;
        File::open(top)?.set_modified(time)
    };
    settle().map_err(|error| (top.to_owned(), error))
}

fn below(top: &Path, path: &RootedPath) -> PathBuf {
    top.join(OsStr::from_bytes(path.below(&RootedPath::root()).unwrap_or_default()))
}
