//! Changes to a tree that was read: other targets of links, and other texts. The tree's files stay as they are.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::path::PathBuf;

use bstr::{BStr, BString};

use super::content::Content;
use super::entry::{Entry, EntryKind};
use super::file_content::FileContent;
use super::file_store::{FileMetadata, FileStore, StoredFile, TreeFiles};
use super::listing::Inventory;
use crate::elf::ReadAt;

/// Changes to a tree, by path below its top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Links with their targets: existing ones, and new ones.
    pub links: BTreeMap<BString, BString>,
    /// Existing files with their texts.
    pub texts: BTreeMap<BString, Vec<u8>>,
}

impl Inventory {
    /// Changes links and texts. The changed texts are read from memory, everything else from the same files as before.
    pub fn change(&mut self, changes: Changes) {
        let Changes { links, texts } = changes;
        let files = self.files().clone();
        let files = TreeFiles::new(ChangedFiles { files, texts: texts.clone(), links: links.clone() });
        let (mut entries, diagnostics) = std::mem::take(self).into_parts();
        entries.retain(|entry| !links.contains_key(&entry.path) && !texts.contains_key(&entry.path));
        let link = |(path, target)| Entry { path, kind: EntryKind::Symlink(target) };
        let text = |(path, text): (BString, Vec<u8>)| {
            let content = FileContent::new(Content::Text(text));
            Entry { path, kind: EntryKind::File(content) }
        };
        entries.extend(links.into_iter().map(link));
        entries.extend(texts.into_iter().map(text));
        *self = Self::new(entries, diagnostics).with_files(files);
    }
}

/// Files of a tree, some of them with another text.
#[derive(Debug)]
struct ChangedFiles {
    files: TreeFiles,
    texts: BTreeMap<BString, Vec<u8>>,
    links: BTreeMap<BString, BString>,
}

impl FileStore for ChangedFiles {
    fn open(&self, path: &[u8]) -> io::Result<Box<dyn StoredFile>> {
        match self.texts.get(BStr::new(path)) {
            Some(text) => {
                let metadata = self.metadata(path)?;
                Ok(Box::new(Text { text: Cursor::new(text.clone()), metadata }))
            }
            None => self.files.open(path),
        }
    }

    fn metadata(&self, path: &[u8]) -> io::Result<FileMetadata> {
        let metadata = self.files.metadata(path);
        match self.texts.get(BStr::new(path)) {
            Some(text) => Ok(FileMetadata { size_bytes: text.len() as u64, ..metadata? }),
            // A new link has the owner of the tree.
            None if self.links.contains_key(BStr::new(path)) => {
                metadata.or_else(|_| self.files.metadata(b""))
            }
            None => metadata,
        }
    }

    fn display_path(&self, path: &[u8]) -> PathBuf {
        self.files.display_path(path)
    }
}

/// Text in memory, as an open file.
struct Text {
    text: Cursor<Vec<u8>>,
    metadata: FileMetadata,
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.text.read(buffer)
    }
}

impl ReadAt for Text {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        self.text.get_ref().as_slice().read_at(buffer, offset)
    }
}

impl StoredFile for Text {
    fn metadata(&self) -> io::Result<FileMetadata> {
        Ok(self.metadata)
    }
}
