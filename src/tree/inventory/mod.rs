//! The contents of one tree as a value: its paths, links and ELF facts.
//!
//! A source (a directory, a .deb, an image in files) is read once into an [`Inventory`], and no file of it is ever
//! opened twice. What a later stage needs of a file's bytes is taken while reading: ELF
//! facts, a script's interpreter, and a few small texts.
//!
//! A base that is a directory may be a whole machine, of which the linker asks for a few hundred files: its files are read when
//! they are first asked for. An app's are read at once, on every core, save those whose names say that no object is in them
//! (`left.rs`).

mod ar_guard;
mod cache;
mod captured;
mod content;
mod deb;
mod deferred;
mod digest;
mod directory;
mod evidence;
mod flatten;
mod image;
mod layer;
mod layer_members;
mod pax;
mod streamed;
mod tar_members;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use bstr::{BStr, BString, ByteSlice};
use rayon::prelude::*;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use cache::{Cacheable, DebCache, DigestCache, LayerCache};
pub use content::ReadDepth;
pub use deb::{Deb, DebError, DebFile, control_field, each_file_of_deb, read_deb, read_layer};
pub use directory::{InventoryError, read_base, read_directory, read_root};
pub use evidence::{Evidence, OpenCall, Opening};
pub use flatten::LayerNumber;
pub use image::{
    Descriptor, ImageFacts, ImageFault, ImagePart, ImageParts, ImagePlatform, ReadImage, Start, choose_image,
    is_image, read_image, read_parts,
};
pub use layer::Layer;
pub use layer_members::{LayerMember, MemberKind, each_layer_member};

use crate::elf::ElfFacts;

/// The entries of one tree, sorted by path, and what could not be read of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Inventory {
    entries: Vec<Entry>,
    diagnostics: Vec<Diagnostic>,
}

/// One file, directory or link.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// The path below the tree's top, without a leading slash.
    pub path: BString,
    /// What is there.
    pub kind: EntryKind,
}

/// What an entry is.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum EntryKind {
    /// A directory, and who may do what in it.
    Directory(Permissions),
    /// A symbolic link, with its target as it stands.
    Symlink(BString),
    /// A regular file.
    File(FileContent),
    /// A device, socket or pipe.
    Special,
}

/// RuleOwner an entry is, and who may do what with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Permissions {
    /// The permission bits, with those for set-user-ID, set-group-ID and sticky.
    pub mode: u32,
    /// The owner's number.
    pub uid: u32,
    /// The group's number.
    pub gid: u32,
}

impl Permissions {
    /// Those of the directories of a system: root's, for all to look into.
    pub const ROOTS: Self = Self { mode: 0o755, uid: 0, gid: 0 };
}

/// The content of a regular file, read with its tree or else when it is first asked for.
#[derive(Clone, Debug)]
pub struct FileContent {
    read: OnceLock<Content>,
    /// None where it was not asked for.
    size_bytes: Option<u64>,
    /// Boxed, since few files have any.
    evidence: Option<Box<Evidence>>,
    /// The host directory that the entry's path is below, for one that is not read yet, and how much is read then.
    top: Option<Arc<(PathBuf, ReadDepth)>>,
    /// Whether it is not read with its tree ([`left`]).
    is_deferred: bool,
}

impl FileContent {
    /// A content that is known.
    pub fn new(content: Content) -> Self {
        Self {
            read: OnceLock::from(content),
            size_bytes: None,
            evidence: None,
            top: None,
            is_deferred: false,
        }
    }

    /// The same, of a file of this size.
    fn of_size(self, size_bytes: u64) -> Self {
        Self { size_bytes: Some(size_bytes), ..self }
    }

    /// The same, with what an audit asks beside it.
    pub fn with(self, evidence: Option<Evidence>) -> Self {
        Self { evidence: evidence.map(Box::new), ..self }
    }

    fn on_demand(top: Arc<(PathBuf, ReadDepth)>, is_deferred: bool) -> Self {
        Self { read: OnceLock::new(), size_bytes: None, evidence: None, top: Some(top), is_deferred }
    }
}

