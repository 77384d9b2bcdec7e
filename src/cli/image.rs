//! `sodeb image`.

use std::path::Path;
use std::time::Duration;

use super::arguments::{ArchiveArguments, Format, ImageArguments, PlaceArguments};
use super::base::Base;
use super::closing::{ClosedAnswer, ClosingQuestion, close, not_whole, warn_of_problems};
use super::config::Config;
use super::destination::Destination;
use super::image_settings::{image_settings, linker_arguments};
use super::interrupt::remove_when_interrupted;
use super::layer::{packages, source_date_epoch};
use super::printer::Printer;
use super::{Exit, Failure};
use crate::app::Sources;
use crate::emit::{self, ImageReport};
use crate::image::{
    self, Checked, Composed, ImageBase, ImageError, ImageOutput, ImageRequest, ImageSettings, NewLayer,
    TreesAre, Workplace,
};
use crate::inventory::{ImageFacts, ImagePlatform};
use crate::layer::{self, Context, Layer, Request};
use crate::plan::Plan;

/// How many dead links are told one by one.
const TOLD_LINKS: usize = 10;

pub(super) fn run(arguments: &ImageArguments, config: &Config, printer: &Printer) -> Result<Exit, Failure> {
    let created = source_date_epoch()?;
    let archive = &arguments.gap.catalog.archive;
    let destination = Destination::of(&arguments.output, archive, config)?;
    let output = &destination.path;
    want_base(&arguments.gap.sources.place, config)?;
    let linker = linker_arguments(arguments, config)?;
    let settings = image_settings(arguments, &linker, config)?;
    let question = ClosingQuestion { linker: &linker, ..ClosingQuestion::of(&arguments.gap, None) };
    let ClosedAnswer { closed, sources, linker, .. } =
        close(&question, config, printer, |catalogs| catalogs)?;
    if !closed.unread.is_empty() {
        return Err(not_whole("compose an image"));
    }
    let plan = closed.plan;
    let debs = packages(archive, config, printer, &plan)?;
    let request = Request {
        plan: &plan,
        sources: &debs,
        base: sources.base.as_ref().map(|base| &base.inventory),
        extent: arguments.shipped.files.into(),
        // What is nothing but trees is no system.
        is_lowest: sources.base.is_none() && !plan.packages.is_empty(),
    };
    let libraries = Layer::compose(&request, layer::scratch(output)?)?;
    let trees = image::tree_layers(&sources, &libraries, arguments.owner.unwrap_or_default(), output)?;
    let composing = Composing {
        plan: &plan,
        sources: &sources,
        layers: &image::new_layers(&sources, &libraries, &trees),
        settings: &settings,
        platform: arguments.gap.sources.place.platform.as_ref(),
        created,
    };
    let composed = composing.compose(output, destination.kind)?;
    let context = Context::Trees { sources: &sources, settings: &linker };
    let checked = image::check(&composed, &plan, context, TreesAre::Inside)?;
    if let Some(command) = &arguments.verify.verify_run {
        composed.run(command.words(), Duration::from_secs(arguments.verify.verify_timeout.into()))?;
    }
    let keeping = Keeping { destination: &destination, place: &arguments.gap.sources.place, archive };
    let finished = Finished { plan: &plan, libraries: &libraries, trees: &trees, checked: &checked };
    finished.keep(composed, &keeping, arguments.format, config, printer)
}

/// Refuses to compose an image on nothing without being told to.
pub(super) fn want_base(place: &PlaceArguments, config: &Config) -> Result<(), Failure> {
    match Base::named(place, config)? {
        Some(base) if base.is_described() => return Err(only_described(base.name())),
        Some(_) => return Ok(()),
        None => {}
    }
    let error = anyhow::anyhow!("cannot compose an image: no base is given");
    Err(Failure::question(error)
        .hint("--base names what the image is put on; `--base scratch` is nothing at all"))
}

/// That there is nothing to put an image on.
fn only_described(name: &Path) -> Failure {
    let name = name.display();
    let error = anyhow::anyhow!(
        "cannot compose an image on {name}: it is described by its packages, and not at hand"
    );
    Failure::question(error).hint("name the image itself, such as gcr.io/distroless/python3-debian12")
}

