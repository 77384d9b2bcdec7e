//! Layers of a base image, copied byte for byte.

use std::io::{self, Read, Write};
use std::path::Path;

use super::composed::{ImageLayer, LayerOrigin};
use super::error::ImageError;
use super::layout::Layout;
use crate::support::compress::{Compressor, LayerCompression};
use crate::support::decompress::Compression;
use crate::support::digest::{DigestAndSize, DigestReader, DigestWriter};
use crate::support::streams::for_each_chunk;
use crate::tree::inventory::{ImageFault, ImagePart, ImageParts, read_parts};

/// Media type of a layer without the suffix of its compression.
const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// Media type of a layer that must not be distributed, without the suffix of its compression.
const OCI_FOREIGN: &str = "application/vnd.oci.image.layer.nondistributable.v1.tar";

/// Prefix of docker's media types of layers that must not be distributed.
const DOCKER_FOREIGN: &str = "application/vnd.docker.image.rootfs.foreign.";

/// Copies the layers of a base into a layout.
pub(super) fn copy_layers(layout: &Layout, parts: &ImageParts) -> Result<Vec<ImageLayer>, ImageError> {
    let mut copied: Vec<Option<ImageLayer>> = vec![None; parts.layers.len()];
    let copying = read_parts(parts, |index, source| {
        copied[index] = Some(copy_layer(layout, &parts.path, &parts.layers[index], source)?);
        Ok::<_, CopyError>(())
    });
    match copying {
        Ok(()) => Ok(copied.into_iter().flatten().collect()),
        Err(CopyError::Base(source)) => Err(ImageError::Base { path: parts.path.clone(), source }),
        Err(CopyError::Other(error)) => Err(error),
    }
}

/// A layer cannot be copied.
enum CopyError {
    /// The base cannot be read.
    Base(ImageFault),
    /// Something else failed.
    Other(ImageError),
}

impl From<ImageFault> for CopyError {
    fn from(fault: ImageFault) -> Self {
        Self::Base(fault)
    }
}

impl From<ImageError> for CopyError {
    fn from(error: ImageError) -> Self {
        Self::Other(error)
    }
}

fn copy_layer(
    layout: &Layout,
    path: &Path,
    part: &ImagePart,
    source: &mut (dyn Read + Send),
) -> Result<ImageLayer, CopyError> {
    let (compression, stream) = Compression::detect(source).map_err(ImageFault::from)?;
    let mut whole = DigestReader::new(stream);
    let file = layout.new_blob()?;
    let (media_type, blob) = match LayerCompression::of(compression) {
        Some(kept) => {
            let blob = copy(layout, &mut whole, file.as_file())?;
            (media_type(part.media_type.as_deref(), kept), blob)
        }
        // OCI has no media type for this compression.
        None => {
            let blob = recompress(layout, compression, &mut whole, file.as_file())?;
            (media_type(None, LayerCompression::Gzip), blob)
        }
    };
    let found = whole.finish().digest;
    if let Some(stated) = part.digest.filter(|stated| *stated != found) {
        return Err(ImageError::Digest { path: path.to_owned(), found, stated }.into());
    }
    layout.add_blob(file, blob.digest)?;
    Ok(ImageLayer {
        origin: LayerOrigin::Base,
        media_type,
        digest: blob.digest,
        size_bytes: blob.size_bytes,
        diff_id: part.diff_id,
    })
}

/// Media type of a copied layer: OCI's for docker's or for none; OCI's own are kept.
fn media_type(stated: Option<&str>, compression: LayerCompression) -> String {
    let stated = stated.unwrap_or_default();
    if [OCI_LAYER, OCI_FOREIGN].iter().any(|known| stated.starts_with(known)) {
        return stated.to_owned();
    }
    let suffix = match compression {
        LayerCompression::None => "",
        LayerCompression::Gzip => "+gzip",
        LayerCompression::Zstd => "+zstd",
    };
    let prefix = if stated.starts_with(DOCKER_FOREIGN) { OCI_FOREIGN } else { OCI_LAYER };
    format!("{prefix}{suffix}")
}

/// Copies a stream to its end.
fn copy(layout: &Layout, source: &mut dyn Read, target: impl Write) -> Result<DigestAndSize, CopyError> {
    let mut target = DigestWriter::new(target);
    for_each_chunk(
        source,
        |error| CopyError::Base(error.into()),
        |chunk| target.write_all(chunk).map_err(|source| CopyError::Other(layout.failed(source))),
    )?;
    Ok(target.finish().1)
}

/// Copies a stream, decompressed and compressed by gzip.
fn recompress(
    layout: &Layout,
    compression: Compression,
    source: &mut (dyn Read + Send),
    target: impl Write,
) -> Result<DigestAndSize, CopyError> {
    let failed = |source| CopyError::Other(layout.failed(source));
    let mut compressor =
        Compressor::new(LayerCompression::Gzip, DigestWriter::new(target)).map_err(failed)?;
    let mut reader = compression.reader(&mut *source).map_err(ImageFault::from)?;
    copy(layout, &mut reader, &mut compressor)?;
    drop(reader);
    io::copy(source, &mut io::sink()).map_err(ImageFault::from)?;
    Ok(compressor.finish().map_err(failed)?.finish().1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_of_docker_become_those_of_oci() {
        let docker = "application/vnd.docker.image.rootfs.diff.tar.gzip";
        assert_eq!(media_type(Some(docker), LayerCompression::Gzip), format!("{OCI_LAYER}+gzip"));
        assert_eq!(media_type(None, LayerCompression::None), OCI_LAYER);
        assert_eq!(media_type(None, LayerCompression::Zstd), format!("{OCI_LAYER}+zstd"));
        let foreign = format!("{DOCKER_FOREIGN}diff.tar.gzip");
        assert_eq!(media_type(Some(&foreign), LayerCompression::Gzip), format!("{OCI_FOREIGN}+gzip"));
        let own = format!("{OCI_LAYER}+zstd");
        assert_eq!(media_type(Some(&own), LayerCompression::Zstd), own);
    }
}
