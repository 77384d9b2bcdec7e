//! Parts of an image in its files, for composing another image of them.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use super::blobs::{self, OCI_INDEX, OpenedImage};
use super::fault::ImageFault;
use crate::vocabulary::Sha256Digest;

/// Configuration and layers of an image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageParts {
    /// Path of the image on the host.
    pub path: PathBuf,
    /// Text of its configuration, a JSON object. `None` for the tar of a root file system.
    pub config: Option<Vec<u8>>,
    /// Layers, the lowest first.
    pub layers: Vec<ImagePart>,
    /// Digest of its manifest. `None` if it has no OCI manifest.
    pub manifest: Option<Sha256Digest>,
    /// Full name of the image, if it is recorded.
    pub name: Option<String>,
}

/// Layer in the files of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImagePart {
    /// Name in the directory or archive; empty for the tar of a root file system.
    pub(super) name: String,
    /// Media type in the manifest. `None` in an archive of docker-save.
    pub media_type: Option<String>,
    /// Digest that the stored layer must have, if one is stated.
    pub digest: Option<Sha256Digest>,
    /// Digest of its tar.
    pub diff_id: Sha256Digest,
    /// Command that built it, if it is recorded.
    pub created_by: Option<String>,
}

/// Passes each stored layer of an image to `take`, with its number, in the order in which they are stored. Digests are not
/// checked; `take` has to do that.
///
/// # Errors
/// If the image cannot be read any more, and the error of `take`.
pub fn read_parts<Error: From<ImageFault>>(
    parts: &ImageParts,
    mut take: impl FnMut(usize, &mut (dyn Read + Send)) -> Result<(), Error>,
) -> Result<(), Error> {
    if parts.config.is_none() {
        let mut file = File::open(&parts.path).map_err(ImageFault::from)?;
        return parts.layers.iter().enumerate().try_for_each(|(index, _)| take(index, &mut file));
    }
    let OpenedImage::Blobs(blobs) = blobs::open(&parts.path)? else {
        return Err(ImageFault::Missing(OCI_INDEX.to_owned()).into());
    };
    let names: Vec<&str> = parts.layers.iter().map(|part| part.name.as_str()).collect();
    blobs.read_each(&names, &mut take, &|fault| fault.into())
}
