//! `sodeb why`, as text and as JSON of schema sodeb.why/1.

use std::fmt::Write as _;

use serde::Serialize;

use super::style::{BAD, DIM, GOOD, PATH, paint};
use crate::resolve::Chain;

#[derive(Serialize)]
struct Document<'answer> {
    schema: &'static str,
    query: &'answer str,
    chains: &'answer [Chain],
}

/// The chains as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the encoder's signature has it.
pub fn why_json(query: &str, chains: &[Chain]) -> serde_json::Result<String> {
    serde_json::to_string_pretty(&Document { schema: "sodeb.why/1", query, chains })
}

/// The chains as text with colours as ANSI sequences, a line for each object.
pub fn why_text(chains: &[Chain]) -> String {
    let mut text = String::new();
    for chain in chains {
        for (depth, object) in chain.objects.iter().enumerate() {
            let line = match depth {
                0 => paint(PATH, object),
                _ => format!("{:depth$}└─ {object}", "", depth = depth * 3 - 3),
            };
            // Writing to a String can't fail.
            let _ = writeln!(text, "{line}");
        }
        let outcome = match (&chain.found, &chain.package) {
            (Some(path), _) => paint(DIM, format_args!("→ {path}")),
            (None, Some(package)) => paint(GOOD, format_args!("→ {package}")),
            (None, None) => paint(BAD, "not found"),
        };
        let indent = chain.objects.len().saturating_sub(1) * 3;
        let _ = writeln!(text, "{:indent$}└─ {}  {outcome}", "", chain.soname);
    }
    text
}
