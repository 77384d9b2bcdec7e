//! Sizes as a tree of parts.

use std::cmp::Reverse;

use serde::Serialize;

use super::kind::PartKind;

/// A part with its own parts.
#[derive(Debug, Serialize)]
pub(in crate::emit) struct SizeView {
    /// Name.
    pub(in crate::emit) name: String,
    /// Command that created it, or its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::emit) detail: Option<String>,
    /// Kind.
    pub(in crate::emit) kind: PartKind,
    /// Size in bytes, including that of its parts.
    pub(in crate::emit) bytes: u64,
    /// Number of files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(in crate::emit) files: Option<usize>,
    /// Parts, in the order of the table.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(in crate::emit) parts: Vec<SizeView>,
}

impl SizeView {
    /// Creates a part that is the sum of its parts.
    pub(in crate::emit) fn sum(name: String, kind: PartKind, parts: Vec<Self>) -> Self {
        let bytes = parts.iter().map(|part| part.bytes).sum();
        let files = parts.iter().map(|part| part.files).sum();
        Self { name, detail: None, kind, bytes, files, parts }
    }

    /// Sets the command that created the part, or its version.
    #[must_use]
    pub(in crate::emit) fn detail(mut self, detail: Option<String>) -> Self {
        self.detail = detail;
        self
    }
}

/// Sorts parts by size, the largest first.
pub(in crate::emit) fn largest_first(mut parts: Vec<SizeView>) -> Vec<SizeView> {
    parts.sort_by_key(|part| Reverse(part.bytes));
    parts
}
