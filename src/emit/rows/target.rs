//! What an answer is about and where its facts come from, as a part of JSON documents.

use serde::Serialize;

use crate::debian::catalog::{IndexSource, Provenance};

/// The release, and the index that packages were looked up in.
#[derive(Serialize)]
pub(in crate::emit) struct TargetRow<'answer> {
    distribution: &'static str,
    release: &'answer str,
    architecture: &'static str,
    index: &'static str,
    /// The date of the release's own Release file.
    index_date: Option<String>,
    /// False if a Contents file did not match the signed Release.
    index_verified: bool,
    index_sources: &'answer [IndexSource],
    /// Why this release was taken; a lock does not tell.
    #[serde(skip_serializing_if = "Option::is_none")]
    release_from: Option<&'answer str>,
}

impl<'answer> TargetRow<'answer> {
    pub(in crate::emit) fn new(provenance: &'answer Provenance, release_from: Option<&'answer str>) -> Self {
        let target = &provenance.target;
        Self {
            distribution: target.distribution.name(),
            release: target.release.as_str(),
            architecture: target.architecture.name(),
            index: provenance.index.name(),
            index_date: provenance.release_date().map(|date| date.to_string()),
            index_verified: provenance.verified,
            index_sources: &provenance.sources,
            release_from,
        }
    }
}
