//! `sodeb layer`.

use std::path::Path;

use super::arguments::{ArchiveArguments, Format, LayerArguments, LayerExtent};
use super::catalogs::archive_settings;
use super::closing::{ClosedAnswer, ClosingQuestion, close, locked_urls, not_whole, warn_of_problems};
use super::config::Config;
use super::destination::Destination;
use super::image::{Keeping, Made, staging_beside, want_base};
use super::lock_file;
use super::printer::Printer;
use super::progress::Bars;
use super::settings::{SourceQuestion, read_sources};
use super::{Exit, Failure};
use crate::app::InputTrees;
use crate::debian::catalog::Package;
use crate::debian::debs::DebStore;
use crate::emit::{self, LayerReport};
use crate::loader::LinkerSettings;
use crate::oci::image::{ImageSettings, layout_directory};
use crate::oci::layer::{self, Layer, LayerContents, LayerError, OutputKind, PackageSource};
use crate::pipeline::{Composition, ImageTarget};
use crate::solve::plan::Plan;
use crate::tree::inventory::ReadDepth;

/// The time of everything that is written, in seconds since 1970
/// (<https://reproducible-builds.org/specs/source-date-epoch/>).
const SOURCE_DATE_EPOCH: &str = "SOURCE_DATE_EPOCH";

pub(super) fn run(arguments: &LayerArguments, config: &Config, printer: &Printer) -> Result<Exit, Failure> {
    let mtime = source_date_epoch()?;
    if let Some(directory) = layout_directory(&arguments.output) {
        return write_image(arguments, &directory, mtime, config, printer);
    }
    let output = &arguments.output;
    let kind = OutputKind::of_name(output)?;
    layer::refuse_output(output, kind)?;
    let planned = Planned::of(arguments, config, printer)?;
    let plan = &planned.plan;
    let layer = planned.compose(arguments, output, config, printer)?;
    let written = layer::write(&layer, output, kind, mtime)?;
    planned.composition().check_layer(&written, &layer)?;
    let report = LayerReport::new(plan, &layer, &written);
    let text = match arguments.format {
        Format::Json => emit::layer_json(&report).map_err(Failure::outside)?,
        Format::Text => emit::layer_text(&report),
    };
    written.keep()?;
    printer.print(text)?;
    for note in &layer.notes {
        printer.warning(note);
    }
    Ok(warn_of_problems(plan, printer))
}

/// Writes an OCI layout of the base with the layer on it.
fn write_image(
    arguments: &LayerArguments,
    directory: &Path,
    created: u64,
    config: &Config,
    printer: &Printer,
) -> Result<Exit, Failure> {
    let archive = &arguments.gap.catalog.archive;
    let destination = Destination::of(&arguments.output, archive, config)?;
    want_base(&arguments.gap.sources.place, config)?;
    let planned = Planned::of(arguments, config, printer)?;
    let layer = planned.compose(arguments, directory, config, printer)?;
    let target = ImageTarget {
        settings: &ImageSettings::default(),
        platform: arguments.gap.sources.place.choice.platform.as_ref(),
        created,
        output: directory,
        kind: destination.kind,
    };
    let (composed, checked) =
        planned.composition().image_of_libraries(&layer, target, staging_beside(directory)?)?;
    let made =
        Made { plan: planned.plan, libraries: layer, trees: Vec::new(), composed, checked, loaded: None };
    let place = &arguments.gap.sources.place;
    let keeping = Keeping { destination: &destination, place, archive, report: None };
    made.keep(&keeping, arguments.format, config, printer)
}

/// The Plan, and what it was made of.
struct Planned {
    plan: Plan,
    /// The base and the trees; no trees for a lock.
    sources: InputTrees,
    /// None for a lock.
    linker: Option<LinkerSettings>,
}

impl Planned {
    fn of(arguments: &LayerArguments, config: &Config, printer: &Printer) -> Result<Self, Failure> {
        match &arguments.gap.sources.paths[..] {
            [path] if lock_file::is_lock(path) => Self::of_lock(path, arguments, config, printer),
            _ => Self::of_trees(arguments, config, printer),
        }
    }

