//! `sodeb why` as text.

use crate::emit::escape::printable;
use crate::emit::humanize::thousands;
use crate::emit::lines::Lines;
use crate::emit::style::{BAD, DIM, GOOD, HEADING, paint};
use crate::solve::graph::{Chain, Chains};

/// Maximum number of chains that are shown without `-v`.
pub const SHOWN_CHAINS: usize = 20;

/// Writes chains as text with colours as ANSI sequences, one line for each object. Without `all` only the first
/// [`SHOWN_CHAINS`].
pub fn why_text(chains: &Chains, all: bool) -> String {
    let mut text = Lines::default();
    let shown = if all { chains.chains.len() } else { chains.chains.len().min(SHOWN_CHAINS) };
    for chain in &chains.chains[..shown] {
        chain_lines(&mut text, chain);
    }
    let more = chains.count.saturating_sub(shown as u64);
    if more > 0 {
        let hint = if all { "" } else { " (-v shows them)" };
        let more = thousands(usize::try_from(more).unwrap_or(usize::MAX));
        text.line(paint(DIM, format_args!("… and {more} more{hint}")));
    }
    text.into_text()
}

fn chain_lines(text: &mut Lines, chain: &Chain) {
    for (depth, object) in chain.objects.iter().enumerate() {
        match depth {
            0 => text.line(paint(HEADING, printable(object))),
            _ => text.line(format_args!("{:indent$}└─ {}", "", printable(object), indent = depth * 3 - 3)),
        }
    }
    let outcome = match (&chain.found, &chain.package) {
        (Some(path), Some(package)) => paint(GOOD, format_args!("→ {} of {package}", printable(path))),
        (Some(path), None) => paint(DIM, format_args!("→ {}", printable(path))),
        (None, Some(package)) => paint(GOOD, format_args!("→ {package}")),
        (None, None) => paint(BAD, "not found"),
    };
    let indent = chain.objects.len().saturating_sub(1) * 3;
    text.line(format_args!("{:indent$}└─ {}  {outcome}", "", printable(&chain.soname)));
}
