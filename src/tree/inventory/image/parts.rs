//! The parts of an image as they lie in files: for whoever makes another image of them.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use super::ImageFault;
use super::blobs::{self, Opened};
use crate::vocabulary::Sha256Digest;

/// What an image is made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageParts {
    /// Where the image is.
    pub path: PathBuf,
    /// Its configuration as it stands, a JSON object; none for the tar of a root.
    pub config: Option<Vec<u8>>,
    /// Its layers, the lowest first.
    pub layers: Vec<ImagePart>,
    /// The digest of its manifest; none where it has none of OCI's.
    pub manifest: Option<Sha256Digest>,
    /// What it is called, if the file tells the whole name.
    pub name: Option<String>,
}

/// A layer as it lies in an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImagePart {
    /// Its name in the directory or archive; empty for the tar of a root.
    pub(super) name: String,
    /// What its manifest says that it is; an archive of docker-save says nothing.
    pub media_type: Option<String>,
    /// The digest that it must have as it lies there, if one is stated.
    pub digest: Option<Sha256Digest>,
    /// The digest of its tar.
    pub diff_id: Sha256Digest,
    /// The command that made it, if the image tells.
    pub created_by: Option<String>,
}

/// Hands each layer as it lies in an image to `take`, with its number, in the order in which they lie. Nothing is
/// compared with its digest: that is for `take`.
///
/// # Errors
/// When the image can't be read any more, and when `take` fails.
pub fn read_parts<Error: From<ImageFault>>(
    parts: &ImageParts,
    mut take: impl FnMut(usize, &mut (dyn Read + Send)) -> Result<(), Error>,
) -> Result<(), Error> {
    if parts.config.is_none() {
        let mut file = File::open(&parts.path).map_err(ImageFault::from)?;
        return parts.layers.iter().enumerate().try_for_each(|(index, _)| take(index, &mut file));
    }
    let Opened::Image(blobs) = blobs::open(&parts.path)? else {
        return Err(ImageFault::Missing(super::OCI_INDEX.to_owned()).into());
    };
    let names: Vec<&str> = parts.layers.iter().map(|part| part.name.as_str()).collect();
    blobs.read_each(&names, &mut take, &|fault| fault.into())
}
