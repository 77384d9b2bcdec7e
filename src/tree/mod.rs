//! File trees: an [`inventory`] of each source, and the [`root`] that overlaid inventories form.

pub mod inventory;
pub mod root;
