//! The contents of one tree as a value: its paths, links and ELF facts.
//!
//! A source (a folder now; layers and packages have the same shape) is read once into an [`Inventory`];
//! after that no stage opens a file of it again. What a later stage needs of a file's bytes is therefore
//! taken while reading: ELF facts, a script's interpreter, and the few small texts of [`captured`].

mod captured;
mod directory;

use bstr::{BStr, BString};

pub use directory::{InventoryError, ReadOptions, read_directory};

use crate::elf::ElfFacts;

/// The entries of one tree, sorted by path, and what could not be read of it.
#[derive(Debug, Default)]
pub struct Inventory {
    entries: Vec<Entry>,
    diagnostics: Vec<Diagnostic>,
}

/// One file, folder or link.
#[derive(Debug, PartialEq)]
pub struct Entry {
    /// The path below the tree's top, without a leading slash.
    pub path: BString,
    /// What is there.
    pub kind: EntryKind,
}

/// What an entry is.
#[derive(Debug, PartialEq)]
pub enum EntryKind {
    /// A folder.
    Directory,
    /// A symbolic link, with its target as it stands.
    Symlink(BString),
    /// A regular file.
    File(Content),
    /// A device, socket or pipe.
    Special,
}

/// What a regular file holds, as far as it matters to the dynamic linker.
#[derive(Debug, PartialEq)]
pub enum Content {
    /// An ELF file.
    Object(Box<ElfFacts>),
    /// ELF's magic with something that can't be read behind it, and why.
    Malformed(String),
    /// `#!` and the interpreter it names, with that one's argument if there is one.
    Script(BString),
    /// A file shorter than an ELF header.
    Short,
    /// One of the small texts that decide how a tree is linked or recognised.
    Text(Vec<u8>),
    /// Anything else.
    Other,
    /// It could not be opened or read.
    Unreadable,
}

/// A file or folder that could not be read, and why: a finding, not the end of the run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The path below the tree's top.
    pub path: BString,
    /// What went wrong.
    pub cause: String,
}

impl Inventory {
    /// Puts entries in order. Of two entries with one path the first is kept.
    pub fn new(mut entries: Vec<Entry>, mut diagnostics: Vec<Diagnostic>) -> Self {
        entries.sort_by(|left, right| left.path.cmp(&right.path));
        entries.dedup_by(|later, first| later.path == first.path);
        diagnostics.sort_by(|left, right| left.path.cmp(&right.path));
        Self { entries, diagnostics }
    }

    /// The entries, sorted by the bytes of their paths.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// What could not be read.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// The entry with this path.
    pub fn get(&self, path: impl AsRef<[u8]>) -> Option<&Entry> {
        let path = BStr::new(path.as_ref());
        let index = self.entries.binary_search_by(|entry| BStr::new(&entry.path).cmp(path)).ok()?;
        self.entries.get(index)
    }

    /// The text that was captured of the file with this path.
    pub fn text(&self, path: impl AsRef<[u8]>) -> Option<&[u8]> {
        match &self.get(path)?.kind {
            EntryKind::File(Content::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// Every regular file.
    pub fn files(&self) -> impl Iterator<Item = (&BStr, &Content)> {
        self.entries.iter().filter_map(|entry| match &entry.kind {
            EntryKind::File(content) => Some((BStr::new(&entry.path), content)),
            _ => None,
        })
    }

    /// Every ELF file that could be read.
    pub fn objects(&self) -> impl Iterator<Item = (&BStr, &ElfFacts)> {
        self.files().filter_map(|(path, content)| match content {
            Content::Object(facts) => Some((path, facts.as_ref())),
            _ => None,
        })
    }
}
