//! Loads that an object's strings hint at: those with the form of a library's name.

use std::slice;

use super::load::{LoadEvidence, RuntimeLoad};
use super::opener::Opener;
use crate::tree::inventory::Evidence;
use crate::vocabulary::Grade;

/// Returns the libraries whose names are among the strings of an object.
pub(super) fn loads<'root>(file: &Opener<'root>) -> Vec<RuntimeLoad<'root>> {
    let Some(Evidence::LibraryNames(names)) = file.evidence else { return Vec::new() };
    let load = |name| file.library(slice::from_ref(name), LoadEvidence::String, Grade::Suggested);
    names.iter().map(load).collect()
}
