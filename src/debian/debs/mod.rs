//! The packages' files (.deb): downloaded from the archive, read once and cached by digest.
//!
//! [`DebStore`] gives each requested package its own outcome ([`Availability`]): a .deb that cannot be obtained is
//! reported in its slot, and the others are still returned. [`DebFacts`] is a .deb cut down to the parts that
//! choosing packages needs.

mod availability;
mod facts;
mod shlibs;
mod store;

pub use availability::{Availability, UnavailableDeb};
pub use facts::DebFacts;
pub use shlibs::{SHLIBS, SYMBOLS, stated_dependency, symbols_heads};
pub use store::{DebStore, DebStoreError};
