//! Trees as they are read and overlaid: an [`inventory`] of each source, and the [`root`] that they make together.

pub mod inventory;
pub mod root;
