//! Reading the trees and their base.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::app::InputTrees;
use crate::cli::arguments::PlaceArguments;
use crate::cli::base;
use crate::cli::config::path_in_image;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::cli::source_question::SourceQuestion;
use crate::vocabulary::RootedPath;

/// Reads the trees.
pub(super) fn read_sources(question: &SourceQuestion<'_>, session: &Session) -> Result<InputTrees, Failure> {
    let at = places(question.paths, question.place, session)?;
    let base = base::named(question.place, session)?;
    base::read_trees(base.as_ref(), question, &at, session)
}

/// Where the trees are mounted: nowhere said, or one place for each.
fn places(paths: &[PathBuf], place: &PlaceArguments, session: &Session) -> Result<Vec<RootedPath>, Failure> {
    let configured = session.config.at.as_ref().map(OsString::from).filter(|_| place.at.is_empty());
    let at: Vec<&OsString> = place.at.iter().chain(&configured).collect();
    if !at.is_empty() && !paths.is_empty() && at.len() != paths.len() {
        let words = match (paths.len(), at.len()) {
            (_, 1) => "several trees at one place".to_owned(),
            (1, places) => format!("1 tree at {places} places"),
            (trees, places) => format!("{trees} trees at {places} places"),
        };
        let words = format!("cannot mount {words}");
        return Err(Failure::question(anyhow::anyhow!(words))
            .hint("give --at once for each path, in their order, or not at all"));
    }
    at.into_iter().map(|at| path_in_image(at, "mount the tree at")).collect()
}

/// Says which files of the apps could not be read; those of the base only where more is to be said.
pub(super) fn say_unread(sources: &InputTrees, session: &Session) {
    let top = RootedPath::root();
    let base = sources.base.iter().filter(|_| session.printer.verbose).map(|base| (&top, &base.inventory));
    for (at, inventory) in sources.apps.iter().map(|app| (&app.at, &app.inventory)).chain(base) {
        for diagnostic in inventory.diagnostics() {
            let path = at.join(&diagnostic.path);
            session.printer.warning(&format!("cannot read {path}: {}", diagnostic.cause));
        }
    }
}