/// What an image was made of and found to be.
pub(super) struct Finished<'run> {
    pub(super) plan: &'run Plan,
    pub(super) libraries: &'run Layer,
    pub(super) trees: &'run [Layer],
    pub(super) checked: &'run Checked,
}

/// Where an image goes, and how.
pub(super) struct Keeping<'run> {
    pub(super) destination: &'run Destination,
    pub(super) place: &'run PlaceArguments,
    pub(super) archive: &'run ArchiveArguments,
}

impl Finished<'_> {
    /// Gives the image its name or sends it, and reports it.
    pub(super) fn keep(
        &self,
        composed: Composed,
        keeping: &Keeping<'_>,
        format: Format,
        config: &Config,
        printer: &Printer,
    ) -> Result<Exit, Failure> {
        let Self { plan, libraries, trees, checked } = self;
        let all = [*libraries].into_iter().chain(*trees);
        let notes: Vec<&str> = all.flat_map(|layer| &layer.notes).map(String::as_str).collect();
        let Keeping { destination, place, archive } = keeping;
        let image = composed.image.clone();
        let pushed = destination.keep(composed, place, archive, config, printer)?;
        let report = ImageReport {
            plan,
            libraries,
            output: &destination.name(),
            form: destination.form(),
            image: &image,
            sent: pushed.map(|pushed| (pushed.sent, pushed.present)),
            checked,
            notes: &notes,
        };
        let text = match format {
            Format::Json => emit::image_json(&report).map_err(Failure::outside)?,
            Format::Text => emit::image_text(&report),
        };
        printer.print(text)?;
        notes.iter().for_each(|note| printer.warning(note));
        warn_of_dead_links(checked, printer);
        Ok(warn_of_problems(plan, printer))
    }
}

/// What an image is composed of.
pub(super) struct Composing<'run> {
    pub(super) plan: &'run Plan,
    pub(super) sources: &'run Sources,
    pub(super) layers: &'run [NewLayer<'run>],
    pub(super) settings: &'run ImageSettings,
    pub(super) platform: Option<&'run ImagePlatform>,
    pub(super) created: u64,
}

impl Composing<'_> {
    pub(super) fn compose(&self, output: &Path, kind: ImageOutput) -> Result<Composed, Failure> {
        let workplace = Workplace::beside(output)?;
        remove_when_interrupted(workplace.path())?;
        let Self { plan, sources, layers, settings, platform, created } = self;
        let of_plan = ImagePlatform::from(plan.provenance.target.architecture);
        let root_layer;
        let base = match (&sources.base, &sources.image) {
            (None, _) => ImageBase::Scratch,
            (Some(_), Some(ImageFacts { parts: Some(parts), .. })) => ImageBase::Image(parts),
            (Some(base), Some(_)) => return Err(only_described(&base.host_path)),
            (Some(base), None) => {
                root_layer = image::root_layer(base, output)?;
                ImageBase::Folder(&root_layer)
            }
        };
        let platform = platform.unwrap_or(&of_plan);
        let request = ImageRequest { base, layers, settings, platform, created: *created };
        Ok(image::compose(&request, workplace, kind)?)
    }
}

fn warn_of_dead_links(checked: &Checked, printer: &Printer) {
    let links = &checked.dead_links;
    for (path, target) in links.iter().take(TOLD_LINKS) {
        printer.warning(&format!("{path} leads to {target}, which the image does not have"));
    }
    if links.len() > TOLD_LINKS {
        let others = links.len() - TOLD_LINKS;
        printer.warning(&format!("{others} more links of the trees lead to what the image does not have"));
    }
}

impl From<ImageError> for Failure {
    fn from(error: ImageError) -> Self {
        let hint = error.hint();
        let failure = match &error {
            ImageError::Run { .. } => Self::bad_news(error),
            _ if error.is_of_the_question() => Self::question(error),
            _ => Self::outside(error),
        };
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    }
}
