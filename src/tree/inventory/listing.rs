//! The entries of one tree, sorted by path.

use std::sync::Arc;

use bstr::{BStr, ByteSlice};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::captured;
use super::content::Content;
use super::deferred::is_deferred;
use super::entry::{Diagnostic, Entry, EntryKind};
use super::file_content::{FileContent, OnDemandReads};
use super::file_store::TreeFiles;
use crate::elf::ElfFacts;

/// The entries of one tree, sorted by path, and diagnostics of what could not be read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Inventory {
    entries: Vec<Entry>,
    diagnostics: Vec<Diagnostic>,
    #[serde(skip)]
    files: TreeFiles,
}

impl Inventory {
    /// Creates an inventory from entries in any order. Of two entries with the same path the first is kept.
    pub fn new(mut entries: Vec<Entry>, diagnostics: Vec<Diagnostic>) -> Self {
        entries.par_sort_by(|left, right| left.path.cmp(&right.path));
        entries.dedup_by(|later, first| later.path == first.path);
        Self { entries, diagnostics, files: TreeFiles::default() }
    }

    /// Sets the store from which the tree's files can be read later.
    pub fn with_files(self, files: TreeFiles) -> Self {
        Self { files, ..self }
    }

    /// Returns the tree's files. Those of a tree that was read as a stream, such as a .deb or a layer, cannot be opened.
    pub fn files(&self) -> &TreeFiles {
        &self.files
    }

    /// Keeps the entries that the filter accepts, without the diagnostics and without the evidence that only audits read.
    pub fn reduced(self, keeps: impl Fn(&Entry) -> bool) -> Self {
        let Self { mut entries, files, .. } = self;
        entries.retain(keeps);
        for entry in &mut entries {
            if let EntryKind::File(content) = &mut entry.kind {
                content.drop_evidence();
            }
        }
        Self { entries, diagnostics: Vec::new(), files }
    }

    /// Calls `change` with the facts about each object that was read with the tree.
    pub fn each_object_mut(&mut self, mut change: impl FnMut(&BStr, &mut ElfFacts)) {
        for entry in &mut self.entries {
            if let EntryKind::File(content) = &mut entry.kind
                && let Some(facts) = content.object_mut()
            {
                change(entry.path.as_bstr(), facts);
            }
        }
    }

    /// Separates these entries and diagnostics from the inventory.
    pub(super) fn into_parts(self) -> (Vec<Entry>, Vec<Diagnostic>) {
        (self.entries, self.diagnostics)
    }

    /// Takes the entry at `path` and all entries below it out, as a tree whose top is that path. A file becomes a tree with
    /// one entry, the file's name.
    ///
    /// Files of the part that an app is looked through for are read now.
    pub fn split_off(&mut self, path: impl AsRef<[u8]>) -> Self {
        let path = path.as_ref();
        // Read before they move: their paths in this tree say which texts are kept.
        self.entries.par_iter_mut().for_each(|entry| {
            let Some(rest) = below(&entry.path, path) else { return };
            if let EntryKind::File(file) = &mut entry.kind {
                file.set_deferred(is_deferred(rest));
            }
            _ = entry.content_of_tree();
        });
        let (directory, name) = path.rsplit_once_str("/").unwrap_or((b"", path));
        let is_file = self.get(path).is_some_and(|entry| !entry.is_directory());
        let files = self.files.below(if is_file { directory } else { path });
        let depth = self.entries.iter().find_map(|entry| Some(entry.file()?.on_demand()?.depth));
        let on_demand = depth.map(|depth| Arc::new(OnDemandReads { files: files.clone(), depth }));
        let mut taken = Vec::new();
        let mut kept = Vec::with_capacity(self.entries.len());
        for mut entry in self.entries.drain(..) {
            match below(&entry.path, path) {
                Some(b"") if !is_file => kept.push(entry),
                Some(rest) => {
                    let path = if is_file { name } else { rest }.into();
                    if let (EntryKind::File(file), Some(on_demand)) = (&mut entry.kind, &on_demand) {
                        file.read_through(on_demand);
                    }
                    taken.push(Entry { path, kind: entry.kind });
                }
                None => kept.push(entry),
            }
        }
        self.entries = kept;
        let (mut its_diagnostics, mut others) = (Vec::new(), Vec::new());
        for diagnostic in self.diagnostics.drain(..) {
            match below(&diagnostic.path, path) {
                Some(rest) => its_diagnostics.push(Diagnostic { path: rest.into(), cause: diagnostic.cause }),
                None => others.push(diagnostic),
            }
        }
        self.diagnostics = others;
        Self { files, ..Self::new(taken, its_diagnostics) }
    }

