//! `sodeb why --format json`, schema sodeb.why/1.

use serde::Serialize;

use crate::solve::graph::{Chain, Chains};

#[derive(Serialize)]
struct Document<'answer> {
    schema: &'static str,
    query: &'answer str,
    /// Number of all chains, of which `chains` may contain only the first.
    count: u64,
    chains: &'answer [Chain],
}

/// Writes chains as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn why_json(query: &str, chains: &Chains) -> serde_json::Result<String> {
    let Chains { chains, count, .. } = chains;
    serde_json::to_string_pretty(&Document { schema: "sodeb.why/1", query, count: *count, chains })
}
