//! `sodeb index check --format json`, schema sodeb.index-check/1.

use std::collections::BTreeMap;

use serde::Serialize;

use super::answers::CheckAnswer;
use crate::emit::rows::TargetRow;
use crate::loader::SearchRule;
use crate::solve::closure::{MissingCause, MissingEdge, ProviderException, SharedName};
use crate::vocabulary::{PackageName, RootedPath, Soname};

#[derive(Serialize)]
struct Document<'answer> {
    schema: &'static str,
    targets: Vec<CheckRow<'answer>>,
}

#[derive(Serialize)]
struct CheckRow<'answer> {
    #[serde(flatten)]
    target: TargetRow<'answer>,
    packages: usize,
    objects: usize,
    foreign: usize,
    edges: usize,
    found: &'answer BTreeMap<SearchRule, usize>,
    through_alternatives: usize,
    missing: Vec<EdgeRow<'answer>>,
    /// Names that several packages provide.
    shared_names: Vec<SharedNameRow<'answer>>,
}

#[derive(Serialize)]
struct SharedNameRow<'answer> {
    soname: &'answer Soname,
    providers: Vec<ProviderRow<'answer>>,
    objects: usize,
    exceptions: Vec<ExceptionRow<'answer>>,
}

#[derive(Serialize)]
struct ProviderRow<'answer> {
    package: &'answer PackageName,
    rank: u32,
}

#[derive(Serialize)]
struct ExceptionRow<'answer> {
    package: &'answer PackageName,
    object: &'answer RootedPath,
    provider: &'answer PackageName,
    undefined: usize,
}

#[derive(Serialize)]
struct EdgeRow<'answer> {
    package: &'answer PackageName,
    object: &'answer RootedPath,
    soname: &'answer Soname,
    reason: MissingCause,
    found_at: Vec<&'answer RootedPath>,
}

/// Writes the check of each target as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn index_check_json(answers: &[CheckAnswer]) -> serde_json::Result<String> {
    let targets = answers.iter().map(check_row).collect();
    serde_json::to_string_pretty(&Document { schema: "sodeb.index-check/1", targets })
}

fn check_row(CheckAnswer { provenance, check, shared_names }: &CheckAnswer) -> CheckRow<'_> {
    CheckRow {
        target: TargetRow::new(provenance, None),
        packages: check.packages,
        objects: check.objects,
        foreign: check.foreign,
        edges: check.edges,
        found: &check.found,
        through_alternatives: check.through_alternatives,
        missing: check.missing.iter().map(edge_row).collect(),
        shared_names: shared_names.iter().map(shared_name_row).collect(),
    }
}

fn shared_name_row(shared: &SharedName) -> SharedNameRow<'_> {
    let providers = shared.providers.iter().map(|(package, rank)| ProviderRow { package, rank: *rank });
    SharedNameRow {
        soname: &shared.name,
        providers: providers.collect(),
        objects: shared.objects,
        exceptions: shared.exceptions.iter().map(exception_row).collect(),
    }
}

fn edge_row(edge: &MissingEdge) -> EdgeRow<'_> {
    let MissingEdge { package, object, soname, cause, paths } = edge;
    EdgeRow { package, object, soname, reason: *cause, found_at: paths.iter().collect() }
}

fn exception_row(exception: &ProviderException) -> ExceptionRow<'_> {
    let ProviderException { package, object, provider, undefined } = exception;
    ExceptionRow { package, object, provider, undefined: *undefined }
}