/// What is known of the content: one that is not read yet is kept as unreadable.
impl Serialize for FileContent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let unread = Content::Unreadable(String::new());
        (self.read.get().unwrap_or(&unread), self.size_bytes, &self.evidence).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for FileContent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (content, size_bytes, evidence) = Deserialize::deserialize(deserializer)?;
        Ok(Self { size_bytes, evidence, ..Self::new(content) })
    }
}

impl Entry {
    /// Whether it is a directory.
    pub fn is_directory(&self) -> bool {
        matches!(self.kind, EntryKind::Directory(_))
    }

    /// The size of a regular file, where it was asked for.
    pub fn size_bytes(&self) -> Option<u64> {
        let EntryKind::File(file) = &self.kind else { return None };
        file.size_bytes
    }

    /// What an audit asks of a regular file beside its content; only of what is read for one.
    pub fn evidence(&self) -> Option<&Evidence> {
        let EntryKind::File(file) = &self.kind else { return None };
        file.evidence.as_deref()
    }

    /// The content of a regular file that is read with its tree: none for one that its name tells to be a source, bytecode,
    /// a text or a picture, and that is left until something asks for it.
    pub fn content_of_tree(&self) -> Option<&Content> {
        let EntryKind::File(file) = &self.kind else { return None };
        if file.is_deferred { None } else { self.content() }
    }

    /// The content of a regular file; none for anything else.
    pub fn content(&self) -> Option<&Content> {
        let EntryKind::File(file) = &self.kind else { return None };
        Some(file.read.get_or_init(|| match file.top.as_deref() {
            Some((top, depth)) => {
                directory::read_content(&top.join(self.path.to_os_str_lossy()), &self.path, *depth)
            }
            None => Content::Unreadable(String::new()),
        }))
    }
}

/// What a regular file holds, as far as it matters to the dynamic linker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Content {
    /// An ELF file.
    Object(Box<ElfFacts>),
    /// ELF's magic with something that can't be read behind it, and why.
    Malformed(String),
    /// `#!` and the interpreter it names, with that one's argument if there is one.
    Script(BString),
    /// A file shorter than an ELF header, and without its magic.
    Short,
    /// One of the small texts that decide how a tree is linked or recognised.
    Text(Vec<u8>),
    /// Anything else.
    Other,
    /// It could not be opened or read, and why.
    Unreadable(String),
}

/// A file or directory that could not be read, and why: a finding, not the end of the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// The path below the tree's top.
    pub path: BString,
    /// What went wrong.
    pub cause: String,
}

impl Inventory {
    /// Puts entries in order. Of two entries with one path the first is kept.
    pub fn new(mut entries: Vec<Entry>, diagnostics: Vec<Diagnostic>) -> Self {
        entries.par_sort_by(|left, right| left.path.cmp(&right.path));
        entries.dedup_by(|later, first| later.path == first.path);
        Self { entries, diagnostics }
    }

    /// Keeps the entries that the filter accepts, without the diagnostics and without the evidence that only audits read.
    pub fn reduced(self, keeps: impl Fn(&Entry) -> bool) -> Self {
        let Self { mut entries, .. } = self;
        entries.retain(keeps);
        for entry in &mut entries {
            if let EntryKind::File(content) = &mut entry.kind {
                content.evidence = None;
            }
        }
        Self { entries, diagnostics: Vec::new() }
    }

