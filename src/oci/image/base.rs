//! The layers of a base that is an image: as they lie there, byte for byte.

use std::io::{self, Read, Write};
use std::path::Path;

use super::layout::Layout;
use super::{ImageError, ImageLayer, LayerOrigin};
use crate::support::compress::{Compressor, LayerCompression};
use crate::support::decompress::Compression;
use crate::support::digest::{DigestAndSize, DigestReader, DigestWriter};
use crate::support::streams::for_each_chunk;
use crate::tree::inventory::{ImageFault, ImagePart, ImageParts, read_parts};

/// How the types of layers begin, OCI's and docker's.
const OCI_LAYER: &str = "application/vnd.oci.image.layer.v1.tar";
const OCI_FOREIGN: &str = "application/vnd.oci.image.layer.nondistributable.v1.tar";
const DOCKER_FOREIGN: &str = "application/vnd.docker.image.rootfs.foreign.";

/// Copies a base's layers into a layout.
pub(super) fn copy_layers(layout: &Layout, parts: &ImageParts) -> Result<Vec<ImageLayer>, ImageError> {
    let mut copied: Vec<Option<ImageLayer>> = vec![None; parts.layers.len()];
    let copying = read_parts(parts, |index, source| {
        copied[index] = Some(copy_layer(layout, &parts.path, &parts.layers[index], source)?);
        Ok::<_, CopyFault>(())
    });
    match copying {
        Ok(()) => Ok(copied.into_iter().flatten().collect()),
        Err(CopyFault::Base(source)) => Err(ImageError::Base { path: parts.path.clone(), source }),
        Err(CopyFault::Other(error)) => Err(error),
    }
}

/// Why a layer is not copied.
enum CopyFault {
    /// The base can't be read.
    Base(ImageFault),
    /// Another cause.
    Other(ImageError),
}

impl From<ImageFault> for CopyFault {
    fn from(fault: ImageFault) -> Self {
        Self::Base(fault)
    }
}

impl From<ImageError> for CopyFault {
    fn from(error: ImageError) -> Self {
        Self::Other(error)
    }
}

fn copy_layer(
    layout: &Layout,
    path: &Path,
    part: &ImagePart,
    source: &mut (dyn Read + Send),
) -> Result<ImageLayer, CopyFault> {
    let (compression, stream) = Compression::detect(source).map_err(ImageFault::from)?;
    let mut whole = DigestReader::new(stream);
    let file = layout.unnamed_blob()?;
    let (media_type, blob) = match LayerCompression::of(compression) {
        Some(kept) => {
            let blob = copy(layout, &mut whole, file.as_file())?;
            (media_type(part.media_type.as_deref(), kept), blob)
        }
        // No type of layers is for it.
        None => {
            let blob = repack(layout, compression, &mut whole, file.as_file())?;
            (media_type(None, LayerCompression::Gzip), blob)
        }
    };
    let found = whole.finish().digest;
    if let Some(stated) = part.digest.filter(|stated| *stated != found) {
        return Err(ImageError::Digest { path: path.to_owned(), found, stated }.into());
    }
    layout.name_blob(file, blob.digest)?;
    Ok(ImageLayer {
        origin: LayerOrigin::Base,
        media_type,
        digest: blob.digest,
        size_bytes: blob.size_bytes,
        diff_id: part.diff_id,
    })
}

/// OCI's type for a layer that was of a type of docker's or of none; OCI's own stay.
fn media_type(stated: Option<&str>, compression: LayerCompression) -> String {
    let stated = stated.unwrap_or_default();
    if [OCI_LAYER, OCI_FOREIGN].iter().any(|known| stated.starts_with(known)) {
        return stated.to_owned();
    }
    let ending = match compression {
        LayerCompression::None => "",
        LayerCompression::Gzip => "+gzip",
        LayerCompression::Zstd => "+zstd",
    };
    let begin = if stated.starts_with(DOCKER_FOREIGN) { OCI_FOREIGN } else { OCI_LAYER };
    format!("{begin}{ending}")
}

/// Copies a stream to its end.
fn copy(layout: &Layout, source: &mut dyn Read, target: impl Write) -> Result<DigestAndSize, CopyFault> {
    let mut target = DigestWriter::new(target);
    for_each_chunk(
        source,
        |error| CopyFault::Base(error.into()),
        |chunk| target.write_all(chunk).map_err(|source| CopyFault::Other(layout.failed(source))),
    )?;
    Ok(target.finish().1)
}

/// Copies a stream, compressed anew.
fn repack(
    layout: &Layout,
    compression: Compression,
    source: &mut (dyn Read + Send),
    target: impl Write,
) -> Result<DigestAndSize, CopyFault> {
    let failed = |source| CopyFault::Other(layout.failed(source));
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
    fn dockers_types_become_ocis_and_ocis_stay() {
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
