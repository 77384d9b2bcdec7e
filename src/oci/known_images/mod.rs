//! Images by name, for when they are not at hand: each is described by the packages that it is made of, and has what
//! these have today. What an image has beside its packages, and which versions it was built with, is not known.

mod table;

use std::collections::{BTreeMap, BTreeSet};

use bstr::{BString, ByteSlice};

use crate::tree::inventory::{Content, Deb, Entry, EntryKind, Evidence, FileContent, Inventory};
use crate::vocabulary::{PackageName, Release};

/// Where images have what scanners know packages by, in distroless' form.
const DATABASE: &str = "var/lib/dpkg/status.d";

/// An image that is known by its name.
#[derive(Debug, PartialEq, Eq)]
pub struct NamedBase {
    /// Its names; the first is the usual one.
    names: &'static [&'static str],
    release: &'static str,
    packages: &'static [&'static [&'static str]],
    /// Links that no package has: paths below the root, and their targets.
    links: &'static [(&'static str, &'static str)],
}

impl NamedBase {
    /// The image of this name.
    pub fn of_name(name: &str) -> Option<&'static Self> {
        table::TABLE.iter().find(|base| base.names.contains(&name))
    }

    /// The usual names of all of them.
    pub fn all_names() -> impl Iterator<Item = &'static str> {
        table::TABLE.iter().filter_map(|base| base.names.first().copied())
    }

    /// The release of its packages.
    pub fn release(&self) -> Release {
        Release::new(self.release)
    }

    /// The packages that it is made of, sorted.
    pub fn packages(&self) -> Vec<PackageName> {
        let mut names: Vec<PackageName> =
            self.packages.iter().copied().flatten().copied().map(PackageName::new).collect();
        names.sort();
        names
    }

    /// What is in it, by its packages' .debs.
    pub fn inventory<'debs>(
        &self,
        debs: impl IntoIterator<Item = (&'debs PackageName, &'debs Deb)>,
    ) -> Inventory {
        let mut entries: BTreeMap<BString, Entry> = BTreeMap::new();
        let mut add = |path: BString, kind: EntryKind| {
            entries.entry(path.clone()).or_insert(Entry { path, kind });
        };
        for (path, target) in self.links {
            add((*path).into(), EntryKind::Symlink((*target).into()));
        }
        for (name, deb) in debs {
            for entry in deb.inventory.entries() {
                add(self.led(&entry.path), entry.kind.clone());
            }
            let stanza = Content::Text(deb.control.clone().into_bytes());
            add(format!("{DATABASE}/{name}").into(), EntryKind::File(FileContent::new(stanza)));
            if let Some(sums) = deb.scripts.get("md5sums") {
                let list = FileContent::new(Content::Other).with(Some(Evidence::List(sums.clone().into())));
                add(format!("{DATABASE}/{name}.md5sums").into(), EntryKind::File(list));
            }
        }
        Inventory::new(entries.into_values().collect(), Vec::new())
    }

    /// A package's path where the links at the top lead.
    fn led(&self, path: &BString) -> BString {
        let (first, rest) = path.split_once_str("/").unwrap_or((path, b""));
        match self.links.iter().find(|(link, _)| link.as_bytes() == first) {
            Some((_, target)) if !rest.is_empty() => [target.as_bytes(), b"/", rest].concat().into(),
            _ => path.clone(),
        }
    }
}

/// The packages of all known images, each once.
pub fn all_packages() -> BTreeSet<PackageName> {
    table::TABLE.iter().flat_map(NamedBase::packages).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_of_one_image_each() {
        let mut names: Vec<&str> = table::TABLE.iter().flat_map(|base| base.names).copied().collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        let slim = NamedBase::of_name("debian:12-slim").expect("is known");
        assert_eq!(slim, NamedBase::of_name("debian:bookworm-slim").expect("is known"));
        assert_eq!(slim.packages().len(), 88, "as in the image of 2026");
        assert_eq!(NamedBase::of_name("debian:sid"), None);
    }

    #[test]
    fn a_merged_usr_takes_what_packages_have_elsewhere() {
        let slim = NamedBase::of_name("debian:bookworm-slim").expect("is known");
        let path = |path: &str| slim.led(&path.into()).to_string();
        assert_eq!(path("lib/x86_64-linux-gnu/libc.so.6"), "usr/lib/x86_64-linux-gnu/libc.so.6");
        assert_eq!((path("lib").as_str(), path("usr/lib/x").as_str()), ("lib", "usr/lib/x"));
        let cc = NamedBase::of_name("distroless/cc-debian12").expect("is known");
        assert_eq!(cc.led(&"lib/x".into()), "lib/x");
    }
}
