//! Images: composed, delivered and reported.

use std::path::Path;
use std::slice;

use crate::cli::arguments::{ArchiveArguments, BaseArguments, Format};
use crate::cli::config::registry_settings;
use crate::cli::failure::{Exit, Failure};
use crate::cli::inputs::named_base;
use crate::cli::planning::warn_of_problems;
use crate::cli::session::Session;
use crate::emit::{self, ImageReport};
use crate::oci::base::BaseReference;
use crate::oci::image::{self, Deliverable, Destination, Image, StagedImage};
use crate::oci::layer::Layer;
use crate::oci::registry::Pushed;
use crate::pipeline::ComposedImage;
use crate::solve::graph::Graph;
use crate::solve::plan::Plan;
use crate::support::output::StagingDir;

/// Refuses to build an image without a base, and on one without layers.
pub(super) fn check_base(arguments: &BaseArguments, session: &Session) -> Result<(), Failure> {
    Ok(image::check_base(named_base(arguments, session)?.as_ref())?)
}

/// Creates a staging directory next to an output. It is removed when the program is interrupted.
pub(super) fn staging_beside(output: &Path, session: &Session) -> Result<StagingDir, Failure> {
    session.interrupts.removed_when_interrupted(|| {
        let staging = StagingDir::beside(output)?;
        let directory = staging.path().to_owned();
        Ok((staging, directory))
    })
}

/// A composed image with the inputs of its report.
pub(super) struct BuiltImage {
    pub(super) plan: Plan,
    pub(super) libraries: Layer,
    pub(super) composed: ComposedImage,
    /// Objects that are loaded in it, for the HTML page; none for an image without apps.
    pub(super) loads: Option<ImageLoads>,
}

/// Objects that are loaded in an image.
pub(super) struct ImageLoads {
    pub(super) graph: Graph,
    /// Reason for which the release of its packages was chosen.
    pub(super) release_reason: String,
}

/// Inputs of a report, without the image itself.
struct ReportInputs {
    plan: Plan,
    libraries: Layer,
    notes: Vec<String>,
    loads: Option<ImageLoads>,
}

impl BuiltImage {
    /// Splits the image, which is delivered, from the inputs of its report.
    fn split(self) -> (StagedImage, ReportInputs) {
        let Self { plan, libraries, composed: ComposedImage { staged, notes }, loads } = self;
        (staged, ReportInputs { plan, libraries, notes, loads })
    }
}

impl ReportInputs {
    fn report<'report>(
        &'report self,
        image: &'report Image,
        delivery: &'report Delivery<'_>,
        output: &'report str,
        pushed: Option<&Pushed>,
    ) -> ImageReport<'report> {
        let Self { plan, libraries, notes, .. } = self;
        let sent = pushed.map(|pushed| (pushed.sent, pushed.present));
        let format = delivery.destination.format_name();
        ImageReport { plan, libraries, output, format, image, sent, notes }
    }

    /// Prints warnings, and returns the exit status.
    fn warn(&self, session: &Session) -> Exit {
        for message in &self.notes {
            session.printer.warning(message);
        }
        warn_of_problems(&self.plan, session)
    }
}

/// Delivery of images to their destination, and of reports to the user.
pub(super) struct Delivery<'run> {
    pub(super) destination: &'run Destination,
    pub(super) base: &'run BaseArguments,
    pub(super) archive: &'run ArchiveArguments,
    /// Format of the report.
    pub(super) format: Format,
    /// Path of the HTML page, if one is requested.
    pub(super) page: Option<&'run Path>,
    pub(super) session: &'run Session,
}

impl Delivery<'_> {
    /// Delivers and reports one image.
    pub(super) fn deliver(&self, image: BuiltImage) -> Result<Exit, Failure> {
        let (staged, inputs) = image.split();
        let image = staged.image.clone();
        let pushed = self.deliver_composed(staged)?;
        let output = self.destination.name();
        let report = inputs.report(&image, self, &output, pushed.as_ref());
        self.session.printer.print(match self.format {
            Format::Json => emit::image_json(&report).map_err(Failure::external)?,
            Format::Text => emit::image_text(&report),
        })?;
        self.write_page(slice::from_ref(&inputs), vec![report])?;
        Ok(inputs.warn(self.session))
    }

    /// Delivers the images of several platforms as one index, and reports them.
    pub(super) fn deliver_index(&self, images: Vec<BuiltImage>) -> Result<Exit, Failure> {
        let (staged, inputs): (Vec<StagedImage>, Vec<ReportInputs>) =
            images.into_iter().map(BuiltImage::split).unzip();
        let index = image::join(staged)?;
        let (digest, images) = (index.digest, index.images.clone());
        let pushed = self.deliver_composed(index)?;
        let output = self.destination.name();
        let reports: Vec<ImageReport<'_>> = inputs
            .iter()
            .zip(&images)
            .map(|(inputs, image)| inputs.report(image, self, &output, pushed.as_ref()))
            .collect();
        self.session.printer.print(match self.format {
            Format::Json => emit::images_json(digest, &reports).map_err(Failure::external)?,
            Format::Text => emit::images_text(digest, &reports),
        })?;
        self.write_page(&inputs, reports)?;
        let exits = inputs.iter().map(|inputs| inputs.warn(self.session));
        Ok(exits.max().unwrap_or(Exit::Fine))
    }

    fn deliver_composed(&self, composed: impl Deliverable) -> Result<Option<Pushed>, Failure> {
        let registry = || registry_settings(&self.base.image, self.archive.offline, self.session);
        let base = named_base(self.base, self.session)?;
        let mount_from = base.as_ref().and_then(BaseReference::image_reference);
        self.destination.deliver(composed, registry, mount_from, &self.session.progress)
    }

    /// Writes the HTML page about images, if one is requested.
    fn write_page(&self, inputs: &[ReportInputs], reports: Vec<ImageReport<'_>>) -> Result<(), Failure> {
        let Some(path) = self.page else { return Ok(()) };
        let loads = inputs.iter().map(|inputs| inputs.loads.as_ref());
        let shown: Vec<_> = reports
            .into_iter()
            .zip(loads)
            .filter_map(|(report, loads)| Some((report, &loads?.graph, loads?.release_reason.as_str())))
            .collect();
        let page = emit::image_html(&shown).map_err(Failure::external)?;
        self.session.printer.write_file(path, page.as_bytes())
    }
}
