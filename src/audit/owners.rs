//! Who brought a file: a .deb by dpkg's lists, a wheel by its RECORD (PyPA "Recording installed projects"), a gem or an
//! npm package by its place.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bstr::{BStr, ByteSlice};

use crate::debian::catalog::installed_packages;
use crate::tree::inventory::{Content, Evidence, Inventory};
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::{RootedPath, named};

named! {
    /// Of which kind a package is.
    OwnerKind("kind of owner") {
        /// A Debian package.
        Deb = "deb",
        /// A distribution of Python's.
        Wheel = "wheel",
        /// A package of RubyGems'.
        Gem = "gem",
        /// A package of npm's.
        Npm = "npm",
    }
}

/// A package that brought a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Owner {
    /// Of which kind.
    pub kind: OwnerKind,
    /// Its name.
    pub name: Arc<str>,
    /// Its version, as far as it is known without looking into the package.
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

/// The objects of each package that has any, and of what has none, with whether each is used.
pub(super) type ObjectsByOwner = BTreeMap<Option<Owner>, Vec<(NodeId, bool)>>;

/// The owners of one image's files.
#[derive(Debug, Default)]
pub struct Owners {
    owners: Vec<Owner>,
    by_file: HashMap<NodeId, usize>,
}

impl Owners {
    /// Reads the lists of package managers in an inventory that is mounted at the top of a root.
    pub(super) fn of(root: &Root<'_>, inventory: &Inventory) -> Self {
        let mut owners = Self::default();
        owners.add_debs(root, inventory);
        for entry in inventory.entries() {
            if let Some(Evidence::List(text)) = entry.evidence()
                && let Some(place) = Wheel::of(BStr::new(&entry.path))
            {
                owners.add_wheel(root, &place, text);
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
            if let Some(Evidence::List(text)) = listed {
                self.add_files(root, owner, text.lines().map(RootedPath::new));
            }
            if let Some(Evidence::List(text)) = summed {
                let paths =
                    text.lines().filter_map(|line| Some(line.split_once_str(" ")?.1.trim_ascii_start()));
                self.add_files(root, owner, paths.map(RootedPath::new));
            }
        }
    }

    fn add_wheel(&mut self, root: &Root<'_>, wheel: &Wheel<'_>, record: &[u8]) {
        let owner = self.add(Owner {
            kind: OwnerKind::Wheel,
            name: wheel.name.into(),
            version: Some(wheel.version.into()),
        });
        let paths = record.lines().filter_map(recorded_path);
        let paths = paths.map(|path| {
            if path.starts_with(b"/") { RootedPath::new(path) } else { wheel.directory.join(path) }
        });
        self.add_files(root, owner, paths);
    }

    fn add(&mut self, owner: Owner) -> usize {
        self.owners.push(owner);
        self.owners.len() - 1
    }

    fn add_files(&mut self, root: &Root<'_>, owner: usize, paths: impl Iterator<Item = RootedPath>) {
        // Most files of a list lie in the directory of the one before.
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
            // A link is the package's, and what it leads to may be another's.
            let node = directory.and_then(|directory| root.child(directory, path.file_name()));
            if let Some(node) = node.filter(|node| !root.is_directory(*node)) {
                self.by_file.entry(node).or_insert(owner);
            }
        }
    }

    /// Who brought a file, if anything tells.
    pub fn of_file(&self, root: &Root<'_>, node: NodeId) -> Option<Owner> {
        let listed = self.by_file.get(&node).map(|owner| self.owners[*owner].clone());
        listed.or_else(|| by_place(&root.path(node)))
    }

    /// The files of each.
    pub fn files(&self) -> BTreeMap<&Owner, Vec<NodeId>> {
        let mut files: BTreeMap<&Owner, Vec<NodeId>> = BTreeMap::new();
        for (node, owner) in &self.by_file {
            files.entry(&self.owners[*owner]).or_default().push(*node);
        }
        files
    }
}

/// What the path of a RECORD says.
struct Wheel<'path> {
    /// The directory that the paths in it start from.
    directory: RootedPath,
    name: &'path str,
    version: &'path str,
}

impl<'path> Wheel<'path> {
    fn of(record: &'path BStr) -> Option<Self> {
        let directory = record.strip_suffix(b"/RECORD")?;
        let (above, name) = directory.rsplit_once_str("/").unwrap_or((b"", directory));
        let (name, version) = name.strip_suffix(b".dist-info")?.to_str().ok()?.rsplit_once('-')?;
        Some(Self { directory: RootedPath::new(above), name, version })
    }
}

/// The path in a line of a RECORD, which is CSV: one with a comma or a quote in it stands in quotes.
fn recorded_path(line: &[u8]) -> Option<Vec<u8>> {
    match line.strip_prefix(b"\"") {
        Some(quoted) => {
            let end = quoted.find("\",")?;
            Some(quoted[..end].replace("\"\"", "\""))
        }
        None => Some(line.split_once_str(",")?.0.to_vec()),
    }
}

/// The gem or npm package in whose directory a path lies.
fn by_place(path: &RootedPath) -> Option<Owner> {
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
    fn the_paths_of_a_record() {
        assert_eq!(recorded_path(b"a/b.py,sha256=x,12").as_deref(), Some(&b"a/b.py"[..]));
        assert_eq!(recorded_path(b"\"a,\"\"b\"\".py\",,").as_deref(), Some(&b"a,\"b\".py"[..]));
        let wheel = Wheel::of(BStr::new("venv/lib/python3.11/site-packages/gmpy2-2.1.5.dist-info/RECORD"));
        let wheel = wheel.expect("is of that form");
        assert_eq!((wheel.name, wheel.version), ("gmpy2", "2.1.5"));
        assert_eq!(wheel.directory, RootedPath::new("/venv/lib/python3.11/site-packages"));
    }

    #[test]
    fn gems_and_npm_packages_are_known_by_their_place() {
        let told = |path: &str| by_place(&RootedPath::new(path)).map(|owner| owner.to_string());
        assert_eq!(told("/g/gems/nokogiri-1.13.1/lib/x.so").as_deref(), Some("gem nokogiri 1.13.1"));
        assert_eq!(told("/g/extensions/x86_64-linux/3.1.0/ffi-1.15/x.so").as_deref(), Some("gem ffi 1.15"));
        let bundled = "/gems/extensions/x86_64-linux/3.3.0/bcrypt-3.1.20/bcrypt_ext.so";
        assert_eq!(told(bundled).as_deref(), Some("gem bcrypt 3.1.20"));
        assert_eq!(told("/a/node_modules/@img/sharp/x.node").as_deref(), Some("npm @img/sharp"));
        assert_eq!(told("/usr/lib/x.so"), None);
    }
}
