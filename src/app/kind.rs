//! What kind of tree an inventory is, by the files that make it one.

use std::collections::BTreeMap;

use bstr::{BStr, ByteSlice};

use super::role::Language;
use crate::tree::inventory::Inventory;
use crate::vocabulary::named;

named! {
    /// The kinds of tree.
    TreeKind("kind of tree") {
        /// A Python virtual environment (PEP 405: it has a `pyvenv.cfg`).
        Venv = "venv",
        /// A RubyGems home: `specifications/*.gemspec`.
        GemTree = "gem-tree",
        /// A directory with `node_modules`, or one itself.
        NodeModules = "node-modules",
        /// A whole root file system.
        Rootfs = "rootfs",
        /// Any other directory, or a single file.
        Plain = "plain",
    }
}

/// The binary interface that a tree's extensions are built for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Abi {
    /// RuleOwner interface.
    pub language: Language,
    /// Its version, such as `3.11` for CPython and `3.1.0` for Ruby.
    pub version: String,
}

impl std::fmt::Display for Abi {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = match self.language {
            Language::Python => "CPython",
            Language::Ruby => "Ruby",
            Language::Node => "Node.js",
        };
        write!(formatter, "{name} {}", self.version)
    }
}

/// What a tree was recognised as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree {
    /// Its kind.
    pub kind: TreeKind,
    /// The ABI of most of its extensions, where their names or the tree's own files tell.
    pub abi: Option<Abi>,
}

/// Recognises a tree.
pub fn recognise(inventory: &Inventory) -> Tree {
    let kind = kind_of(inventory);
    Tree { kind, abi: configured_python(inventory).or_else(|| most_common_abi(inventory)) }
}

fn kind_of(inventory: &Inventory) -> TreeKind {
    let is_directory = |path: &str| inventory.get(path).is_some_and(|entry| entry.is_directory());
    if inventory.get("pyvenv.cfg").is_some() {
        TreeKind::Venv
    } else if inventory.get("etc/os-release").is_some() || inventory.get("usr/lib/os-release").is_some() {
        TreeKind::Rootfs
    } else if is_directory("specifications")
        && inventory.entries().iter().any(|entry| is_gemspec(BStr::new(&entry.path)))
    {
        TreeKind::GemTree
    } else if is_directory("node_modules") || is_node_modules(inventory) {
        TreeKind::NodeModules
    } else {
        TreeKind::Plain
    }
}

fn is_gemspec(path: &BStr) -> bool {
    path.strip_prefix(b"specifications/").is_some_and(|name| name.ends_with(b".gemspec"))
}

/// A directory of packages: `NAME/package.json` or `@SCOPE/NAME/package.json`, or npm's own record of them.
fn is_node_modules(inventory: &Inventory) -> bool {
    inventory.get(".package-lock.json").is_some()
        || inventory.entries().iter().any(|entry| {
            let depth = entry.path.iter().filter(|byte| **byte == b'/').count();
            entry.path.ends_with(b"/package.json")
                && (depth == 1 || depth == 2 && entry.path.starts_with(b"@"))
        })
}

/// The `version` (venv) or `version_info` (virtualenv) of a `pyvenv.cfg`, without its last parts.
fn configured_python(inventory: &Inventory) -> Option<Abi> {
    python_of_venv(inventory.text("pyvenv.cfg")?)
}

/// What a `pyvenv.cfg` says that its Python is.
pub(super) fn python_of_venv(text: &[u8]) -> Option<Abi> {
    let text = text.to_str().ok()?;
    let value = text.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        matches!(key.trim(), "version" | "version_info").then(|| value.trim())
    })?;
    let version = value.split('.').take(2).collect::<Vec<_>>().join(".");
    Some(Abi { language: Language::Python, version })
}

/// The ABI that most objects' paths name.
fn most_common_abi(inventory: &Inventory) -> Option<Abi> {
    let mut counts: BTreeMap<Abi, usize> = BTreeMap::new();
    for abi in inventory.objects().filter_map(|(path, _)| abi_in_path(path)) {
        *counts.entry(abi).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(abi, _)| abi)
}

/// `NAME.cpython-311-….so` (PEP 3149), or Ruby's `…/ruby/3.1.0/…` and `extensions/PLATFORM/3.1.0/…`.
pub fn abi_in_path(path: &BStr) -> Option<Abi> {
    let text = path.to_str().ok()?;
    if let Some((_, tag)) = text.rsplit_once(".cpython-") {
        let digits: String = tag.chars().take_while(char::is_ascii_digit).collect();
        let (major, minor) = digits.split_at_checked(1)?;
        return Some(Abi { language: Language::Python, version: format!("{major}.{minor}") });
    }
    let components: Vec<&str> = text.split('/').collect();
    let version = components.windows(3).find_map(|window| match window {
        ["extensions", _, version] | ["ruby" | "vendor_ruby", version, _] => {
            is_ruby_version(version).then_some(*version)
        }
        _ => None,
    })?;
    Some(Abi { language: Language::Ruby, version: version.to_owned() })
}

/// Three numbers: Ruby's ABI changes with its minor version and is written `3.1.0`.
fn is_ruby_version(word: &str) -> bool {
    word.split('.').count() == 3 && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::inventory::{Content, Entry, EntryKind, FileContent, Permissions};

    fn tree(paths: &[&str]) -> Inventory {
        let entry = |path: &&str| Entry {
            path: (*path).into(),
            kind: match path.strip_suffix('/') {
                Some(_) => EntryKind::Directory(Permissions::ROOTS),
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
    fn kinds_are_told_by_their_own_files() {
        let venv = recognise(&tree(&["pyvenv.cfg", "lib/"]));
        assert_eq!(
            (venv.kind, venv.abi.map(|abi| abi.to_string())),
            (TreeKind::Venv, Some("CPython 3.11".into()))
        );
        assert_eq!(recognise(&tree(&["usr/lib/os-release"])).kind, TreeKind::Rootfs);
        assert_eq!(
            recognise(&tree(&["specifications/", "specifications/nokogiri-1.13.gemspec"])).kind,
            TreeKind::GemTree
        );
        assert_eq!(recognise(&tree(&["specifications/", "specifications/spec.md"])).kind, TreeKind::Plain);
        assert_eq!(recognise(&tree(&["node_modules/"])).kind, TreeKind::NodeModules);
        assert_eq!(recognise(&tree(&["@scope/name/package.json"])).kind, TreeKind::NodeModules);
        assert_eq!(recognise(&tree(&["package.json"])).kind, TreeKind::Plain);
    }

    #[test]
    fn abis_are_read_off_paths() {
        let abi = |path: &str| abi_in_path(BStr::new(path)).map(|abi| abi.to_string());
        assert_eq!(abi("x/gmpy2.cpython-311-x86_64-linux-gnu.so").as_deref(), Some("CPython 3.11"));
        assert_eq!(abi("extensions/x86_64-linux/3.1.0/ffi-1.15/ffi_c.so").as_deref(), Some("Ruby 3.1.0"));
        assert_eq!(abi("lib/ruby/vendor_ruby/3.1.0/x.so").as_deref(), Some("Ruby 3.1.0"));
        assert_eq!(abi("lib/x.so"), None);
    }
}
