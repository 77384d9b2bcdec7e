//! Destination of an image: files on this machine, or a name in a registry.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::ImageError;
use super::image_index::ImageIndex;
use super::output::{ImageFormat, StagedImage};
use crate::oci::registry::{ImageReference, Pushed, REGISTRY_PREFIX, RegistryError, RegistrySettings, push};
use crate::support::output::OutputError;
use crate::support::progress::Progress;

/// Name of an image for a registry while it is composed, below the cache directory.
const OUTGOING: &str = "outgoing";

/// Destination of an image.
#[derive(Clone, Debug)]
pub struct Destination {
    format: ImageFormat,
    path: PathBuf,
    reference: Option<ImageReference>,
}

/// A composed image, or an index of several, that can be delivered.
pub trait Deliverable {
    /// Path of its layout in the staging directory.
    fn layout(&self) -> &Path;

    /// Renames it to its final path.
    ///
    /// # Errors
    /// If it cannot be packed or renamed.
    fn keep(self) -> Result<(), ImageError>;
}

impl Deliverable for StagedImage {
    fn layout(&self) -> &Path {
        self.layout()
    }

    fn keep(self) -> Result<(), ImageError> {
        self.keep()
    }
}

impl Deliverable for ImageIndex {
    fn layout(&self) -> &Path {
        self.layout()
    }

    fn keep(self) -> Result<(), ImageError> {
        self.keep()
    }
}

impl Destination {
    /// Parses `docker://NAME`, or the name of an output ([`ImageFormat::parse`]), and refuses an output where existing files
    /// would be lost. An image for a registry is composed in the cache, whose directory is made.
    ///
    /// # Errors
    /// If the name is malformed or the output is refused, and the error of `cache_dir`.
    pub fn parse<Error>(
        word: &Path,
        cache_dir: impl FnOnce() -> Result<PathBuf, Error>,
    ) -> Result<Self, Error>
    where
        Error: From<ImageError> + From<RegistryError>,
    {
        if let Some(name) = word.to_str().filter(|word| word.starts_with(REGISTRY_PREFIX)) {
            let reference = ImageReference::parse(name)?;
            let directory = cache_dir()?;
            let made = fs::create_dir_all(&directory);
            made.map_err(|error| ImageError::from(OutputError::failed(&directory, error)))?;
            let path = directory.join(OUTGOING);
            return Ok(Self { format: ImageFormat::Layout, path, reference: Some(reference) });
        }
        let (format, path) = ImageFormat::parse(word)?;
        format.form().check(&path).map_err(ImageError::from)?;
        Ok(Self { format, path, reference: None })
    }

    /// Format in which the image is composed.
    pub fn format(&self) -> ImageFormat {
        self.format
    }

    /// Path next to which the image is composed.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Name in reports: the path, or the name in the registry.
    pub fn name(&self) -> String {
        match &self.reference {
            Some(reference) => reference.to_string(),
            None => self.path.to_string_lossy().into_owned(),
        }
    }

    /// Name of the format in reports: `registry`, or that of the output ([`ImageFormat::name`]).
    pub fn format_name(&self) -> &'static str {
        if self.reference.is_some() { "registry" } else { self.format.name() }
    }

    /// Refuses images for several platforms if only one can be delivered.
    ///
    /// # Errors
    /// If the destination is an archive.
    pub fn check_several(&self) -> Result<(), ImageError> {
        match self.format {
            ImageFormat::Archive => Err(ImageError::SeveralInArchive(self.path.clone())),
            ImageFormat::Layout => Ok(()),
        }
    }

    /// Pushes a composed image to the registry, or renames it to its final path. `registry` is called for a push only;
    /// `mount_from` is an image whose blobs the registry may reuse, such as the base.
    ///
    /// # Errors
    /// If it cannot be pushed, packed or renamed, and the error of `registry`.
    pub fn deliver<Error>(
        &self,
        composed: impl Deliverable,
        registry: impl FnOnce() -> Result<RegistrySettings, Error>,
        mount_from: Option<&ImageReference>,
        progress: &dyn Progress,
    ) -> Result<Option<Pushed>, Error>
    where
        Error: From<ImageError> + From<RegistryError>,
    {
        match &self.reference {
            None => {
                composed.keep()?;
                Ok(None)
            }
            Some(reference) => {
                Ok(Some(push(&registry()?, composed.layout(), reference, mount_from, progress)?))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Eq)]
    enum Error {
        Image,
        Registry,
    }

    impl From<ImageError> for Error {
        fn from(_: ImageError) -> Self {
            Self::Image
        }
    }

    impl From<RegistryError> for Error {
        fn from(_: RegistryError) -> Self {
            Self::Registry
        }
    }

    #[test]
    fn an_image_for_a_registry_is_composed_in_the_cache() {
        let cache = tempfile::tempdir().expect("a directory");
        let parse =
            |word: &str| Destination::parse::<Error>(Path::new(word), || Ok(cache.path().join("new")));
        let registry = parse("docker://localhost:5000/x").expect("is a destination");
        assert_eq!(
            (registry.name().as_str(), registry.format_name()),
            ("docker://localhost:5000/x", "registry")
        );
        assert_eq!(registry.path(), cache.path().join("new/outgoing"));
        assert!(cache.path().join("new").is_dir() && registry.check_several().is_ok());
        let archive = parse("/nowhere/x.tar").expect("is a destination");
        assert_eq!((archive.name().as_str(), archive.format_name()), ("/nowhere/x.tar", "tar"));
        assert!(matches!(archive.check_several(), Err(ImageError::SeveralInArchive(_))));
        assert_eq!(parse("docker://X").err(), Some(Error::Registry));
        assert_eq!(parse("x.tar.gz").err(), Some(Error::Image));
    }
}