    /// The entries, sorted by the bytes of their paths.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Diagnostics of directories, and of files as far as they have been read, sorted by path.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let files = self.entries.iter().filter_map(|entry| match entry.file()?.read_so_far()? {
            Content::Malformed(cause) | Content::Unreadable(cause) => {
                Some(Diagnostic { path: entry.path.clone(), cause: cause.clone() })
            }
            _ => None,
        });
        let mut all: Vec<_> = self.diagnostics.iter().cloned().chain(files).collect();
        all.sort_by(|left, right| left.path.cmp(&right.path));
        all
    }

    /// Returns the entry with this path.
    pub fn get(&self, path: impl AsRef<[u8]>) -> Option<&Entry> {
        self.entries.get(self.position(path)?)
    }

    /// Returns the index in [`Self::entries`] of the entry with this path.
    pub fn position(&self, path: impl AsRef<[u8]>) -> Option<usize> {
        let path = BStr::new(path.as_ref());
        self.entries.binary_search_by(|entry| BStr::new(&entry.path).cmp(path)).ok()
    }

    /// Returns the text of the file with this path, if it is one of those that are kept whole.
    pub fn text(&self, path: impl AsRef<[u8]>) -> Option<&[u8]> {
        match self.get(path)?.content()? {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Paths of all regular files.
    pub fn file_paths(&self) -> impl Iterator<Item = &BStr> {
        self.entries.iter().filter(|entry| entry.is_file()).map(|entry| BStr::new(&entry.path))
    }

    /// Self-extracting programs, whose files are not looked into: each with its maker.
    pub fn self_extracting(&self) -> impl Iterator<Item = (&BStr, &'static str)> {
        self.entries.iter().filter_map(|entry| Some((BStr::new(&entry.path), entry.file()?.payload()?)))
    }

    /// Number of deferred files: those that are read only if something requests their content.
    pub fn deferred_count(&self) -> usize {
        self.entries.iter().filter(|entry| entry.file().is_some_and(FileContent::is_deferred)).count()
    }

    /// Files of dpkg's database that state what is installed: `status`, or those of `status.d`.
    pub fn dpkg_database(&self) -> impl Iterator<Item = (&BStr, &Content)> {
        let database = self.entries.iter().filter(|entry| captured::is_of_dpkg(&entry.path));
        database.filter_map(|entry| Some((BStr::new(&entry.path), entry.content()?)))
    }

    /// ELF files that were read with the tree.
    pub fn objects(&self) -> impl Iterator<Item = (&BStr, &ElfFacts)> {
        self.entries.iter().filter_map(|entry| match entry.content_of_tree()? {
            Content::Object(facts) => Some((BStr::new(&entry.path), facts.as_ref())),
            _ => None,
        })
    }
}

/// Rest of `path` below `directory`, both without leading slashes; an empty directory is the top.
fn below<'path>(path: &'path [u8], directory: &[u8]) -> Option<&'path [u8]> {
    let rest = path.strip_prefix(directory)?;
    if directory.is_empty() || rest.is_empty() { Some(rest) } else { rest.strip_prefix(b"/") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::inventory::Permissions;

    fn file(path: &str) -> Entry {
        Entry { path: path.into(), kind: EntryKind::File(FileContent::new(Content::Other)) }
    }

    fn paths(inventory: &Inventory) -> Vec<String> {
        inventory.entries().iter().map(|entry| entry.path.to_string()).collect()
    }

    #[test]
    fn splitting_off_a_directory_or_a_file() {
        let directory =
            Entry { path: "usr/bin".into(), kind: EntryKind::Directory(Permissions::SYSTEM_DIRECTORY) };
        let mut all = Inventory::new(
            vec![file("usr/bin/a"), directory, file("usr/binary"), file("etc/b")],
            vec![Diagnostic { path: "usr/bin/c".into(), cause: "no".into() }],
        );
        let part = all.split_off("usr/bin");
        assert_eq!(paths(&part), ["a"]);
        assert_eq!(part.diagnostics()[0].path, "c");
        assert_eq!(paths(&all), ["etc/b", "usr/bin", "usr/binary"]);
        assert_eq!(paths(&all.split_off("usr/binary")), ["binary"]);
        assert_eq!(paths(&all), ["etc/b", "usr/bin"]);
    }
}
