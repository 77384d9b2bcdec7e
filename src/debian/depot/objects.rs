//! What of a .deb are libraries: its objects, and the links that lead to them.

use bstr::{BStr, ByteSlice};

use crate::elf::ElfFacts;
use crate::tree::inventory::{Content, Deb, DebFile, EntryKind};
use crate::tree::root::Root;
use crate::vocabulary::RootedPath;

/// How names go on that are libraries', and those of links to them.
const LIBRARY_MARK: &str = ".so";

/// An ELF file of a package.
#[derive(Clone, Debug)]
pub struct Object<'deb> {
    /// Its path.
    pub path: RootedPath,
    /// What the dynamic linker acts on.
    pub facts: &'deb ElfFacts,
    /// Its mode, size and digest.
    pub file: Option<&'deb DebFile>,
    /// The links of the package that lead to it, sorted.
    pub links: Vec<RootedPath>,
}

impl Object<'_> {
    /// Its size in bytes.
    pub fn size_bytes(&self) -> u64 {
        self.file.map_or(0, |file| file.size_bytes)
    }
}

/// A symbolic link to a library.
#[derive(Clone, Debug)]
pub struct LibraryLink<'deb> {
    /// Its path.
    pub path: RootedPath,
    /// Its target, as it stands.
    pub target: &'deb BStr,
    /// The object of the same package that it leads to; none where it leads out of the package.
    pub object: Option<RootedPath>,
}

/// The libraries of a package.
#[derive(Clone, Debug, Default)]
pub struct DebLibraries<'deb> {
    /// Every ELF file, sorted by path.
    pub objects: Vec<Object<'deb>>,
    /// Every link that leads to one of them, or whose name is a library's, sorted by path.
    pub links: Vec<LibraryLink<'deb>>,
}

impl<'deb> DebLibraries<'deb> {
    /// Those of a .deb. Links are followed through all links of the package.
    pub fn of(deb: &'deb Deb) -> Self {
        let mut found = Self::default();
        for (path, facts) in deb.inventory.objects() {
            let (file, path) = (deb.file(path), RootedPath::new(path));
            found.objects.push(Object { path, facts, file, links: Vec::new() });
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
            && let Ok(place) = self.objects.binary_search_by(|object| object.path.cmp(path))
        {
            self.objects[place].links.push(link.path.clone());
        }
        self.links.push(link);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debian::depot::known::bookworm::deb;

    fn told(paths: &[RootedPath]) -> Vec<String> {
        paths.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_object_has_the_links_that_lead_to_it() {
        let deb = deb("libc6");
        let libraries = DebLibraries::of(&deb);
        let links_of = |path: &str| {
            let found = libraries.objects.iter().find(|object| object.path == RootedPath::new(path));
            told(&found.expect("is there").links)
        };
        // From another directory, by an absolute target.
        let linker = "/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2";
        assert_eq!(links_of(linker), ["/lib64/ld-linux-x86-64.so.2"]);
        assert_eq!(links_of("/lib/x86_64-linux-gnu/libc.so.6"), [""; 0]);
        let link = libraries.links.iter().find(|link| link.path.parent() == RootedPath::new("/lib64"));
        assert_eq!(link.expect("is there").object, Some(RootedPath::new(linker)));
        assert!(libraries.objects.iter().all(|object| object.size_bytes() > 0));
    }

    #[test]
    fn what_is_no_library_is_left_out_and_what_leads_out_is_told() {
        // Its documentation's directory is a link to another package's.
        let deb = deb("libstdc++6");
        assert!(deb.inventory.get("usr/share/doc/libstdc++6").is_some());
        let libraries = DebLibraries::of(&deb);
        let links: Vec<_> = libraries.links.iter().map(|link| link.path.clone()).collect();
        assert_eq!(told(&links), ["/usr/lib/x86_64-linux-gnu/libstdc++.so.6"]);
    }
}
