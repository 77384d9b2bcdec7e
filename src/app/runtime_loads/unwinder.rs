//! Load of the unwinder: glibc opens libgcc_s.so.1 when a thread is cancelled or exits, and aborts without it.

use std::slice;
use std::sync::LazyLock;

use super::load::{LoadEvidence, RuntimeLoad};
use super::opener::Opener;
use crate::vocabulary::{Grade, Soname};

static UNWINDER: LazyLock<Soname> = LazyLock::new(|| Soname::new("libgcc_s.so.1"));

/// Returns the unwinder for an object that uses a function for which glibc opens it.
pub(super) fn loads<'root>(file: &Opener<'root>) -> Vec<RuntimeLoad<'root>> {
    if !file.facts.is_some_and(|facts| facts.opens_unwinder) {
        return Vec::new();
    }
    vec![file.library(slice::from_ref(&*UNWINDER), LoadEvidence::Symbol, Grade::Required)]
}
