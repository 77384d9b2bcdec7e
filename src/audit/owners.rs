//! Packages that own files: Debian packages by dpkg's lists, wheels by their RECORD (PyPA "Recording installed
//! projects"), gems and npm packages by their directories.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bstr::{BStr, ByteSlice};

use crate::app::InputTrees;
use crate::debian::catalog::installed_packages;
use crate::tree::inventory::{Content, Evidence, Inventory};
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::{RootedPath, named};

named! {
    /// Kind of a package.
    OwnerKind("kind of owner") {
        /// Debian package.
        Deb = "deb",
        /// Python distribution.
        Wheel = "wheel",
        /// RubyGems package.
        Gem = "gem",
        /// npm package.
        Npm = "npm",
    }
}

/// A package that owns files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// Kind.
    pub kind: OwnerKind,
    /// Name.
    pub name: Arc<str>,
    /// Version, where the path or the package database contains it.
    pub version: Option<Arc<str>>,
}

impl std::fmt::Display for Owner {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.version {
            Some(version) => write!(formatter, "{} {} {version}", self.kind, self.name),
            None => write!(formatter, "{} {}", self.kind, self.name),
        }
    }
}

/// Objects by owner (none for unowned objects), each with a flag that is true if the object is used.
pub(super) type ObjectsByOwner = BTreeMap<Option<Owner>, Vec<(NodeId, bool)>>;

/// Owners of the files of one image.
#[derive(Debug, Default)]
pub struct Owners {
    owners: Vec<Owner>,
    by_file: HashMap<NodeId, usize>,
}

impl Owners {
    /// Reads the file lists of package managers in the base and in the trees.
    pub(super) fn of(root: &Root<'_>, trees: &InputTrees) -> Self {
        let mut owners = Self::default();
        let top = RootedPath::root();
        let base = trees.base.iter().map(|base| (&top, &base.inventory));
        for (at, inventory) in base.chain(trees.apps.iter().map(|app| (&app.at, &app.inventory))) {
            if *at == top {
                owners.add_debs(root, inventory);
            }
            for entry in inventory.entries() {
                if let Some(Evidence::FileList(text)) = entry.evidence()
                    && let Some(place) = Wheel::of(BStr::new(&entry.path))
                {
                    owners.add_wheel(root, at, &place, text);
                }
            }
        }
        owners
    }

    fn add_debs(&mut self, root: &Root<'_>, inventory: &Inventory) {
        let database = inventory.dpkg_database().filter_map(|(_, content)| match content {
            Content::Text(text) => Some(text.as_slice()),
            _ => None,
        });
        for installed in installed_packages(database) {
            let name = installed.name.as_str();
            let list = |path: String| inventory.get(path).and_then(|entry| entry.evidence());
            let listed = list(format!("var/lib/dpkg/info/{name}.list"))
                .or_else(|| list(format!("var/lib/dpkg/info/{name}:{}.list", installed.architecture)));
            let summed = list(format!("var/lib/dpkg/status.d/{name}.md5sums"));
            let owner = self.add(Owner {
                kind: OwnerKind::Deb,
                name: name.into(),
                version: Some(installed.version.as_str().into()),
            });
            if let Some(Evidence::FileList(text)) = listed {
                self.add_files(root, owner, text.lines().map(RootedPath::new));
            }
            if let Some(Evidence::FileList(text)) = summed {
                let paths =
                    text.lines().filter_map(|line| Some(line.split_once_str(" ")?.1.trim_ascii_start()));
                self.add_files(root, owner, paths.map(RootedPath::new));
            }
        }
    }

    fn add_wheel(&mut self, root: &Root<'_>, at: &RootedPath, wheel: &Wheel<'_>, record: &[u8]) {
        let directory = at.join(wheel.directory);
        let owner = self.add(Owner {
            kind: OwnerKind::Wheel,
            name: wheel.name.into(),
            version: Some(wheel.version.into()),
        });
        let paths = record.lines().filter_map(recorded_path);
        let paths = paths
            .map(|path| if path.starts_with(b"/") { RootedPath::new(path) } else { directory.join(path) });
        self.add_files(root, owner, paths);
    }

    fn add(&mut self, owner: Owner) -> usize {
        self.owners.push(owner);
        self.owners.len() - 1
    }

    fn add_files(&mut self, root: &Root<'_>, owner: usize, paths: impl Iterator<Item = RootedPath>) {
        // Most files of a list are in the same directory as the one before.
        let mut last: Option<(RootedPath, Option<NodeId>)> = None;
        for path in paths {
            let parent = path.parent();
            let directory = match &last {
                Some((known, directory)) if *known == parent => *directory,
                _ => {
                    let directory = root.resolve(root.top(), parent.as_bytes()).ok();
                    last = Some((parent, directory));
                    directory
                }
            };
            // The package owns the link; its target may be owned by another package.
            let node = directory.and_then(|directory| root.child(directory, path.file_name()));
            if let Some(node) = node.filter(|node| !root.is_directory(*node)) {
                self.by_file.entry(node).or_insert(owner);
            }
        }
    }

