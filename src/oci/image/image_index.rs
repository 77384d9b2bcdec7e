//! Images for several platforms in one layout (OCI Image Format, "Image Index").

use std::path::Path;

use super::composed::Image;
use super::documents::{
    INDEX_TYPE, MANIFEST_TYPE, descriptor, for_platform, index, manifest_index, platform_of,
};
use super::error::ImageError;
use super::layout::Layout;
use super::output::StagedImage;
use crate::vocabulary::Sha256Digest;

/// Images in one layout, in its staging directory. They are removed unless they are kept.
pub struct ImageIndex {
    layout: Layout,
    /// Digest of the index.
    pub digest: Sha256Digest,
    /// Images, in the order in which they were joined.
    pub images: Vec<Image>,
}

/// Joins images of different platforms in one layout.
///
/// # Errors
/// If there is no image, two are for the same platform, or the layout cannot be written.
pub fn join(images: Vec<StagedImage>) -> Result<ImageIndex, ImageError> {
    let platforms: Vec<_> = images.iter().map(|image| platform_of(&image.config)).collect();
    let twice = platforms.iter().enumerate().find(|(index, one)| platforms[..*index].contains(one));
    if let Some((_, platform)) = twice {
        return Err(ImageError::Platforms(format!("two images are for {platform}")));
    }
    let mut rest = images.into_iter();
    let first = rest.next().ok_or_else(|| ImageError::Platforms("there is no image".to_owned()))?;
    let StagedImage { layout, image, .. } = first;
    let tags = image.tags.clone();
    let mut images = vec![image];
    for other in rest {
        layout.take_blobs(&other.layout)?;
        images.push(other.image);
    }
    let manifests = images.iter().zip(&platforms).map(|(image, platform)| {
        let size_bytes = layout.blob_bytes(image.manifest)?;
        Ok(for_platform(descriptor(MANIFEST_TYPE, image.manifest, size_bytes), platform))
    });
    let manifests = manifests.collect::<Result<_, ImageError>>()?;
    let blob = layout.document(INDEX_TYPE, &manifest_index(manifests))?;
    layout.reopen()?;
    layout.finish(&index(&blob.descriptor(), &tags))?;
    Ok(ImageIndex { layout, digest: blob.digest, images })
}

impl ImageIndex {
    /// Path of the layout in its staging directory.
    pub fn layout(&self) -> &Path {
        self.layout.top()
    }

    /// Renames the layout to its final path.
    ///
    /// # Errors
    /// If it cannot be renamed.
    pub fn keep(self) -> Result<(), ImageError> {
        self.layout.keep()
    }
}
