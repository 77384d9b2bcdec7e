//! Files that open others: the input of the producers.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::load::{LoadEvidence, LoadKind, RuntimeLoad};
use crate::elf::ElfFacts;
use crate::tree::inventory::{Content, Entry, Evidence};
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::{Grade, RootedPath, Soname};

/// File of a root whose code may open others.
pub(in crate::app) struct Opener<'root> {
    root: &'root Root<'root>,
    node: NodeId,
    path: OnceCell<RootedPath>,
    /// Facts of the file, if it is an object.
    pub(super) facts: Option<&'root ElfFacts>,
    /// Evidence that was read of the file for an audit.
    pub(super) evidence: Option<&'root Evidence>,
}

impl<'root> Opener<'root> {
    /// The file at a node of a root.
    pub(in crate::app) fn new(root: &'root Root<'root>, node: NodeId) -> Self {
        let facts = match root.content(node) {
            Some(Content::Object(facts)) => Some(facts.as_ref()),
            _ => None,
        };
        let evidence = root.entry(node).and_then(Entry::evidence);
        Self { root, node, path: OnceCell::new(), facts, evidence }
    }

    /// Path of the file.
    pub(super) fn path(&self) -> &RootedPath {
        self.path.get_or_init(|| self.root.path(self.node))
    }

    /// Load of a library by this file.
    pub(super) fn library(
        &self,
        names: &'root [Soname],
        evidence: LoadEvidence,
        grade: Grade,
    ) -> RuntimeLoad<'root> {
        let names = Cow::Borrowed(names);
        RuntimeLoad { by: self.path().clone(), names, kind: LoadKind::Library, evidence, grade, line: None }
    }
}
