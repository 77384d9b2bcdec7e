//! Copyright files: every package has `/usr/share/doc/PACKAGE/copyright` (Debian Policy §12.5), or its
//! `/usr/share/doc/PACKAGE` is a link to that of another package from the same source (§12.3). Then both the link and the
//! file that it leads to are shipped.

use super::builder::LayerBuilder;
use super::error::LayerError;
use super::package_entries::put_entry;
use crate::tree::inventory::{Deb, EntryKind};
use crate::vocabulary::{MAX_LINKS, PackageName, RootedPath};

/// Adds a package's copyright file, with the links that lead to it. Returns a message if there is none.
pub(super) fn put_copyright(
    builder: &mut LayerBuilder<'_>,
    index: usize,
    name: &PackageName,
    debs: &[&Deb],
) -> Result<Option<String>, LayerError> {
    let mut wanted = RootedPath::new("/usr/share/doc").join(name.as_str()).join("copyright");
    let mut own = index;
    for _ in 0..=MAX_LINKS {
        let Some(step) = step(&wanted, own, debs) else {
            let is_in_base = builder.base_has(&wanted);
            return Ok((!is_in_base).then(|| format!("{name}: no package of the plan has its {wanted}")));
        };
        own = step.package;
        let Some(entry) = debs[own].inventory.get(in_package(&step.path)) else { return Ok(None) };
        match put_entry(builder, own, debs[own], entry) {
            Ok(()) => {}
            // A copyright file must not replace a directory of the base.
            Err(error @ (LayerError::Directory { .. } | LayerError::NoDirectory { .. })) => {
                return Ok(Some(format!("{name}: {error}")));
            }
            Err(error) => return Err(error),
        }
        match step.leads_to {
            Some(next) => wanted = next,
            None => return Ok(None),
        }
    }
    Ok(Some(format!("{name}: too many links lead to its copyright file")))
}

/// First file or link on the way to a path, in one of the packages.
struct Step {
    package: usize,
    path: RootedPath,
    /// Path that the link leads to; none for the file itself.
    leads_to: Option<RootedPath>,
}

/// Finds the next step to a path, in the package itself before the others.
fn step(wanted: &RootedPath, own: usize, debs: &[&Deb]) -> Option<Step> {
    let others = (0..debs.len()).filter(|other| *other != own);
    std::iter::once(own).chain(others).find_map(|package| {
        let mut path = RootedPath::root();
        for component in wanted.components() {
            path = path.join(component);
            let entry = debs[package].inventory.get(in_package(&path));
            match entry.map(|entry| &entry.kind) {
                // A package need not list the directories that it has files in.
                None if path != *wanted => {}
                Some(EntryKind::Directory(_)) => {}
                Some(EntryKind::File(_)) if path == *wanted => {
                    return Some(Step { package, path, leads_to: None });
                }
                Some(EntryKind::Symlink(target)) => {
                    let rest = wanted.below(&path).unwrap_or_default();
                    let target = match target.strip_prefix(b"/") {
                        Some(absolute) => RootedPath::new(absolute),
                        None => path.parent().join(target),
                    };
                    let leads_to = Some(target.join(rest));
                    return Some(Step { package, path, leads_to });
                }
                None | Some(EntryKind::File(_) | EntryKind::Special) => return None,
            }
        }
        None
    })
}

fn in_package(path: &RootedPath) -> &[u8] {
    path.below(&RootedPath::root()).unwrap_or_default()
}
