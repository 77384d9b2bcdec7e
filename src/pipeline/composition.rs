//! The last stages: from a Plan to the layer of its files, and to an image of the base, that layer and the trees.

use std::path::Path;

use crate::app::InputTrees;
use crate::loader::LinkerSettings;
use crate::oci::image::{
    self, Checked, Composed, ImageBase, ImageError, ImageOutput, ImageRequest, ImageSettings, NewLayer,
    StagingDir, TreesAre,
};
use crate::oci::layer::{
    self, Context, Layer, LayerContents, LayerError, Owner, PackageSource, Request, Written,
};
use crate::solve::plan::Plan;
use crate::tree::inventory::{ImageFacts, ImagePlatform};

/// A Plan, and the trees that it was made for.
#[derive(Clone, Copy, Debug)]
pub struct Composition<'run> {
    /// The Plan.
    pub plan: &'run Plan,
    /// The base and the trees; no trees if the Plan is that of a lock.
    pub sources: &'run InputTrees,
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
    /// Form of the output.
    pub kind: ImageOutput,
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
        extent: LayerContents,
        is_lowest: bool,
        output: &Path,
    ) -> Result<Layer, LayerError> {
        let base = self.sources.base.as_ref().map(|base| &base.inventory);
        let request = Request { plan: self.plan, sources: packages, base, extent, is_lowest };
        Layer::compose(&request, layer::scratch(output)?)
    }

    /// Checks that a layer was written as it was composed, and that everything planned is found in it.
    ///
    /// # Errors
    /// If something differs.
    pub fn check_layer(&self, written: &Written, layer: &Layer) -> Result<(), LayerError> {
        layer::check(written, layer, self.plan, self.context())
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
    ) -> Result<(Composed, Checked), ImageError> {
        let composed = self.image(&image::new_layers(self.sources, libraries, &[]), target, staging)?;
        let checked = image::check(&composed, self.plan, self.context(), TreesAre::Outside)?;
        Ok((composed, checked))
    }

    /// Composes and checks an image of the base with the libraries and the trees on it. The trees' layers, which are made
    /// here, stand before the image.
    ///
    /// # Errors
    /// As for [`Self::image_of_libraries`], or if a tree cannot be read.
    pub fn image_of_trees(
        &self,
        libraries: &Layer,
        owner: Owner,
        target: ImageTarget<'_>,
        staging: StagingDir,
    ) -> Result<(Vec<Layer>, Composed, Checked), ImageError> {
        let trees = image::tree_layers(self.sources, libraries, owner, target.output)?;
        let composed = self.image(&image::new_layers(self.sources, libraries, &trees), target, staging)?;
        let checked = image::check(&composed, self.plan, self.context(), TreesAre::Inside)?;
        Ok((trees, composed, checked))
    }

    fn context(&self) -> Context<'run> {
        match self.settings {
            Some(settings) => Context::Trees { sources: self.sources, settings },
            None => Context::Lock { base: self.sources.base.as_ref().map(|base| &base.inventory) },
        }
    }

    fn image(
        &self,
        layers: &[NewLayer<'_>],
        target: ImageTarget<'_>,
        staging: StagingDir,
    ) -> Result<Composed, ImageError> {
        let ImageTarget { settings, platform, created, output, kind } = target;
        let root_layer;
        let base = match (&self.sources.base, &self.sources.image) {
            (None, _) => ImageBase::Scratch,
            (Some(_), Some(ImageFacts { parts: Some(parts), .. })) => ImageBase::Image(parts),
            (Some(base), Some(_)) => return Err(ImageError::ModelledBase(base.host_path.clone())),
            (Some(base), None) => {
                root_layer = image::root_layer(base, output)?;
                ImageBase::Directory(&root_layer)
            }
        };
        let of_plan = ImagePlatform::from(self.plan.provenance.target.architecture);
        let platform = platform.unwrap_or(&of_plan);
        image::compose(&ImageRequest { base, layers, settings, platform, created }, staging, kind)
    }
}
