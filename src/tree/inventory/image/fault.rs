//! Faults of an image.

use std::io;

use super::platform::ImagePlatform;

/// Number of platforms that a message lists.
const LISTED_PLATFORMS: usize = 16;

/// Reason why an image cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ImageFault {
    /// The file cannot be read, or is not an archive.
    #[error(transparent)]
    Archive(#[from] io::Error),
    /// A layer is broken, or has another digest than the stated one.
    #[error("layer {layer}: {source}")]
    Layer {
        /// Diff ID of the layer, or its name if it has none.
        layer: String,
        /// Cause of the failure.
        #[source]
        source: io::Error,
    },
    /// A document is malformed.
    #[error("{name:?}: {cause}")]
    Document {
        /// Name of the document in the image.
        name: String,
        /// Cause of the failure.
        cause: String,
    },
    /// A file that the image needs is missing.
    #[error("it has no {0:?}")]
    Missing(String),
    /// There is no image for the requested platform.
    #[error("it has no image for {wanted}, only for {}", list(.has))]
    OtherPlatform {
        /// Requested platform.
        wanted: ImagePlatform,
        /// Platforms of the images.
        has: Vec<ImagePlatform>,
    },
    /// Several images match.
    #[error("it has {} images that match, for {}", .has.len(), list(.has))]
    Ambiguous {
        /// Platforms of the images that match.
        has: Vec<ImagePlatform>,
    },
}

/// Names of the platforms, as many as fit on a line.
fn list(platforms: &[ImagePlatform]) -> String {
    let mut names: Vec<String> = platforms.iter().take(LISTED_PLATFORMS).map(ToString::to_string).collect();
    if platforms.len() > LISTED_PLATFORMS {
        names.push("…".to_owned());
    }
    names.join(", ")
}
