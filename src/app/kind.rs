//! Kinds of apps, recognised by the files that define them.

use bstr::BStr;

use super::abi::{Abi, abi_of};
use crate::tree::inventory::Inventory;
use crate::vocabulary::named;

named! {
    /// Kind of an app.
    AppKind("kind of app") {
        /// Python virtual environment (PEP 405): it has a `pyvenv.cfg`.
        Venv = "venv",
        /// RubyGems home: `specifications/*.gemspec`.
        GemTree = "gem-tree",
        /// Directory with `node_modules`, or one itself.
        NodeModules = "node-modules",
        /// Whole root file system.
        Rootfs = "rootfs",
        /// Any other directory, or a single file.
        Plain = "plain",
    }
}

/// Recognises the kind of a tree, and the ABI of its extensions where its files state one.
pub fn recognise(inventory: &Inventory) -> (AppKind, Option<Abi>) {
    (kind_of(inventory), abi_of(inventory))
}

fn kind_of(inventory: &Inventory) -> AppKind {
    let is_directory = |path: &str| inventory.get(path).is_some_and(|entry| entry.is_directory());
    if inventory.get("pyvenv.cfg").is_some() {
        AppKind::Venv
    } else if inventory.get("etc/os-release").is_some() || inventory.get("usr/lib/os-release").is_some() {
        AppKind::Rootfs
    } else if is_directory("specifications")
        && inventory.entries().iter().any(|entry| is_gemspec(BStr::new(&entry.path)))
    {
        AppKind::GemTree
    } else if is_directory("node_modules") || is_node_modules(inventory) {
        AppKind::NodeModules
    } else {
        AppKind::Plain
    }
}

fn is_gemspec(path: &BStr) -> bool {
    path.strip_prefix(b"specifications/").is_some_and(|name| name.ends_with(b".gemspec"))
}

/// True for a directory of packages (`NAME/package.json`, `@SCOPE/NAME/package.json`) or one with npm's own record of them.
fn is_node_modules(inventory: &Inventory) -> bool {
    inventory.get(".package-lock.json").is_some()
        || inventory.entries().iter().any(|entry| {
            let depth = entry.path.iter().filter(|byte| **byte == b'/').count();
            entry.path.ends_with(b"/package.json")
                && (depth == 1 || depth == 2 && entry.path.starts_with(b"@"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::inventory::{Content, Entry, EntryKind, FileContent, Permissions};

    fn tree(paths: &[&str]) -> Inventory {
        let entry = |path: &&str| Entry {
            path: (*path).into(),
            kind: match path.strip_suffix('/') {
                Some(_) => EntryKind::Directory(Permissions::SYSTEM_DIRECTORY),
                None if path.ends_with("pyvenv.cfg") => EntryKind::File(FileContent::new(Content::Text(
                    b"home = /usr/bin\nversion = 3.11.2\n".to_vec(),
                ))),
                None => EntryKind::File(FileContent::new(Content::Other)),
            },
        };
        let entries = paths.iter().map(entry).map(|entry| Entry {
            path: entry.path.strip_suffix(b"/").unwrap_or(&entry.path).into(),
            kind: entry.kind,
        });
        Inventory::new(entries.collect(), Vec::new())
    }

    #[test]
    fn kinds_are_recognised_by_their_own_files() {
        let (kind, abi) = recognise(&tree(&["pyvenv.cfg", "lib/"]));
        assert_eq!((kind, abi.map(|abi| abi.to_string())), (AppKind::Venv, Some("CPython 3.11".into())));
        let kind = |paths: &[&str]| recognise(&tree(paths)).0;
        assert_eq!(kind(&["usr/lib/os-release"]), AppKind::Rootfs);
        assert_eq!(kind(&["specifications/", "specifications/nokogiri-1.13.gemspec"]), AppKind::GemTree);
        assert_eq!(kind(&["specifications/", "specifications/spec.md"]), AppKind::Plain);
        assert_eq!(kind(&["node_modules/"]), AppKind::NodeModules);
        assert_eq!(kind(&["@scope/name/package.json"]), AppKind::NodeModules);
        assert_eq!(kind(&["package.json"]), AppKind::Plain);
    }
}
