//! What something comes to, as a tree of parts.

use serde::Serialize;

use super::report::Kind;

/// A part with its parts.
#[derive(Debug, Serialize)]
pub(in crate::emit) struct SizeView {
    /// What it is called.
    pub(in crate::emit) name: String,
    /// What made it, or its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::emit) detail: Option<String>,
    /// What it is.
    pub(in crate::emit) kind: Kind,
    /// Its bytes, those of its parts among them.
    pub(in crate::emit) bytes: u64,
    /// How many files it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::emit) files: Option<usize>,
    /// Its parts, the largest first or in an order of their own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::emit) parts: Vec<SizeView>,
}

impl SizeView {
    /// What has these parts, as large as all of them.
    pub(in crate::emit) fn of(name: String, kind: Kind, parts: Vec<Self>) -> Self {
        let bytes = parts.iter().map(|part| part.bytes).sum();
        let files = parts.iter().map(|part| part.files).sum();
        Self { name, detail: None, kind, bytes, files, parts }
    }

    /// The same with what made it or its version.
    pub(in crate::emit) fn detail(mut self, detail: Option<String>) -> Self {
        self.detail = detail;
        self
    }
}
