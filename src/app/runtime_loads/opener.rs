//! Files that open others: the input of the producers.

use std::borrow::Cow;
use std::cell::OnceCell;

use super::load::{LoadEvidence, LoadKind, RuntimeLoad};
use crate::elf::ElfFacts;
use crate::tree::inventory::{Content, Evidence};
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::{Grade, RootedPath, Soname};

/// File of a root whose code may open others.
pub(in crate::app) struct Opener<'root> {
    root: &'root Root<'root>,
    node: NodeId,
    path: OnceCell<RootedPath>,
}

impl<'root> Opener<'root> {
    /// The file at a node of a root.
    pub(in crate::app) fn new(root: &'root Root<'root>, node: NodeId) -> Self {
        Self { root, node, path: OnceCell::new() }
    }

    /// Path of the file.
    pub(super) fn path(&self) -> &RootedPath {
        self.path.get_or_init(|| self.root.path(self.node))
    }

    /// Facts of the file, if it is an object.
    pub(super) fn facts(&self) -> Option<&'root ElfFacts> {
        match self.root.content(self.node)? {
            Content::Object(facts) => Some(facts),
            _ => None,
        }
    }

    /// Evidence that was read of the file for an audit.
    pub(super) fn evidence(&self) -> Option<&'root Evidence> {
        self.root.entry(self.node)?.evidence()
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
