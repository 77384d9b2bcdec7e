//! Blobs of an image by their names: files in a directory, or members of an archive, which may be compressed.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::archive::{ImageArchive, MAX_DOCUMENT_BYTES};
use super::fault::ImageFault;
use crate::support::decompress::Compression;
use crate::support::streams::read_up_to;
use crate::tree::inventory::tar::{SkipByReading, SkippableRead};

/// Marker file of an OCI layout.
pub(super) const OCI_LAYOUT: &str = "oci-layout";

/// List of the manifests in an OCI layout.
pub(super) const OCI_INDEX: &str = "index.json";

/// List of the images in an archive of docker-save.
pub(super) const DOCKER_MANIFEST: &str = "manifest.json";

/// Size of the buffer for blobs of an archive.
pub(super) const BUFFER_BYTES: usize = 128 << 10;

/// Kind of image at a path.
pub(super) enum OpenedImage {
    /// Image with documents and layers.
    Blobs(Blobs),
    /// Tar of a root file system.
    Root,
}

/// Blobs of an image.
pub(super) enum Blobs {
    /// Files below a directory.
    Directory(PathBuf),
    /// Members of an archive.
    Archive(ImageArchive),
}

/// Opens an image, whose kind depends on the names in it.
///
/// # Errors
/// If the file cannot be read or is not an archive.
pub(super) fn open(path: &Path) -> Result<OpenedImage, ImageFault> {
    if path.is_dir() {
        return Ok(OpenedImage::Blobs(Blobs::Directory(path.to_owned())));
    }
    let archive = ImageArchive::open(path)?.map(Blobs::Archive);
    let is_image = |blobs: &Blobs| blobs.has(OCI_INDEX) || blobs.has(DOCKER_MANIFEST);
    Ok(archive.filter(is_image).map_or(OpenedImage::Root, OpenedImage::Blobs))
}

impl Blobs {
    /// True if there is a blob with this name.
    pub(super) fn has(&self, name: &str) -> bool {
        match self {
            Self::Directory(directory) => directory.join(name).is_file(),
            Self::Archive(archive) => archive.extent(name).is_some(),
        }
    }

    /// Reads a whole document.
    ///
    /// # Errors
    /// If it is missing or too large.
    pub(super) fn document(&self, name: &str) -> Result<Vec<u8>, ImageFault> {
        if let Self::Archive(archive) = self
            && let Some(held) = archive.held(name)
        {
            return Ok(held.to_owned());
        }
        let mut text = None;
        self.read_each(
            &[name],
            &mut |_, source| {
                text = read_up_to(source, MAX_DOCUMENT_BYTES)?;
                Ok(())
            },
            &|fault| fault,
        )?;
        text.ok_or_else(|| {
            let cause = format!("it has more than the {MAX_DOCUMENT_BYTES} bytes allowed");
            ImageFault::Document { name: name.to_owned(), cause }
        })
    }

    /// Passes each of the named blobs to `take`, with its index in `names`, in the order in which they are stored.
    ///
    /// # Errors
    /// If a blob is missing or cannot be read, as `fault` converts it, and the error of `take`.
    pub(super) fn read_each<Error>(
        &self,
        names: &[&str],
        take: &mut impl FnMut(usize, &mut (dyn Read + Send)) -> Result<(), Error>,
        fault: &impl Fn(ImageFault) -> Error,
    ) -> Result<(), Error> {
        match self {
            Self::Directory(directory) => read_files(directory, names, take, fault),
            Self::Archive(archive) => read_members(archive, names, take, fault),
        }
    }
}

fn missing(name: &str) -> ImageFault {
    ImageFault::Missing(name.to_owned())
}

fn read_files<Error>(
    directory: &Path,
    names: &[&str],
    take: &mut impl FnMut(usize, &mut (dyn Read + Send)) -> Result<(), Error>,
    fault: &impl Fn(ImageFault) -> Error,
) -> Result<(), Error> {
    names.iter().enumerate().try_for_each(|(index, name)| {
        let path = directory.join(name);
        // A pipe with that name would never end.
        if !path.is_file() {
            return Err(fault(missing(name)));
        }
        take(index, &mut File::open(path).map_err(|error| fault(error.into()))?)
    })
}

fn read_members<Error>(
    archive: &ImageArchive,
    names: &[&str],
    take: &mut impl FnMut(usize, &mut (dyn Read + Send)) -> Result<(), Error>,
    fault: &impl Fn(ImageFault) -> Error,
) -> Result<(), Error> {
    let failed = |error: io::Error| fault(error.into());
    let locate = |(index, name): (usize, &&str)| {
        Ok((archive.extent(name).ok_or_else(|| fault(missing(name)))?, index))
    };
    let mut extents = names.iter().enumerate().map(locate).collect::<Result<Vec<_>, Error>>()?;
    extents.sort_unstable();
    if archive.compression == Compression::None {
        for (extent, index) in extents {
            let mut file = File::open(&archive.path).map_err(failed)?;
            file.seek(SeekFrom::Start(extent.offset)).map_err(failed)?;
            take(index, &mut BufReader::with_capacity(BUFFER_BYTES, file).take(extent.size_bytes))?;
        }
        return Ok(());
    }
    let (mut stream, mut position) = (archive.decompressed().map_err(failed)?, 0);
    for (extent, index) in extents {
        // Two names may have the same content.
        if extent.offset < position {
            (stream, position) = (archive.decompressed().map_err(failed)?, 0);
        }
        SkipByReading(&mut stream).skip(extent.offset - position).map_err(failed)?;
        let mut content = stream.by_ref().take(extent.size_bytes);
        take(index, &mut content)?;
        position = extent.offset + extent.size_bytes - content.limit();
    }
    Ok(())
}
