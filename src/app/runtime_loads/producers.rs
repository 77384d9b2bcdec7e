//! Register of the producers of run-time loads.

use super::load::RuntimeLoad;
use super::opener::Opener;
use super::{notes, strings, unwinder};

/// Function that returns the loads of a file by one kind of evidence.
type Producer = for<'root> fn(&Opener<'root>) -> Vec<RuntimeLoad<'root>>;

/// Producers of the loads that an object states about itself: the linker follows them.
pub(super) const STATED: &[Producer] = &[notes::loads, unwinder::loads];

/// Producers of the other loads of an object.
const OBSERVED: &[Producer] = &[strings::loads];

/// Returns the run-time loads of an object.
pub(in crate::app) fn runtime_loads<'root>(file: &Opener<'root>) -> impl Iterator<Item = RuntimeLoad<'root>> {
    STATED.iter().chain(OBSERVED).flat_map(|producer| producer(file))
}
