//! Release of trees, which decides on the catalog that their packages are looked up in.

use std::path::Path;

use crate::app::InputTrees;
use crate::debian::distributions::{OS_RELEASE_FILES, ReleaseChoice};
use crate::tree::inventory::Inventory;
use crate::vocabulary::Release;

/// Chooses the release for trees: the requested one, else that of the base, of a tree that is a root file system, or of
/// the host's root file system that a tree is in (`host_release`), else the default.
pub fn choose_release(
    requested: Option<Release>,
    trees: &InputTrees,
    host_release: impl Fn(&Path) -> Option<ReleaseChoice>,
) -> ReleaseChoice {
    if let Some(release) = requested {
        return ReleaseChoice::requested(release);
    }
    let base = trees.base.iter().map(|base| (&base.inventory, &base.host_path));
    let apps = trees.apps.iter().map(|app| (&app.inventory, &app.host_path));
    base.chain(apps)
        .find_map(|(inventory, path)| of_root_file_system(inventory, path))
        .or_else(|| trees.apps.iter().find_map(|app| host_release(&app.host_path)))
        .unwrap_or_else(ReleaseChoice::unnamed)
}

/// Returns the release that the base names.
pub(super) fn base_release(trees: &InputTrees) -> Option<ReleaseChoice> {
    trees.base.as_ref().and_then(|base| of_root_file_system(&base.inventory, &base.host_path))
}

/// Release that a root file system's os-release(5) names.
fn of_root_file_system(inventory: &Inventory, host_path: &Path) -> Option<ReleaseChoice> {
    let name = host_path.display().to_string();
    let texts = OS_RELEASE_FILES.map(|path| inventory.text(path));
    texts
        .into_iter()
        .flatten()
        .find_map(|text| ReleaseChoice::from_os_release(&String::from_utf8_lossy(text), &name))
}
