//! Content of a regular file that was read with its tree, or is read on the first request.

use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::classify;
use super::content::{Content, ReadDepth};
use super::evidence::Evidence;
use super::file_store::TreeFiles;
use crate::elf::ElfFacts;

/// Content of a regular file, with its size and the evidence in it.
#[derive(Clone, Debug)]
pub struct FileContent {
    read: OnceLock<Content>,
    /// `None` if it was not requested.
    size_bytes: Option<u64>,
    /// Permission bits; `None` for a file of a host, whose metadata has them. A layer stores them on their own.
    mode: Option<u32>,
    /// Boxed, since few files have any.
    evidence: Option<Box<Evidence>>,
    /// Maker of the file, if it is a self-extracting program. It is not stored in caches.
    payload: Option<&'static str>,
    /// Way to read the content, if it was not read with the tree.
    on_demand: Option<Arc<OnDemandReads>>,
    /// True if searches through the tree skip the file (`deferred.rs`).
    is_deferred: bool,
}

/// Way to read files of a tree on demand, shared by all of them.
#[derive(Clone, Debug)]
pub(super) struct OnDemandReads {
    pub(super) files: TreeFiles,
    pub(super) depth: ReadDepth,
}

impl OnDemandReads {
    fn read(&self, path: &[u8]) -> Content {
        let read = self.files.open(path).and_then(|file| classify::content(&*file, path, self.depth));
        read.unwrap_or_else(|error| Content::Unreadable(error.to_string()))
    }
}

impl FileContent {
    /// Creates a content that is known.
    pub fn new(content: Content) -> Self {
        Self {
            read: OnceLock::from(content),
            size_bytes: None,
            mode: None,
            evidence: None,
            payload: None,
            on_demand: None,
            is_deferred: false,
        }
    }

    /// Sets the size of the file in bytes.
    pub(super) fn with_size(self, size_bytes: u64) -> Self {
        Self { size_bytes: Some(size_bytes), ..self }
    }

    /// Sets the permission bits of the file.
    pub(super) fn set_mode(&mut self, mode: u32) {
        self.mode = Some(mode);
    }

    /// Returns the facts of an object that has been read.
    pub(super) fn object_mut(&mut self) -> Option<&mut ElfFacts> {
        match self.read.get_mut() {
            Some(Content::Object(facts)) => Some(facts.as_mut()),
            _ => None,
        }
    }

    pub(super) fn mode(&self) -> Option<u32> {
        self.mode
    }

    /// Sets the evidence in the file.
    pub fn with_evidence(self, evidence: Option<Evidence>) -> Self {
        Self { evidence: evidence.map(Box::new), ..self }
    }

    /// Sets the maker of the file, if it is a self-extracting program.
    pub(super) fn with_payload(self, payload: Option<&'static str>) -> Self {
        Self { payload, ..self }
    }

    /// Returns the maker of a self-extracting program.
    pub(super) fn payload(&self) -> Option<&'static str> {
        self.payload
    }

    /// Creates a content that is read on the first request.
    pub(super) fn unread(on_demand: Arc<OnDemandReads>, is_deferred: bool) -> Self {
        Self {
            read: OnceLock::new(),
            size_bytes: None,
            mode: None,
            evidence: None,
            payload: None,
            on_demand: Some(on_demand),
            is_deferred,
        }
    }

    /// Reads a content that is not read yet through another store, as its entry moves to another inventory.
    pub(super) fn read_through(&mut self, on_demand: &Arc<OnDemandReads>) {
        self.on_demand = Some(Arc::clone(on_demand));
    }

    pub(super) fn on_demand(&self) -> Option<&OnDemandReads> {
        self.on_demand.as_deref()
    }

    pub(super) fn set_deferred(&mut self, is_deferred: bool) {
        self.is_deferred = is_deferred;
    }

    pub(super) fn drop_evidence(&mut self) {
        self.evidence = None;
    }

    pub(super) fn is_deferred(&self) -> bool {
        self.is_deferred
    }

    pub(super) fn size_bytes(&self) -> Option<u64> {
        self.size_bytes
    }

    pub(super) fn evidence(&self) -> Option<&Evidence> {
        self.evidence.as_deref()
    }

    /// Returns the content if it has been read.
    pub(super) fn read_so_far(&self) -> Option<&Content> {
        self.read.get()
    }

    /// Returns the content of the file at `path`, which is read now if it was not read before.
    pub(super) fn get(&self, path: &[u8]) -> &Content {
        self.read.get_or_init(|| match &self.on_demand {
            Some(on_demand) => on_demand.read(path),
            None => Content::Unreadable(String::new()),
        })
    }
}

/// Writes the content that has been read; one that has not is written as unreadable.
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
