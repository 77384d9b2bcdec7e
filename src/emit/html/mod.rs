//! A report as one HTML file that opens from disk and asks the network for nothing.
//!
//! The page is a fixed shell: markup (`report.html`), styles (`report.css`) and a program (`script/*.js`), all inline.
//! What is reported is beside them as JSON in `<script type="application/json">`, which no browser runs; the program
//! puts each text of it into the page as text. The policy in the page's head (Content-Security-Policy Level 3) lets run
//! and style only what has the digests of that program and those styles, so that even a fault in them could not
//! make a name out of an image run or ask for anything.
//!
//! A [`Report`] is general: each command makes one out of its own values in a file of its own.

mod graph;
mod page;
mod report;
mod sizes;
#[cfg(test)]
mod tests;

pub(super) use graph::{ObjectPlace, graph_view};
pub(super) use page::html;
pub(super) use report::{Fact, FindingView, Kind, Level, Report, RuleView, State, Subject};
pub(super) use sizes::SizeView;
