//! Report as one HTML file that opens from disk and loads nothing from the network.
//!
//! The page is a fixed shell of markup (`report.html`), styles (`report.css`) and a program (`script/*.js`), all inline.
//! The report's content is JSON in `<script type="application/json">`, which browsers do not run; the program inserts
//! each text of it as text. The policy in the page's head (Content-Security-Policy Level 3) allows only the program and
//! styles with these digests, so that even a bug in them could not run a name out of an image or load anything.
//!
//! A [`Report`] is general: each command creates one from its own values.

mod graph;
mod kind;
mod page;
mod report;
mod sizes;
#[cfg(test)]
mod tests;

pub(super) use graph::{ObjectDetails, graph_view};
pub(super) use kind::PartKind;
pub(super) use page::html;
pub(super) use report::{Fact, FindingView, Report, RuleView, SubjectView};
pub(super) use sizes::{SizeView, largest_first};