    /// Returns the owner of a file, if it is known.
    pub fn of_file(&self, root: &Root<'_>, node: NodeId) -> Option<Owner> {
        let listed = self.by_file.get(&node).map(|owner| self.owners[*owner].clone());
        listed.or_else(|| by_directory(&root.path(node)))
    }

    /// Returns the files of each owner.
    pub fn files(&self) -> BTreeMap<&Owner, Vec<NodeId>> {
        let mut files: BTreeMap<&Owner, Vec<NodeId>> = BTreeMap::new();
        for (node, owner) in &self.by_file {
            files.entry(&self.owners[*owner]).or_default().push(*node);
        }
        files
    }
}

/// Wheel that the path of a RECORD file describes.
struct Wheel<'path> {
    /// Directory in its tree to which the paths in the RECORD are relative.
    directory: &'path [u8],
    name: &'path str,
    version: &'path str,
}

impl<'path> Wheel<'path> {
    fn of(record: &'path BStr) -> Option<Self> {
        let directory = record.strip_suffix(b"/RECORD")?;
        let (above, name) = directory.rsplit_once_str("/").unwrap_or((b"", directory));
        let (name, version) = name.strip_suffix(b".dist-info")?.to_str().ok()?.rsplit_once('-')?;
        Some(Self { directory: above, name, version })
    }
}

/// Parses the path in a line of a RECORD, which is CSV: a path with a comma or a quote is quoted.
fn recorded_path(line: &[u8]) -> Option<Vec<u8>> {
    match line.strip_prefix(b"\"") {
        Some(quoted) => {
            let end = quoted.find("\",")?;
            Some(quoted[..end].replace("\"\"", "\""))
        }
        None => Some(line.split_once_str(",")?.0.to_vec()),
    }
}

/// Returns the gem or npm package whose directory contains a path.
fn by_directory(path: &RootedPath) -> Option<Owner> {
    let text = path.as_bytes().to_str().ok()?;
    let components: Vec<&str> = text.split('/').collect();
    let npm = components.iter().rposition(|component| *component == "node_modules").and_then(|place| {
        let first = *components.get(place + 1)?;
        let name = match components.get(place + 2) {
            Some(second) if first.starts_with('@') => format!("{first}/{second}"),
            _ => first.to_owned(),
        };
        Some(Owner { kind: OwnerKind::Npm, name: name.into(), version: None })
    });
    let gem = || {
        let mut directories = components.iter().zip(1..).filter_map(|(component, next)| match *component {
            "gems" => components.get(next),
            "extensions" => components.get(next + 2),
            _ => None,
        });
        directories.find_map(|directory| {
            let (name, version) = directory.rsplit_once('-')?;
            let is_version = version.starts_with(|letter: char| letter.is_ascii_digit());
            is_version.then(|| Owner {
                kind: OwnerKind::Gem,
                name: name.into(),
                version: Some(version.into()),
            })
        })
    };
    npm.or_else(gem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_a_record_are_parsed() {
        assert_eq!(recorded_path(b"a/b.py,sha256=x,12").as_deref(), Some(&b"a/b.py"[..]));
        assert_eq!(recorded_path(b"\"a,\"\"b\"\".py\",,").as_deref(), Some(&b"a,\"b\".py"[..]));
        let wheel = Wheel::of(BStr::new("venv/lib/python3.11/site-packages/gmpy2-2.1.5.dist-info/RECORD"));
        let wheel = wheel.expect("a RECORD of a wheel");
        assert_eq!((wheel.name, wheel.version), ("gmpy2", "2.1.5"));
        assert_eq!(BStr::new(wheel.directory), "venv/lib/python3.11/site-packages");
    }

    #[test]
    fn gems_and_npm_packages_are_recognized_by_their_directories() {
        let owner = |path: &str| by_directory(&RootedPath::new(path)).map(|owner| owner.to_string());
        assert_eq!(owner("/g/gems/nokogiri-1.13.1/lib/x.so").as_deref(), Some("gem nokogiri 1.13.1"));
        assert_eq!(owner("/g/extensions/x86_64-linux/3.1.0/ffi-1.15/x.so").as_deref(), Some("gem ffi 1.15"));
        let bundled = "/gems/extensions/x86_64-linux/3.3.0/bcrypt-3.1.20/bcrypt_ext.so";
        assert_eq!(owner(bundled).as_deref(), Some("gem bcrypt 3.1.20"));
        assert_eq!(owner("/a/node_modules/@img/sharp/x.node").as_deref(), Some("npm @img/sharp"));
        assert_eq!(owner("/usr/lib/x.so"), None);
    }
}
