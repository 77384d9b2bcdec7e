//! Composition of an image: from a base, new layers and settings to an OCI layout.

use super::base_layers::copy_layers;
use super::composed::{Image, LayerOrigin};
use super::config::image_config;
use super::documents::{self, CONFIG_TYPE, MANIFEST_TYPE};
use super::error::ImageError;
use super::layout::{Layout, created_at};
use super::output::{ImageFormat, StagedImage};
use super::request::{ImageBase, ImageRequest, NewLayer};
use crate::support::output::StagingDir;

/// Composes an image in a staging directory. It is removed unless it is kept.
///
/// # Errors
/// If the base is malformed, a file of an app cannot be read, or the layout cannot be written.
pub fn compose(
    request: &ImageRequest<'_>,
    staging: StagingDir,
    format: ImageFormat,
) -> Result<StagedImage, ImageError> {
    let ImageRequest { base, layers, settings, platform, created } = *request;
    let layout = Layout::new(staging, created)?;
    let mut image_layers = match base {
        ImageBase::Scratch => Vec::new(),
        ImageBase::Directory(layer) => {
            vec![layout.new_layer(&NewLayer { origin: LayerOrigin::Base, layer })?]
        }
        ImageBase::Image(parts) => copy_layers(&layout, parts)?,
    };
    for new in layers.iter().filter(|new| !new.layer.is_empty()) {
        image_layers.push(layout.new_layer(new)?);
    }
    let (base_config, annotations) = match base {
        ImageBase::Image(parts) => (parts.config.as_deref(), documents::annotations(parts, settings)),
        ImageBase::Scratch | ImageBase::Directory(_) => (None, settings.annotations.clone()),
    };
    let config = image_config(base_config, settings, platform, &created_at(created)?, &image_layers)?;
    let platform = documents::platform_of(&config);
    let config_blob = layout.document(CONFIG_TYPE, &config)?;
    let manifest = documents::manifest(&config_blob, &image_layers, &annotations);
    let manifest = layout.document(MANIFEST_TYPE, &manifest)?;
    let descriptor = documents::for_platform(manifest.descriptor(), &platform);
    layout.finish(&documents::index(&descriptor, &settings.tags))?;
    let image = Image {
        manifest: manifest.digest,
        config: config_blob.digest,
        layers: image_layers,
        tags: settings.tags.clone(),
        annotations,
    };
    Ok(StagedImage { layout, format, image, config })
}
