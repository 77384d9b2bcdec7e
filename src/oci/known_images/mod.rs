//! Well-known base images by name, modelled from the Debian packages that they are built from.
//!
//! A model has what these packages contain today. The published image may have been built from other versions, and
//! its files that belong to no package are unknown, except for a few links.

mod known_image;
mod lookup;
mod table;

pub use known_image::{ImageModel, KnownImage};
pub use lookup::{all_packages, find};