    /// A lock tells which files there are, but not what its base has. (The digest of the base is over the objects
    /// that the trees load from it too, so that it can't be compared without them: the check sees whether the
    /// libraries are where the lock says.)
    fn of_lock(
        path: &Path,
        arguments: &LayerArguments,
        config: &Config,
        printer: &Printer,
    ) -> Result<Self, Failure> {
        let plan = lock_file::read(path)?;
        let question = SourceQuestion {
            paths: &[],
            place: &arguments.gap.sources.place,
            cache: &arguments.gap.catalog.archive.cache,
            catalog: Some(&arguments.gap.catalog),
            offline: arguments.gap.catalog.archive.offline,
            architecture: Some(plan.provenance.target.architecture),
            depth: ReadDepth::Link,
        };
        let sources = read_sources(&question, config, printer)?;
        if plan.base.is_some() && sources.base.is_none() {
            let error = anyhow::anyhow!("cannot write a layer of {}: it was made for a base", path.display());
            return Err(Failure::question(error).hint("give that base by --base"));
        }
        Ok(Self { plan, sources, linker: None })
    }

    fn of_trees(arguments: &LayerArguments, config: &Config, printer: &Printer) -> Result<Self, Failure> {
        let question = ClosingQuestion::of(&arguments.gap, None);
        let ClosedAnswer { closed, sources, linker, .. } =
            close(&question, config, printer, |catalogs| catalogs)?;
        if !closed.unread.is_empty() {
            return Err(not_whole("write a layer"));
        }
        Ok(Self { plan: closed.plan, sources, linker: Some(linker) })
    }

    /// The layer, whose contents are gathered on the disk of the output.
    fn compose(
        &self,
        arguments: &LayerArguments,
        output: &Path,
        config: &Config,
        printer: &Printer,
    ) -> Result<Layer, Failure> {
        let packages = packages(&arguments.gap.catalog.archive, config, printer, &self.plan)?;
        let extent = arguments.shipped.files.into();
        Ok(self.composition().libraries(&packages, extent, false, output)?)
    }

    fn composition(&self) -> Composition<'_> {
        Composition { plan: &self.plan, sources: &self.sources, settings: self.linker.as_ref() }
    }
}

/// The Plan's .debs, read and as files.
pub(super) fn packages(
    archive: &ArchiveArguments,
    config: &Config,
    printer: &Printer,
    plan: &Plan,
) -> Result<Vec<PackageSource>, Failure> {
    let bars = Bars::new(printer.shows_progress);
    let settings = archive_settings(archive, config)?;
    let store = DebStore::new(settings, locked_urls(Some(plan)), &bars);
    let packages: Vec<Package> = plan.packages.iter().map(|planned| planned.package.clone()).collect();
    let files = store.files(&plan.provenance, &packages)?;
    let debs = store.debs(&plan.provenance, &packages)?;
    let both = packages.iter().zip(debs).zip(files);
    both.map(|((package, deb), file)| match deb.required() {
        Ok(deb) => Ok(PackageSource { deb, file }),
        Err(cause) => Err(Failure::outside(anyhow::anyhow!("cannot read {}: {cause}", package.name))),
    })
    .collect()
}

pub(super) fn source_date_epoch() -> Result<u64, Failure> {
    let Some(text) = std::env::var_os(SOURCE_DATE_EPOCH) else { return Ok(0) };
    text.to_str().and_then(|text| text.parse().ok()).ok_or_else(|| {
        let words = format!("cannot take {SOURCE_DATE_EPOCH} '{}' for a time", text.display());
        Failure::question(anyhow::anyhow!(words)).hint("it is a number of seconds since 1970")
    })
}

impl From<LayerExtent> for LayerContents {
    fn from(extent: LayerExtent) -> Self {
        match extent {
            LayerExtent::Needed => Self::Needed,
            LayerExtent::Package => Self::Package,
        }
    }
}

impl From<LayerError> for Failure {
    fn from(error: LayerError) -> Self {
        let hint = error.hint();
        let failure = if error.is_of_the_question() { Self::question(error) } else { Self::outside(error) };
        failure.hint_if(hint)
    }
}
