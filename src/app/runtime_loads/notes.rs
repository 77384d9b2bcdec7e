//! Loads that an object states in its `.note.dlopen` (UAPI.12).

use super::load::{LoadEvidence, RuntimeLoad};
use super::opener::Opener;

/// Returns the libraries in the notes of an object.
pub(super) fn loads<'root>(file: &Opener<'root>) -> Vec<RuntimeLoad<'root>> {
    let notes = file.facts.map(|facts| facts.dlopen_notes.as_slice()).unwrap_or_default();
    notes.iter().map(|note| file.library(&note.sonames, LoadEvidence::Note, note.priority)).collect()
}
