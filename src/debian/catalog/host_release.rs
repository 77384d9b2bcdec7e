//! Release of the host's root file systems.

use std::path::{Path, PathBuf};

use crate::debian::distributions::{OS_RELEASE_FILES, ReleaseChoice};

/// Returns the release of the root file system on the host that a path is in: its files were likely built there.
/// Reads the os-release(5) files of the directories above the path.
pub fn host_release(path: &Path) -> Option<ReleaseChoice> {
    let absolute = std::path::absolute(path).ok()?;
    absolute.ancestors().find_map(|directory| {
        let files: [PathBuf; 2] = OS_RELEASE_FILES.map(|file| directory.join(file));
        files.into_iter().find_map(|file| {
            let text = std::fs::read_to_string(&file).ok()?;
            ReleaseChoice::from_os_release(&text, &file.display().to_string())
        })
    })
}
