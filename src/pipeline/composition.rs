//! The last stages: from a Plan to the layer of its files, and to an image of the base, that layer and the apps.

use std::path::Path;

use crate::app::{ChangedFile, InputTrees};
use crate::loader::LinkerSettings;
use crate::oci::image::{
    self, AppPlacement, ImageBase, ImageError, ImageFormat, ImageRequest, ImageSettings, StagedImage,
};
use crate::oci::layer::{
    self, CheckContext, FileOwner, Layer, LayerContents, LayerError, LayerRequest, PlannedDeb, StagedLayer,
};
use crate::solve::plan::Plan;
use crate::support::output::{StagingDir, scratch_file};
use crate::tree::inventory::{ImageFacts, ImagePlatform};

/// A Plan, and the trees that it was made for.
#[derive(Clone, Copy, Debug)]
pub struct Composition<'run> {
    /// The Plan.
    pub plan: &'run Plan,
    /// Base and apps; no apps if the Plan is that of a lock.
    pub trees: &'run InputTrees,
    /// Environment that the trees were linked in; none if the Plan is that of a lock.
    pub settings: Option<&'run LinkerSettings>,
}

/// Properties of an image to compose.
#[derive(Clone, Copy, Debug)]
pub struct ImageTarget<'run> {
    /// Configuration, names and annotations.
    pub settings: &'run ImageSettings,
    /// Owner of the apps' files in the image; none if the apps are mounted when it runs.
    pub apps: Option<FileOwner>,
    /// Platform of the image; by default that of the Plan.
    pub platform: Option<&'run ImagePlatform>,
    /// Time of everything that is new, in seconds since 1970.
    pub created: u64,
    /// Format of the output.
    pub format: ImageFormat,
}

/// A composed and checked image in its staging directory.
pub struct ComposedImage {
    /// The image.
    pub staged: StagedImage,
    /// Messages about files that are left out of its layers.
    pub notes: Vec<String>,
}

impl<'run> Composition<'run> {
    /// Composes the layer of the Plan's files. `debs` are those of the Plan's packages, in its order. Temporary files are on
    /// the file system of `output`.
    ///
    /// # Errors
    /// If a package does not have a planned file, or a file cannot be written.
    pub fn layer(
        &self,
        debs: &[PlannedDeb],
        contents: LayerContents,
        output: &Path,
    ) -> Result<Layer, LayerError> {
        self.compose_layer(debs, contents, &self.trees.changed, false, output)
    }

    /// As [`Self::layer`], for an image with the apps in it: without a base, programs of the packages get a `/tmp`.
    ///
    /// # Errors
    /// As for [`Self::layer`].
    pub fn layer_of_image(
        &self,
        debs: &[PlannedDeb],
        contents: LayerContents,
        output: &Path,
    ) -> Result<Layer, LayerError> {
        let is_lowest = self.trees.base.is_none() && !self.plan.packages.is_empty();
        // The layers of the apps have what was changed in them.
        self.compose_layer(debs, contents, &[], is_lowest, output)
    }

    /// Checks that a layer was written as it was composed, and that everything planned is found in it.
    ///
    /// # Errors
    /// If something differs.
    pub fn check_layer(&self, staged: &StagedLayer, layer: &Layer) -> Result<(), LayerError> {
        layer::check(staged, layer, self.plan, self.context())
    }

    /// Composes and checks an image of the base with the libraries on it, and with the apps if their owner is given.
    ///
    /// # Errors
    /// If the base has no layers to copy, an app cannot be read, the output cannot be written, or the image does not load
    /// what was planned.
    pub fn image(
        &self,
        libraries: &Layer,
        target: ImageTarget<'_>,
        staging: StagingDir,
    ) -> Result<ComposedImage, ImageError> {
        let ImageTarget { settings, apps, platform, created, format } = target;
        let output = staging.output();
        let (app_layers, placement) = match apps {
            Some(owner) => (image::app_layers(self.trees, libraries, owner, output)?, AppPlacement::InImage),
            None => (Vec::new(), AppPlacement::Mounted),
        };
        let base_layer;
        let base = match (&self.trees.base, &self.trees.image) {
            (None, _) => ImageBase::Scratch,
            (Some(_), Some(ImageFacts { parts: Some(parts), .. })) => ImageBase::Image(parts),
            (Some(base), Some(_)) => return Err(ImageError::ModelledBase(base.host_path.clone())),
            (Some(base), None) => {
                base_layer = image::base_layer(base, output)?;
                ImageBase::Directory(&base_layer)
            }
        };
        let layers = image::new_layers(self.trees, libraries, &app_layers);
        let of_plan = ImagePlatform::from(self.plan.provenance.target.architecture);
        let platform = platform.unwrap_or(&of_plan);
        let request = ImageRequest { base, layers: &layers, settings, platform, created };
        let staged = image::compose(&request, staging, format)?;
        image::check(&staged, self.plan, self.context(), placement)?;
        let composed = [libraries].into_iter().chain(&app_layers);
        let notes = composed.flat_map(|layer| &layer.notes).cloned().collect();
        Ok(ComposedImage { staged, notes })
    }

    fn compose_layer(
        &self,
        debs: &[PlannedDeb],
        contents: LayerContents,
        changed: &[ChangedFile],
        is_lowest: bool,
        output: &Path,
    ) -> Result<Layer, LayerError> {
        let base = self.trees.base.as_ref().map(|base| &base.inventory);
        let request = LayerRequest { plan: self.plan, debs, base, contents, changed, is_lowest };
        layer::compose(&request, scratch_file(output)?)
    }

    fn context(&self) -> CheckContext<'run> {
        match self.settings {
            Some(settings) => CheckContext::Trees { trees: self.trees, settings },
            None => CheckContext::Lock { base: self.trees.base.as_ref().map(|base| &base.inventory) },
        }
    }
}
