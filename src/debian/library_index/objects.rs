//! Libraries of a .deb: its objects, and the links that lead to them.

use bstr::{BStr, ByteSlice};

use crate::debian::debs::DebFacts;
use crate::elf::ElfFacts;
use crate::tree::inventory::{Content, DebFile, EntryKind};
use crate::tree::root::Root;
use crate::vocabulary::RootedPath;

/// Part of the file name that marks libraries and links to them.
const LIBRARY_MARK: &str = ".so";

/// ELF file of a package.
#[derive(Clone, Debug)]
pub struct DebObject<'deb> {
    /// Path in the package.
    pub path: RootedPath,
    /// Facts that the dynamic linker acts on.
    pub facts: &'deb ElfFacts,
    /// Permissions, size and digest.
    pub file: Option<&'deb DebFile>,
    /// Links of the package that lead to the object, sorted.
    pub links: Vec<RootedPath>,
}

impl DebObject<'_> {
    /// Size in bytes; 0 if it is not known.
    pub fn size_bytes(&self) -> u64 {
        self.file.map_or(0, |file| file.size_bytes)
    }
}

/// Symbolic link to a library.
#[derive(Clone, Debug)]
pub struct LibraryLink<'deb> {
    /// Path in the package.
    pub path: RootedPath,
    /// Target, as the link has it.
    pub target: &'deb BStr,
    /// Object of the same package that the link leads to; none if it leads out of the package.
    pub object: Option<RootedPath>,
}

/// Libraries of a package.
#[derive(Clone, Debug, Default)]
pub struct DebLibraries<'deb> {
    /// ELF files, sorted by path.
    pub objects: Vec<DebObject<'deb>>,
    /// Links that lead to one of the objects or have the name of a library, sorted by path.
    pub links: Vec<LibraryLink<'deb>>,
}

impl<'deb> DebLibraries<'deb> {
    /// Finds the libraries of a .deb. Links are followed through all links of the package.
    pub fn of(deb: &'deb DebFacts) -> Self {
        let mut found = Self::default();
        for (path, facts) in deb.inventory.objects() {
            let (file, path) = (deb.file(path), RootedPath::new(path));
            found.objects.push(DebObject { path, facts, file, links: Vec::new() });
        }
        let mut root = Root::new();
        root.install(&deb.inventory, |_| true);
        for entry in deb.inventory.entries() {
            let EntryKind::Symlink(target) = &entry.kind else { continue };
            let end = root.resolve(root.top(), &entry.path).ok();
            let is_object = |node: &_| matches!(root.content(*node), Some(Content::Object(_)));
            let object = end.filter(is_object).map(|node| root.path(node));
            let path = RootedPath::new(&entry.path);
            if object.is_some() || path.file_name().contains_str(LIBRARY_MARK) {
                found.add_link(LibraryLink { path, target: target.as_bstr(), object });
            }
        }
        found
    }

    fn add_link(&mut self, link: LibraryLink<'deb>) {
        if let Some(path) = &link.object
            && let Ok(position) = self.objects.binary_search_by(|object| object.path.cmp(path))
        {
            self.objects[position].links.push(link.path.clone());
        }
        self.links.push(link);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debian::library_index::query::bookworm;

    fn texts(paths: &[RootedPath]) -> Vec<String> {
        paths.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_object_has_the_links_that_lead_to_it() {
        let facts = bookworm::facts("libc6");
        let libraries = DebLibraries::of(&facts);
        let links_of = |path: &str| {
            let found = libraries.objects.iter().find(|object| object.path == RootedPath::new(path));
            texts(&found.expect("exists").links)
        };
        // From another directory, by an absolute target.
        let linker = "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2";
        assert_eq!(links_of(linker), ["/lib64/ld-linux-x86-64.so.2"]);
        assert_eq!(links_of("/lib/x86_64-linux-gnu/libc.so.6"), [""; 0]);
        let link = libraries.links.iter().find(|link| link.path.parent() == RootedPath::new("/lib64"));
        assert_eq!(link.expect("exists").object, Some(RootedPath::new(linker)));
        assert!(libraries.objects.iter().all(|object| object.size_bytes() > 0));
    }

    #[test]
    fn links_that_are_not_to_libraries_are_left_out() {
        // The documentation's directory is a link to another package's.
        let facts = bookworm::facts("libstdc++6");
        assert!(facts.inventory.get("usr/share/doc/libstdc++6").is_some());
        let libraries = DebLibraries::of(&facts);
        let links: Vec<_> = libraries.links.iter().map(|link| link.path.clone()).collect();
        assert_eq!(texts(&links), ["/usr/lib/x86_64-linux-gnu/libstdc++.so.6"]);
    }
}
