//! Container images: registries, known base images, the layer with the needed files, and whole images.

pub mod image;
pub mod known_images;
pub mod layer;
pub mod registry;
