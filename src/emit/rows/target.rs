//! Row of a target: a release, and the index in which its packages are looked up.

use serde::Serialize;

use crate::debian::archive::IndexOrigin;
use crate::debian::catalog::{IndexSource, Provenance};

/// Target and index.
#[derive(Serialize)]
pub(in crate::emit) struct TargetRow<'answer> {
    distribution: &'static str,
    release: &'answer str,
    architecture: &'static str,
    index: &'static str,
    /// Archive of the index; null for an installed root.
    index_origin: Option<OriginRow<'answer>>,
    /// Date of the Release file of the release's main suite.
    index_date: Option<String>,
    /// True if everything that the answer takes from the index is vouched for by a signed Release.
    index_verified: bool,
    index_sources: &'answer [IndexSource],
    /// Reason for the choice of the release, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    release_from: Option<&'answer str>,
}

/// Archive that an index is from.
#[derive(Serialize)]
struct OriginRow<'answer> {
    origin: &'answer str,
    label: &'answer str,
    suite: &'answer str,
    /// Host of the mirror; null for an index that is compiled in.
    mirror: Option<&'answer str>,
    /// Fingerprints of the keys that signed it, without those that are built in.
    keys: &'answer [String],
}

impl<'answer> OriginRow<'answer> {
    fn new(origin: &'answer IndexOrigin) -> Self {
        let IndexOrigin { origin, label, suite, mirror, keys, .. } = origin;
        Self { origin, label, suite, mirror: mirror.as_deref(), keys }
    }
}

impl<'answer> TargetRow<'answer> {
    pub(in crate::emit) fn new(provenance: &'answer Provenance, release_from: Option<&'answer str>) -> Self {
        let target = &provenance.target;
        Self {
            distribution: target.distribution.name(),
            release: target.release.as_str(),
            architecture: target.architecture.name(),
            index: provenance.index.name(),
            index_origin: provenance.origin.as_ref().map(OriginRow::new),
            index_date: provenance.release_date().map(|date| date.to_string()),
            index_verified: provenance.verified,
            index_sources: &provenance.sources,
            release_from,
        }
    }
}
