//! Base of an analysis: the image or root file system that the result runs on, from its name to its contents.
//!
//! The name is a path on the host, an image in a registry or in docker's engine, a known image, or `scratch`
//! (`reference.rs`). An image is fetched only when the trees are read, since they tell which platform is wanted
//! (`read.rs`). A known image is modelled from its packages (`model.rs`).

mod error;
mod model;
mod read;
mod reference;
mod services;

pub use error::BaseError;
pub use model::ModelOrigin;
pub use read::{BaseContents, BaseNote, TreeRequest, read_alone, read_trees};
pub use reference::{BaseKind, BaseReference};
pub use services::BaseServices;
