//! `sodeb layer`.

use std::path::Path;

use crate::app::InputTrees;
use crate::cli::arguments::{Format, LayerArguments, LayerFiles};
use crate::cli::debs::planned_debs;
use crate::cli::delivery::{BuiltImage, Delivery, check_base, staging_beside};
use crate::cli::failure::{Exit, Failure};
use crate::cli::inputs::{InputRequest, read_trees};
use crate::cli::lock_file;
use crate::cli::planning::{PlanRequest, plan_completely, reject_options_for_lock, warn_of_problems};
use crate::cli::recorded::base_name;
use crate::cli::session::Session;
use crate::emit::{self, LayerReport};
use crate::loader::LinkerSettings;
use crate::oci::image::{Destination, ImageSettings, layout_directory};
use crate::oci::layer::{self, Layer, LayerContents, LayerFormat};
use crate::pipeline::{Composition, ImageTarget};
use crate::solve::plan::{Plan, PlannedBase};
use crate::tree::inventory::ReadDepth;

/// Options that have an effect with a lock: how its base and its .debs are read, and the output.
const LOCK_OPTIONS: [&str; 16] = [
    "release",
    "arch",
    "output",
    "files",
    "format",
    "base",
    "platform",
    "insecure_registry",
    "offline",
    "mirror",
    "snapshot",
    "keyring",
    "catalog",
    "component",
    "backports",
    "refresh",
];

pub(super) fn run(arguments: &LayerArguments, session: &Session) -> Result<Exit, Failure> {
    let mtime = session.source_date_epoch()?;
    if let Some(directory) = layout_directory(&arguments.output) {
        return write_image(arguments, &directory, mtime, session);
    }
    let output = &arguments.output;
    let format = LayerFormat::of_name(output)?;
    format.form().check(output)?;
    let inputs = LayerInputs::read(arguments, session)?;
    let plan = &inputs.plan;
    let layer = inputs.compose(arguments, output, session)?;
    let staged = layer::write(&layer, staging_beside(output, session)?, format, mtime)?;
    inputs.composition().check_layer(&staged, &layer)?;
    let report = LayerReport::new(plan, &layer, &staged);
    let text = match arguments.format {
        Format::Json => emit::layer_json(&report).map_err(Failure::external)?,
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
    let base = &arguments.plan.apps.base;
    let destination = Destination::parse(&arguments.output, || session.cache_dir())?;
    check_base(base, session)?;
    let inputs = LayerInputs::read(arguments, session)?;
    let libraries = inputs.compose(arguments, directory, session)?;
    let target = ImageTarget {
        settings: &ImageSettings::default(),
        apps: None,
        platform: base.image.platform.as_ref(),
        created,
        format: destination.format(),
    };
    let staging = staging_beside(directory, session)?;
    let composed = inputs.composition().image(&libraries, target, staging)?;
    let delivery = Delivery {
        destination: &destination,
        base,
        archive: &arguments.plan.catalog.archive,
        format: arguments.format,
        page: None,
        session,
    };
    delivery.deliver(BuiltImage { plan: inputs.plan, libraries, composed, loads: None })
}

/// A Plan, and its inputs.
struct LayerInputs {
    plan: Plan,
    /// Base and apps; no apps for a lock.
    trees: InputTrees,
    /// Environment that the trees were linked in; none for a lock.
    linker: Option<LinkerSettings>,
}

impl LayerInputs {
    fn read(arguments: &LayerArguments, session: &Session) -> Result<Self, Failure> {
        match &arguments.plan.apps.paths[..] {
            [path] if lock_file::is_lock(path) => Self::read_lock(path, arguments, session),
            _ => Self::plan_trees(arguments, session),
        }
    }

    /// Reads a lock and its base, by default the one that the lock records.
    fn read_lock(path: &Path, arguments: &LayerArguments, session: &Session) -> Result<Self, Failure> {
        reject_options_for_lock(&LOCK_OPTIONS, session)?;
        let plan = lock_file::read(path)?;
        lock_file::check_target(&plan, path, &arguments.plan.catalog)?;
        let mut base = arguments.plan.apps.base.clone();
        if base.base.is_none() && session.config.base.is_none() {
            let of_lock = |base: &PlannedBase| base_name(&base.name, lock_file::directory_of(path));
            base.base = plan.base.as_ref().map(of_lock);
        }
        let request = InputRequest {
            paths: &[],
            base: &base,
            catalog: Some(&arguments.plan.catalog),
            offline: arguments.plan.catalog.archive.offline,
            architecture: Some(plan.provenance.target.architecture),
            depth: ReadDepth::Link,
            has_wishes: false,
        };
        let trees = read_trees(&request, session)?;
        layer::check_base(&plan, trees.base.is_some())?;
        lock_file::check_base(&plan, path, &trees, session)?;
        Ok(Self { plan, trees, linker: None })
    }

    fn plan_trees(arguments: &LayerArguments, session: &Session) -> Result<Self, Failure> {
        let request = PlanRequest::of(&arguments.plan, None);
        let planned = plan_completely(&request, "write a layer", session)?;
        Ok(Self { plan: planned.closed.plan, trees: planned.trees, linker: Some(planned.linker) })
    }

    /// Composes the layer, with temporary files on the file system of the output.
    fn compose(
        &self,
        arguments: &LayerArguments,
        output: &Path,
        session: &Session,
    ) -> Result<Layer, Failure> {
        let debs = planned_debs(&arguments.plan.catalog.archive, &self.plan, session)?;
        let contents = arguments.files.files.into();
        Ok(self.composition().layer(&debs, contents, output)?)
    }

    fn composition(&self) -> Composition<'_> {
        Composition { plan: &self.plan, trees: &self.trees, settings: self.linker.as_ref() }
    }
}

impl From<LayerFiles> for LayerContents {
    fn from(extent: LayerFiles) -> Self {
        match extent {
            LayerFiles::Needed => Self::Needed,
            LayerFiles::Package => Self::Package,
        }
    }
}
