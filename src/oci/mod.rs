//! Container images: registries, base images, the layer with the missing libraries, and whole images.

pub mod base;
pub mod image;
pub mod known_images;
pub mod layer;
pub mod registry;
