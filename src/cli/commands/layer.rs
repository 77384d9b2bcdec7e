//! `sodeb layer`.

use std::path::Path;

use crate::app::InputTrees;
use crate::cli::arguments::{Format, LayerArguments, LayerExtent};
use crate::cli::composition::{BuiltImage, Delivery, check_base, staging_beside};
use crate::cli::debs::planned_debs;
use crate::cli::failure::{Exit, Failure};
use crate::cli::inputs::InputRequest;
use crate::cli::inputs::read_trees;
use crate::cli::lock_file;
use crate::cli::planning::{PlanRequest, PlannedTrees, incomplete, plan_trees, warn_of_problems};
use crate::cli::session::Session;
use crate::emit::{self, LayerReport};
use crate::loader::LinkerSettings;
use crate::oci::image::{Destination, ImageSettings, layout_directory};
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
    let place = &arguments.gap.apps.place;
    let destination = Destination::parse(&arguments.output, || session.cache_dir())?;
    check_base(place, session)?;
    let planned = Planned::of(arguments, session)?;
    let libraries = planned.compose(arguments, directory, session)?;
    let target = ImageTarget {
        settings: &ImageSettings::default(),
        apps: None,
        platform: place.choice.platform.as_ref(),
        created,
        format: destination.format(),
    };
    let staging = staging_beside(directory, session)?;
    let composed = planned.composition().image(&libraries, target, staging)?;
    let delivery = Delivery {
        destination: &destination,
        place,
        archive: &arguments.gap.catalog.archive,
        format: arguments.format,
        page: None,
        session,
    };
    delivery.deliver(BuiltImage { plan: planned.plan, libraries, composed, loads: None })
}

/// A Plan, and its inputs.
struct Planned {
    plan: Plan,
    /// Base and apps; no apps for a lock.
    trees: InputTrees,
    /// Environment that the trees were linked in; none for a lock.
    linker: Option<LinkerSettings>,
}

impl Planned {
    fn of(arguments: &LayerArguments, session: &Session) -> Result<Self, Failure> {
        match &arguments.gap.apps.paths[..] {
            [path] if lock_file::is_lock(path) => Self::of_lock(path, arguments, session),
            _ => Self::of_trees(arguments, session),
        }
    }

    /// Reads a lock and its base. The digest of the base is not compared: it covers the objects that the apps load from
    /// the base, and the apps are not known here. The check of the layer finds out if the libraries are at their paths.
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
        layer::check_base(&plan, trees.base.is_some())?;
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

    /// Composes the layer, with temporary files on the file system of the output.
    fn compose(
        &self,
        arguments: &LayerArguments,
        output: &Path,
        session: &Session,
    ) -> Result<Layer, Failure> {
        let debs = planned_debs(&arguments.gap.catalog.archive, &self.plan, session)?;
        let contents = arguments.shipped.files.into();
        Ok(self.composition().layer(&debs, contents, output)?)
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
