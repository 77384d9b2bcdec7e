//! `sodeb layer`.

use std::path::Path;

use crate::app::InputTrees;
use crate::cli::arguments::{Format, LayerArguments, LayerExtent};
use crate::cli::composition::{Keeping, Made, staging_beside, want_base};
use crate::cli::debs::planned_debs;
use crate::cli::destination::Destination;
use crate::cli::failure::{Exit, Failure};
use crate::cli::inputs::InputRequest;
use crate::cli::inputs::read_trees;
use crate::cli::lock_file;
use crate::cli::planning::{PlanRequest, PlannedTrees, incomplete, plan_trees, warn_of_problems};
use crate::cli::session::Session;
use crate::emit::{self, LayerReport};
use crate::loader::LinkerSettings;
use crate::oci::image::{ImageSettings, layout_directory};
use crate::oci::layer::{self, Layer, LayerContents, LayerFormat};
use crate::pipeline::{Composition, ImageTarget};
use crate::solve::plan::Plan;
use crate::tree::inventory::ReadDepth;

pub(super) fn run(arguments: &LayerArguments, session: &Session) -> Result<Exit, Failure> {
    let mtime = session.source_date_epoch()?;
    if let Some(directory) = layout_directory(&arguments.output) {
        return write_image(arguments, &directory, mtime, session);
    }
    let output = &arguments.output;
    let format = LayerFormat::of_name(output)?;
    format.form().check(output)?;
    let planned = Planned::of(arguments, session)?;
    let plan = &planned.plan;
    let layer = planned.compose(arguments, output, session)?;
    let staged = layer::write(&layer, staging_beside(output, session)?, format, mtime)?;
    planned.composition().check_layer(&staged, &layer)?;
    let report = LayerReport::new(plan, &layer, &staged);
    let text = match arguments.format {
        Format::Json => emit::layer_json(&report).map_err(Failure::outside)?,
        Format::Text => emit::layer_text(&report),
    };
    staged.keep()?;
    session.printer.print(text)?;
    for note in &layer.notes {
        session.printer.warning(note);
    }
    Ok(warn_of_problems(plan, session))
}

/// Writes an OCI layout of the base with the layer on it.
fn write_image(
    arguments: &LayerArguments,
    directory: &Path,
    created: u64,
    session: &Session,
) -> Result<Exit, Failure> {
    let archive = &arguments.gap.catalog.archive;
    let destination = Destination::of(&arguments.output, archive, session)?;
    want_base(&arguments.gap.apps.place, session)?;
    let planned = Planned::of(arguments, session)?;
    let layer = planned.compose(arguments, directory, session)?;
    let target = ImageTarget {
        settings: &ImageSettings::default(),
        platform: arguments.gap.apps.place.choice.platform.as_ref(),
        created,
        output: directory,
        format: destination.format,
    };
    let (composed, checked) =
        planned.composition().image_of_libraries(&layer, target, staging_beside(directory, session)?)?;
    let made =
        Made { plan: planned.plan, libraries: layer, trees: Vec::new(), composed, checked, loaded: None };
    let place = &arguments.gap.apps.place;
    let keeping = Keeping { destination: &destination, place, archive, report: None };
    made.keep(&keeping, arguments.format, session)
}

/// The Plan, and what it was made of.
struct Planned {
    plan: Plan,
    /// The base and the trees; no trees for a lock.
    trees: InputTrees,
    /// None for a lock.
    linker: Option<LinkerSettings>,
}

impl Planned {
    fn of(arguments: &LayerArguments, session: &Session) -> Result<Self, Failure> {
        match &arguments.gap.apps.paths[..] {
            [path] if lock_file::is_lock(path) => Self::of_lock(path, arguments, session),
            _ => Self::of_trees(arguments, session),
        }
    }

    /// A lock tells which files there are, but not what its base has. (The digest of the base is over the objects
    /// that the trees load from it too, so that it can't be compared without them: the check sees whether the
    /// libraries are where the lock says.)
    fn of_lock(path: &Path, arguments: &LayerArguments, session: &Session) -> Result<Self, Failure> {
        let plan = lock_file::read(path)?;
        let question = InputRequest {
            paths: &[],
            place: &arguments.gap.apps.place,
            catalog: Some(&arguments.gap.catalog),
            offline: arguments.gap.catalog.archive.offline,
            architecture: Some(plan.provenance.target.architecture),
            depth: ReadDepth::Link,
        };
        let trees = read_trees(&question, session)?;
        if plan.base.is_some() && trees.base.is_none() {
            let error = anyhow::anyhow!("cannot write a layer of {}: it was made for a base", path.display());
            return Err(Failure::question(error).hint("give that base by --base"));
        }
        Ok(Self { plan, trees, linker: None })
    }

    fn of_trees(arguments: &LayerArguments, session: &Session) -> Result<Self, Failure> {
        let question = PlanRequest::of(&arguments.gap, None);
        let PlannedTrees { closed, trees, linker, .. } = plan_trees(&question, session, |catalogs| catalogs)?;
        if !closed.unread.is_empty() {
            return Err(incomplete("write a layer"));
        }
        Ok(Self { plan: closed.plan, trees, linker: Some(linker) })
    }

    /// The layer, whose contents are gathered on the disk of the output.
    fn compose(
        &self,
        arguments: &LayerArguments,
        output: &Path,
        session: &Session,
    ) -> Result<Layer, Failure> {
        let packages = planned_debs(&arguments.gap.catalog.archive, &self.plan, session)?;
        let contents = arguments.shipped.files.into();
        Ok(self.composition().libraries(&packages, contents, false, output)?)
    }

    fn composition(&self) -> Composition<'_> {
        Composition { plan: &self.plan, trees: &self.trees, settings: self.linker.as_ref() }
    }
}

impl From<LayerExtent> for LayerContents {
    fn from(extent: LayerExtent) -> Self {
        match extent {
            LayerExtent::Needed => Self::Needed,
            LayerExtent::Package => Self::Package,
        }
    }
}
