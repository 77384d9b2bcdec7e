//! Platforms of npm packages: the fields `os`, `cpu` and `libc` of a package.json say for which one a package is meant.

use std::collections::HashMap;

use super::target_abi::TargetAbi;
use crate::loader::Platform;
use crate::tree::inventory::Content;
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::RootedPath;

/// npm's names of Debian's machines (`process.arch`), by multiarch triplet.
const MACHINES: [(&str, &str); 9] = [
    ("x86_64-linux-gnu", "x64"),
    ("aarch64-linux-gnu", "arm64"),
    ("arm-linux-gnueabihf", "arm"),
    ("arm-linux-gnueabi", "arm"),
    ("i386-linux-gnu", "ia32"),
    ("powerpc64le-linux-gnu", "ppc64"),
    ("riscv64-linux-gnu", "riscv64"),
    ("s390x-linux-gnu", "s390x"),
    ("loongarch64-linux-gnu", "loong64"),
];

/// Fields of a package.json. npm takes a single name for a list.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
struct Manifest {
    os: Names,
    cpu: Names,
    libc: Names,
}

/// One name, or a list.
#[derive(Debug, serde::Deserialize)]
#[serde(untagged)]
enum Names {
    List(Vec<String>),
    One(String),
    /// Anything else says nothing.
    Other(serde::de::IgnoredAny),
}

impl Default for Names {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl Names {
    /// Returns the names as npm reads them, if they exclude a name: a list that has none of it, or `!NAME`.
    fn excluding(&self, name: &str) -> Option<String> {
        let names: Vec<&str> = match self {
            Self::List(names) => names.iter().map(String::as_str).collect(),
            Self::One(name) => vec![name],
            Self::Other(_) => Vec::new(),
        };
        let (denied, allowed): (Vec<&str>, Vec<&str>) = names.iter().partition(|name| name.starts_with('!'));
        let is_denied = denied.iter().any(|denied| denied[1..] == *name);
        let is_allowed = allowed.is_empty() || allowed.contains(&name) || allowed.contains(&"any");
        (is_denied || !is_allowed).then(|| names.join(", "))
    }
}

/// Platforms of the npm packages of a root, each read once.
pub(super) struct NpmPlatforms<'root, 'inventories> {
    root: &'root Root<'inventories>,
    target: TargetAbi,
    by_package: HashMap<RootedPath, Option<String>>,
}

impl<'root, 'inventories> NpmPlatforms<'root, 'inventories> {
    pub(super) fn new(root: &'root Root<'inventories>, target: TargetAbi) -> Self {
        Self { root, target, by_package: HashMap::new() }
    }

    /// Returns the platform that a file's package is meant for, if it is not the target.
    pub(super) fn other(&mut self, path: &RootedPath) -> Option<String> {
        let package = package_of(path)?;
        if let Some(known) = self.by_package.get(&package) {
            return known.clone();
        }
        let manifest = self.root.resolve(self.root.top(), package.join("package.json").as_bytes());
        let other = manifest.ok().and_then(|manifest| self.in_manifest(manifest));
        self.by_package.insert(package, other.clone());
        other
    }

    fn in_manifest(&self, manifest: NodeId) -> Option<String> {
        let Some(Content::Text(text)) = self.root.content(manifest) else { return None };
        let manifest: Manifest = serde_json::from_slice(text).ok()?;
        let triplet = Platform::of(self.target.machine)?.triplet;
        let cpu = MACHINES.iter().find(|(known, _)| *known == triplet).map_or(triplet, |(_, name)| name);
        let libc = self.target.libc.name();
        let by_libc = || manifest.libc.excluding(libc);
        manifest.os.excluding("linux").or_else(|| manifest.cpu.excluding(cpu)).or_else(by_libc)
    }
}

/// Directory of the npm package that a file is of.
fn package_of(path: &RootedPath) -> Option<RootedPath> {
    let components: Vec<&[u8]> = path.components().collect();
    let place = components.iter().rposition(|component| *component == b"node_modules")?;
    let is_scoped = components.get(place + 1)?.starts_with(b"@");
    let end = place + 2 + usize::from(is_scoped);
    (end < components.len()).then(|| RootedPath::of_components(&components[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_npm_reads_them() {
        let excluded = |text: &str, name: &str| {
            let manifest: Manifest = serde_json::from_str(text).expect("a manifest");
            manifest.os.excluding(name)
        };
        assert_eq!(excluded("{}", "linux"), None);
        assert_eq!(excluded(r#"{"os": ["linux", "darwin"]}"#, "linux"), None);
        assert_eq!(excluded(r#"{"os": ["win32"]}"#, "linux").as_deref(), Some("win32"));
        assert_eq!(excluded(r#"{"os": "darwin"}"#, "linux").as_deref(), Some("darwin"));
        assert_eq!(excluded(r#"{"os": ["!win32"]}"#, "linux"), None);
        assert_eq!(excluded(r#"{"os": ["!linux"]}"#, "linux").as_deref(), Some("!linux"));
        assert_eq!(excluded(r#"{"os": 7}"#, "linux"), None);
        let package = package_of(&RootedPath::new("/a/node_modules/@s/x/lib/n.node"));
        assert_eq!(package, Some(RootedPath::new("/a/node_modules/@s/x")));
    }
}
