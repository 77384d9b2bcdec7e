//! Images for several platforms in one layout, by a list of them (OCI Image Format, "Image Index").

use std::fs;
use std::path::Path;

use super::documents::{INDEX_TYPE, MANIFEST_TYPE, descriptor, for_platform, index, list, platform_of};
use super::layout::Layout;
use super::{Composed, Image, ImageError};
use crate::vocabulary::Sha256Digest;

/// Images that are composed and have not got their name yet; they vanish unless they are kept.
pub struct ImageIndex {
    layout: Layout,
    /// The digest of the list.
    pub digest: Sha256Digest,
    /// The images, in their order.
    pub images: Vec<Image>,
}

/// Puts images into one layout, in the order in which they are given. Each is of its own platform.
///
/// # Errors
/// If there is none, two are for one platform, or the layout can't be written; nothing is left then.
pub fn join(images: Vec<Composed>) -> Result<ImageIndex, ImageError> {
    let platforms: Vec<_> = images.iter().map(|image| platform_of(&image.config)).collect();
    let twice = platforms.iter().enumerate().find(|(index, one)| platforms[..*index].contains(one));
    if let Some((_, platform)) = twice {
        return Err(ImageError::Platforms(format!("two are for {platform}")));
    }
    let mut rest = images.into_iter();
    let first = rest.next().ok_or_else(|| ImageError::Platforms("there is none".to_owned()))?;
    let Composed { layout, image, .. } = first;
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
    let blob = layout.document(INDEX_TYPE, &list(manifests))?;
    layout.reopen()?;
    layout.finish(&index(&blob.descriptor(), &tags))?;
    Ok(ImageIndex { layout, digest: blob.digest, images })
}

impl ImageIndex {
    /// The layout that they are now.
    pub fn layout(&self) -> &Path {
        self.layout.top()
    }

    /// Gives the layout its name.
    ///
    /// # Errors
    /// If it can't be renamed; nothing is left then.
    pub fn keep(self) -> Result<(), ImageError> {
        let output = self.layout.staging().output();
        fs::rename(self.layout.top(), output).map_err(|source| self.layout.failed(source))
    }
}
