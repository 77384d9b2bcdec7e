//! The last stages: from a Plan to the layer of its files, and to an image of the base, that layer and the trees.

use std::path::Path;

use crate::app::InputTrees;
use crate::loader::LinkerSettings;
use crate::oci::image::{
    self, AppPlacement, ImageBase, ImageError, ImageFormat, ImageRequest, ImageSettings, ImageWarnings,
    NewLayer, StagedImage,
};
use crate::oci::layer::{
    self, CheckContext, FileOwner, Layer, LayerContents, LayerError, LayerRequest, PackageSource, StagedLayer,
};
use crate::solve::plan::Plan;
use crate::support::output::{StagingDir, scratch_file};
use crate::tree::inventory::{ImageFacts, ImagePlatform};

/// A Plan, and the trees that it was made for.
#[derive(Clone, Copy, Debug)]
pub struct Composition<'run> {
    /// The Plan.
    pub plan: &'run Plan,
    /// The base and the trees; no trees if the Plan is that of a lock.
    pub trees: &'run InputTrees,
    /// Environment that the trees were linked in; none if the Plan is that of a lock.
    pub settings: Option<&'run LinkerSettings>,
}

/// Properties of an image to compose, and its destination.
#[derive(Clone, Copy, Debug)]
pub struct ImageTarget<'run> {
    /// How the image is started and what it is called.
    pub settings: &'run ImageSettings,
    /// Platform of the image; by default that of the Plan.
    pub platform: Option<&'run ImagePlatform>,
    /// Time of everything that is new, in seconds since 1970.
    pub created: u64,
    /// File or directory to write.
    pub output: &'run Path,
    /// Format of the output.
    pub format: ImageFormat,
}

impl<'run> Composition<'run> {
    /// Composes the layer of the Plan's files. `packages` are the Plan's, in its order; `is_lowest` says that nothing is
    /// below the layer; contents are gathered on the disk of `output`.
    ///
    /// # Errors
    /// If a package does not have a planned file, or a file cannot be written.
    pub fn libraries(
        &self,
        packages: &[PackageSource],
        contents: LayerContents,
        is_lowest: bool,
        output: &Path,
    ) -> Result<Layer, LayerError> {
        let base = self.trees.base.as_ref().map(|base| &base.inventory);
        let request = LayerRequest { plan: self.plan, sources: packages, base, contents, is_lowest };
        layer::compose(&request, scratch_file(output)?)
    }

    /// Checks that a layer was written as it was composed, and that everything planned is found in it.
    ///
    /// # Errors
    /// If something differs.
    pub fn check_layer(&self, staged: &StagedLayer, layer: &Layer) -> Result<(), LayerError> {
        layer::check(staged, layer, self.plan, self.context())
    }

    /// Composes and checks an image of the base with the libraries on it; the trees are mounted when it runs.
    ///
    /// # Errors
    /// If the base has no layers to copy, the output cannot be written, or the image does not load what was planned.
    pub fn image_of_libraries(
        &self,
        libraries: &Layer,
        target: ImageTarget<'_>,
        staging: StagingDir,
    ) -> Result<(StagedImage, ImageWarnings), ImageError> {
        let staged = self.image(&image::new_layers(self.trees, libraries, &[]), target, staging)?;
        let warnings = image::check(&staged, self.plan, self.context(), AppPlacement::Mounted)?;
        Ok((staged, warnings))
    }

    /// Composes and checks an image of the base with the libraries and the trees on it. The trees' layers, which are made
    /// here, stand before the image.
    ///
    /// # Errors
    /// As for [`Self::image_of_libraries`], or if a tree cannot be read.
    pub fn image_of_trees(
        &self,
        libraries: &Layer,
        owner: FileOwner,
        target: ImageTarget<'_>,
        staging: StagingDir,
    ) -> Result<(Vec<Layer>, StagedImage, ImageWarnings), ImageError> {
        let trees = image::app_layers(self.trees, libraries, owner, target.output)?;
        let staged = self.image(&image::new_layers(self.trees, libraries, &trees), target, staging)?;
        let warnings = image::check(&staged, self.plan, self.context(), AppPlacement::InImage)?;
        Ok((trees, staged, warnings))
    }

    fn context(&self) -> CheckContext<'run> {
        match self.settings {
            Some(settings) => CheckContext::Trees { trees: self.trees, settings },
            None => CheckContext::Lock { base: self.trees.base.as_ref().map(|base| &base.inventory) },
        }
    }

    fn image(
        &self,
        layers: &[NewLayer<'_>],
        target: ImageTarget<'_>,
        staging: StagingDir,
    ) -> Result<StagedImage, ImageError> {
        let ImageTarget { settings, platform, created, output, format } = target;
        let root_layer;
        let base = match (&self.trees.base, &self.trees.image) {
            (None, _) => ImageBase::Scratch,
            (Some(_), Some(ImageFacts { parts: Some(parts), .. })) => ImageBase::Image(parts),
            (Some(base), Some(_)) => return Err(ImageError::ModelledBase(base.host_path.clone())),
            (Some(base), None) => {
                root_layer = image::base_layer(base, output)?;
                ImageBase::Directory(&root_layer)
            }
        };
        let of_plan = ImagePlatform::from(self.plan.provenance.target.architecture);
        let platform = platform.unwrap_or(&of_plan);
        image::compose(&ImageRequest { base, layers, settings, platform, created }, staging, format)
    }
}
