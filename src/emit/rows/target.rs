//! Row of a target: a release, and the index in which its packages are looked up.

use serde::Serialize;

use crate::debian::catalog::{IndexSource, Provenance};

/// Target and index.
#[derive(Serialize)]
pub(in crate::emit) struct TargetRow<'answer> {
    distribution: &'static str,
    release: &'answer str,
    architecture: &'static str,
    index: &'static str,
    /// Date of the Release file of the release's main suite.
    index_date: Option<String>,
    /// False if a part of the index did not match the signed Release.
    index_verified: bool,
    index_sources: &'answer [IndexSource],
    /// Reason for the choice of the release, if known.
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