    /// Takes out the entry at `path` and all below it, as a tree of its own whose top is that path. A file is
    /// a tree that holds just itself, under its name.
    ///
    /// Its files are read now, as those of any tree.
    pub fn split_off(&mut self, path: impl AsRef<[u8]>) -> Self {
        let path = path.as_ref();
        self.entries.par_iter_mut().for_each(|entry| {
            let Some(rest) = below(&entry.path, path) else { return };
            if let EntryKind::File(file) = &mut entry.kind {
                file.is_deferred = deferred::is_deferred(rest);
            }
            _ = entry.content_of_tree();
        });
        let top = self.entries.iter().find_map(|entry| match &entry.kind {
            EntryKind::File(file) => file.top.as_deref(),
            _ => None,
        });
        let top = top.map(|(top, depth)| Arc::new((top.join(path.to_os_str_lossy()), *depth)));
        let mut taken = Vec::new();
        let mut kept = Vec::with_capacity(self.entries.len());
        for entry in self.entries.drain(..) {
            match below(&entry.path, path) {
                Some(b"") if entry.is_directory() => kept.push(entry),
                Some(b"") => {
                    let name = entry.path.rsplit_str("/").next().unwrap_or_default().into();
                    taken.push(Entry { path: name, kind: entry.kind });
                }
                Some(rest) => {
                    let mut kind = entry.kind;
                    if let EntryKind::File(file) = &mut kind {
                        file.top.clone_from(&top);
                    }
                    taken.push(Entry { path: rest.into(), kind });
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
        Self::new(taken, its_diagnostics)
    }

    /// The entries, sorted by the bytes of their paths.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What could not be read: directories, and those of the files that were read so far.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let files = self.entries.iter().filter_map(|entry| {
            let EntryKind::File(file) = &entry.kind else { return None };
            match file.read.get()? {
                Content::Malformed(cause) | Content::Unreadable(cause) => {
                    Some(Diagnostic { path: entry.path.clone(), cause: cause.clone() })
                }
                _ => None,
            }
        });
        let mut all: Vec<_> = self.diagnostics.iter().cloned().chain(files).collect();
        all.sort_by(|left, right| left.path.cmp(&right.path));
        all
    }

    /// The entry with this path.
    pub fn get(&self, path: impl AsRef<[u8]>) -> Option<&Entry> {
        self.entries.get(self.position(path)?)
    }

    /// The place of the entry with this path among [`Self::entries`].
    pub fn position(&self, path: impl AsRef<[u8]>) -> Option<usize> {
        let path = BStr::new(path.as_ref());
        self.entries.binary_search_by(|entry| BStr::new(&entry.path).cmp(path)).ok()
    }

    /// The text that was captured of the file with this path.
    pub fn text(&self, path: impl AsRef<[u8]>) -> Option<&[u8]> {
        match self.get(path)?.content()? {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The paths of every regular file.
    pub fn files(&self) -> impl Iterator<Item = &BStr> {
        let files = self.entries.iter().filter(|entry| matches!(entry.kind, EntryKind::File(_)));
        files.map(|entry| BStr::new(&entry.path))
    }

    /// How many regular files are left unread until something asks for them ([`Entry::content_of_tree`]).
    pub fn count_left(&self) -> usize {
        let is_deferred = |entry: &&Entry| matches!(&entry.kind, EntryKind::File(file) if file.is_deferred);
        self.entries.iter().filter(is_deferred).count()
    }

    /// The files of dpkg's database that say what is installed: `status`, or those of `status.d`.
    pub fn dpkg_database(&self) -> impl Iterator<Item = (&BStr, &Content)> {
        let database = self.entries.iter().filter(|entry| captured::is_of_dpkg(&entry.path));
        database.filter_map(|entry| Some((BStr::new(&entry.path), entry.content()?)))
    }

    /// Every ELF file that was read with its tree.
    pub fn objects(&self) -> impl Iterator<Item = (&BStr, &ElfFacts)> {
        self.entries.iter().filter_map(|entry| match entry.content_of_tree()? {
            Content::Object(facts) => Some((BStr::new(&entry.path), facts.as_ref())),
            _ => None,
        })
    }
}

/// What is left of `path` below `directory`, both without leading slashes; an empty directory is the top.
fn below<'path>(path: &'path [u8], directory: &[u8]) -> Option<&'path [u8]> {
    let rest = path.strip_prefix(directory)?;
    if directory.is_empty() || rest.is_empty() { Some(rest) } else { rest.strip_prefix(b"/") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str) -> Entry {
        Entry { path: path.into(), kind: EntryKind::File(FileContent::new(Content::Other)) }
    }

    fn paths(inventory: &Inventory) -> Vec<String> {
        inventory.entries().iter().map(|entry| entry.path.to_string()).collect()
    }

    #[test]
    fn splitting_off_a_directory_or_a_file() {
        let directory = Entry { path: "usr/bin".into(), kind: EntryKind::Directory(Permissions::ROOTS) };
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
