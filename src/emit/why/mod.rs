//! `sodeb why`, as text and as JSON of schema sodeb.why/1.

use std::fmt::Write as _;

use serde::Serialize;

use crate::emit::escape::printable;
use crate::emit::style::{BAD, DIM, GOOD, PATH, paint};
use crate::solve::graph::{Chain, Chains};

/// As many chains as people are shown unless they want more.
pub const SHOWN_CHAINS: usize = 20;

#[derive(Serialize)]
struct Document<'answer> {
    schema: &'static str,
    query: &'answer str,
    /// How many chains there are, of which `chains` may have the first only.
    count: u64,
    chains: &'answer [Chain],
}

/// The chains as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the encoder's signature has it.
pub fn why_json(query: &str, chains: &Chains) -> serde_json::Result<String> {
    let Chains { chains, count, .. } = chains;
    serde_json::to_string_pretty(&Document { schema: "sodeb.why/1", query, count: *count, chains })
}

/// The chains as text with colours as ANSI sequences, a line for each object. Without `all` the first
/// [`SHOWN_CHAINS`] only.
pub fn why_text(chains: &Chains, all: bool) -> String {
    let mut text = String::new();
    let shown = if all { chains.chains.len() } else { chains.chains.len().min(SHOWN_CHAINS) };
    for chain in &chains.chains[..shown] {
        tell(&mut text, chain);
    }
    let more = chains.count.saturating_sub(shown as u64);
    if more > 0 {
        let hint = if all { "" } else { " (-v shows them)" };
        // Writing to a String can't fail.
        let _ = writeln!(text, "{}", paint(DIM, format_args!("… and {more} more{hint}")));
    }
    text
}

fn tell(text: &mut String, chain: &Chain) {
    for (depth, object) in chain.objects.iter().enumerate() {
        let line = match depth {
            0 => paint(PATH, printable(object)),
            _ => format!("{:depth$}└─ {}", "", printable(object), depth = depth * 3 - 3),
        };
        let _ = writeln!(text, "{line}");
    }
    let outcome = match (&chain.found, &chain.package) {
        (Some(path), Some(package)) => paint(GOOD, format_args!("→ {} of {package}", printable(path))),
        (Some(path), None) => paint(DIM, format_args!("→ {}", printable(path))),
        (None, Some(package)) => paint(GOOD, format_args!("→ {package}")),
        (None, None) => paint(BAD, "not found"),
    };
    let indent = chain.objects.len().saturating_sub(1) * 3;
    let _ = writeln!(text, "{:indent$}└─ {}  {outcome}", "", printable(&chain.soname));
}
