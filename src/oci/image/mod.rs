//! Whole images: a base, the layer with the missing libraries, and the apps.
//!
//! An image is composed as an OCI layout (OCI Image Format, "Image Layout") in a staging directory (`compose.rs`): the
//! layers of the base byte for byte, each compared with its digest (`base_layers.rs`); new layers, compressed by gzip; and
//! the configuration of the base with the requested changes (`config.rs`). The layout is read back and linked as a whole
//! (`check.rs`). Then it is renamed, packed into an archive that is both an OCI layout and input for `docker load`
//! (`archive.rs`), or pushed to a registry (`destination.rs`). Every byte depends on the base, the layers and the settings
//! alone.
//!
//! Documents are JSON values and not types, so that unknown members of a base's configuration are kept.

mod archive;
mod base_layers;
mod check;
mod compose;
mod composed;
mod config;
mod destination;
mod documents;
mod error;
mod image_index;
mod layout;
mod new_layers;
mod output;
mod platforms;
mod request;
mod run;
mod settings;
mod tag;
mod unpack;

pub use check::{AppPlacement, check};
pub use compose::compose;
pub use composed::{Image, ImageLayer, LayerOrigin};
pub use destination::{Deliverable, Destination};
pub use error::ImageError;
pub use image_index::{ImageIndex, join};
pub use new_layers::{app_layers, base_layer, new_layers};
pub use output::{ImageFormat, StagedImage, layout_directory};
pub use platforms::group_by_platform;
pub use request::{ImageBase, ImageRequest, NewLayer, check_base};
pub use settings::ImageSettings;
pub use tag::{ImageTag, TagError};
