//! `-o` of an image: files of this machine, or a name in a registry.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use crate::cli::arguments::{ArchiveArguments, PlaceArguments};
use crate::cli::config::registry_settings;
use crate::cli::failure::Failure;
use crate::cli::inputs::named_base;
use crate::cli::session::Session;
use crate::oci::base::BaseReference;
use crate::oci::image::{ImageError, ImageFormat};
use crate::oci::registry::{self, ImageReference, Pushed};

/// How a name in a registry begins.
const REGISTRY: &str = "docker://";

/// Where it is composed that is sent to a registry, below the cache.
const OUTGOING: &str = "outgoing";

/// Where an image goes.
pub(super) struct Destination {
    /// What it is composed as.
    pub(super) format: ImageFormat,
    /// Where it is composed; it gets this name if it is to stay.
    pub(super) path: PathBuf,
    reference: Option<ImageReference>,
}

impl Destination {
    /// What a word stands for. Nothing that is there would be lost.
    pub(super) fn of(word: &Path, _archive: &ArchiveArguments, session: &Session) -> Result<Self, Failure> {
        match word.to_str().filter(|word| word.starts_with(REGISTRY)) {
            None => {
                let (format, path) = ImageFormat::parse(word)?;
                format.form().check(&path)?;
                Ok(Self { format, path, reference: None })
            }
            Some(name) => {
                let reference = ImageReference::parse(name)?;
                let directory = session.cache_dir()?;
                std::fs::create_dir_all(&directory).map_err(|error| {
                    let words = format!("cannot write {}", directory.display());
                    Failure::outside(anyhow::Error::new(error).context(words))
                })?;
                Ok(Self {
                    format: ImageFormat::Layout,
                    path: directory.join(OUTGOING),
                    reference: Some(reference),
                })
            }
        }
    }

    /// What it is called in the report.
    pub(super) fn name(&self) -> Cow<'_, str> {
        match &self.reference {
            Some(reference) => Cow::Owned(reference.to_string()),
            None => self.path.to_string_lossy(),
        }
    }

    /// A word for what it is.
    pub(super) fn form(&self) -> &'static str {
        if self.reference.is_some() { "registry" } else { self.format.name() }
    }

    /// Refuses to have several platforms in it where only one can be.
    pub(super) fn take_several(&self) -> Result<(), Failure> {
        if self.format != ImageFormat::Archive {
            return Ok(());
        }
        let name = self.path.display();
        Err(Failure::question(anyhow::anyhow!(
            "cannot write {name}: docker loads archives of one platform only"
        ))
        .hint("-o oci:DIR is a layout of all of them, -o docker://HOST/NAME:TAG sends them to a registry"))
    }

    /// Sends a layout, or lets it be kept here by `keep`.
    pub(super) fn keep(
        &self,
        layout: &Path,
        keep: impl FnOnce() -> Result<(), ImageError>,
        place: &PlaceArguments,
        archive: &ArchiveArguments,
        session: &Session,
    ) -> Result<Option<Pushed>, Failure> {
        let Some(reference) = &self.reference else {
            keep()?;
            return Ok(None);
        };
        let settings = registry_settings(&place.choice, archive.offline, session)?;
        let base = named_base(place, session)?;
        let from = base.as_ref().and_then(BaseReference::image_reference);
        Ok(Some(registry::push(&settings, layout, reference, from, &session.progress)?))
    }
}
