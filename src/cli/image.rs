//! `sodeb image`.

use std::path::{Path, PathBuf};
use std::slice;
use std::time::Duration;

use super::arguments::{
    ArchiveArguments, Format, GapArguments, ImageArguments, PlaceArguments, SourceArguments,
};
use super::base;
use super::closing::{ClosedAnswer, ClosingQuestion, close, not_whole, warn_of_problems};
use super::config::Config;
use super::destination::Destination;
use super::image_settings::{image_settings, linker_arguments};
use super::interrupt::removed_when_interrupted;
use super::layer::{packages, source_date_epoch};
use super::printer::Printer;
use super::{Exit, Failure};
use crate::emit::{self, ImageReport};
use crate::oci::image::{self, Checked, Composed, Image, ImageError, StagingDir};
use crate::oci::layer::Layer;
use crate::oci::registry::Pushed;
use crate::pipeline::{Composition, ImageTarget};
use crate::solve::graph::Graph;
use crate::solve::plan::Plan;
use crate::tree::inventory::ImagePlatform;

/// How many dead links are told one by one.
const TOLD_LINKS: usize = 10;

pub(super) fn run(arguments: &ImageArguments, config: &Config, printer: &Printer) -> Result<Exit, Failure> {
    let created = source_date_epoch()?;
    let GapArguments { sources, catalog, .. } = &arguments.gap;
    let destination = Destination::of(&arguments.output, &catalog.archive, config)?;
    want_base(&sources.place, config)?;
    let making = Making { arguments, destination: &destination, created, config, printer };
    let report = arguments.report.as_deref();
    let keeping =
        Keeping { destination: &destination, place: &sources.place, archive: &catalog.archive, report };
    let Some(groups) = by_platform(sources)? else {
        return making.one(sources)?.keep(&keeping, arguments.format, config, printer);
    };
    destination.take_several()?;
    let made = groups.iter().map(|sources| making.one(sources)).collect::<Result<_, Failure>>()?;
    keep_several(made, &keeping, arguments.format, config, printer)
}

/// What is the same for the images of all platforms.
struct Making<'run> {
    arguments: &'run ImageArguments,
    destination: &'run Destination,
    created: u64,
    config: &'run Config,
    printer: &'run Printer,
}

impl Making<'_> {
    /// Composes and checks the image of these trees.
    fn one(&self, trees: &SourceArguments) -> Result<Made, Failure> {
        let Self { arguments, destination, created, config, printer } = *self;
        let output = &destination.path;
        let linker = linker_arguments(arguments, config)?;
        let settings = image_settings(arguments, &linker, config)?;
        let gap = ClosingQuestion::of(&arguments.gap, None);
        let question = ClosingQuestion { sources: trees, linker: &linker, ..gap };
        let ClosedAnswer { closed, sources, linker, learned_from } =
            close(&question, config, printer, |catalogs| catalogs)?;
        if !closed.unread.is_empty() {
            return Err(not_whole("compose an image"));
        }
        let loaded = Some(Loaded { graph: closed.graph, learned_from });
        let plan = closed.plan;
        let debs = packages(&arguments.gap.catalog.archive, config, printer, &plan)?;
        let composition = Composition { plan: &plan, sources: &sources, settings: Some(&linker) };
        // What is nothing but trees is no system.
        let is_lowest = sources.base.is_none() && !plan.packages.is_empty();
        let libraries = composition.libraries(&debs, arguments.shipped.files.into(), is_lowest, output)?;
        let target = ImageTarget {
            settings: &settings,
            platform: trees.place.choice.platform.as_ref(),
            created,
            output,
            kind: destination.kind,
        };
        let owner = arguments.owner.unwrap_or_default();
        let staging = staging_beside(output)?;
        let (tree_layers, composed, checked) =
            composition.image_of_trees(&libraries, owner, target, staging)?;
        if let Some(command) = &arguments.verify.verify_run {
            composed.run(command.words(), Duration::from_secs(arguments.verify.verify_timeout.into()))?;
        }
        Ok(Made { plan, libraries, trees: tree_layers, composed, checked, loaded })
    }
}

/// Refuses to compose an image on nothing without being told to.
pub(super) fn want_base(place: &PlaceArguments, config: &Config) -> Result<(), Failure> {
    match base::named(place, config)? {
        Some(base) if base.is_modelled() => {
            return Err(ImageError::ModelledBase(base.name().to_owned()).into());
        }
        Some(_) => return Ok(()),
        None => {}
    }
    let error = anyhow::anyhow!("cannot compose an image: no base is given");
    Err(Failure::question(error)
        .hint("--base names what the image is put on; `--base scratch` is nothing at all"))
}

/// An image, what it was made of and what it was found to be.
pub(super) struct Made {
    pub(super) plan: Plan,
    pub(super) libraries: Layer,
    pub(super) trees: Vec<Layer>,
    pub(super) composed: Composed,
    pub(super) checked: Checked,
    /// What is loaded in it; none where no page is asked for.
    pub(super) loaded: Option<Loaded>,
}

/// What is loaded in an image, for its page.
pub(super) struct Loaded {
    graph: Graph,
    /// Why its packages were looked up in that release.
    learned_from: String,
}

/// Where an image goes, and how.
pub(super) struct Keeping<'run> {
    pub(super) destination: &'run Destination,
    pub(super) place: &'run PlaceArguments,
    pub(super) archive: &'run ArchiveArguments,
    /// Where the page goes, if one is asked for.
    pub(super) report: Option<&'run Path>,
}

impl Keeping<'_> {
    /// Writes the page about images, if one is asked for.
    fn write_report(
        &self,
        told: &[Told],
        reports: Vec<ImageReport<'_>>,
        printer: &Printer,
    ) -> Result<(), Failure> {
        let Some(path) = self.report else { return Ok(()) };
        let loaded = told.iter().map(|told| told.loaded.as_ref());
        let shown: Vec<_> = reports
            .into_iter()
            .zip(loaded)
            .filter_map(|(report, loaded)| Some((report, &loaded?.graph, loaded?.learned_from.as_str())))
            .collect();
        let page = emit::image_html(&shown).map_err(Failure::outside)?;
        printer.write_file(path, page.as_bytes())
    }
}

/// What is told of an image that is where it belongs.
struct Told {
    plan: Plan,
    libraries: Layer,
    checked: Checked,
    notes: Vec<String>,
    loaded: Option<Loaded>,
}

impl Told {
    fn report<'told>(
        &'told self,
        image: &'told Image,
        output: &'told str,
        form: &'static str,
        pushed: Option<&Pushed>,
    ) -> ImageReport<'told> {
        let Self { plan, libraries, checked, notes, .. } = self;
        let sent = pushed.map(|pushed| (pushed.sent, pushed.present));
        ImageReport { plan, libraries, output, form, image, sent, checked, notes }
    }

    fn warn(&self, printer: &Printer) -> Exit {
        self.notes.iter().for_each(|note| printer.warning(note));
        warn_of_interpreters(&self.checked, printer);
        warn_of_dead_links(&self.checked, printer);
        warn_of_problems(&self.plan, printer)
    }
}

impl Made {
    /// Gives the image its name or sends it, and reports it.
    pub(super) fn keep(
        self,
        keeping: &Keeping<'_>,
        format: Format,
        config: &Config,
        printer: &Printer,
    ) -> Result<Exit, Failure> {
        let (composed, told) = self.apart();
        let Keeping { destination, place, archive, .. } = keeping;
        let (image, layout) = (composed.image.clone(), composed.layout().to_owned());
        let pushed = destination.keep(&layout, || composed.keep(), place, archive, config, printer)?;
        let name = destination.name();
        let report = told.report(&image, &name, destination.form(), pushed.as_ref());
        printer.print(match format {
            Format::Json => emit::image_json(&report).map_err(Failure::outside)?,
            Format::Text => emit::image_text(&report),
        })?;
        keeping.write_report(slice::from_ref(&told), vec![report], printer)?;
        Ok(told.warn(printer))
    }

    /// The image, and what is told of it.
    fn apart(self) -> (Composed, Told) {
        let Self { plan, libraries, trees, composed, checked, loaded } = self;
        let notes = [&libraries].into_iter().chain(&trees).flat_map(|layer| &layer.notes).cloned().collect();
        (composed, Told { plan, libraries, checked, notes, loaded })
    }
}

/// Puts the images of several platforms into one layout, gives it its name or sends it, and reports them.
fn keep_several(
    made: Vec<Made>,
    keeping: &Keeping<'_>,
    format: Format,
    config: &Config,
    printer: &Printer,
) -> Result<Exit, Failure> {
    let (composed, told): (Vec<Composed>, Vec<Told>) = made.into_iter().map(Made::apart).unzip();
    let list = image::join(composed)?;
    let Keeping { destination, place, archive, .. } = keeping;
    let (digest, images, layout) = (list.digest, list.images.clone(), list.layout().to_owned());
    let pushed = destination.keep(&layout, || list.keep(), place, archive, config, printer)?;
    let (name, form) = (destination.name(), destination.form());
    let reports: Vec<ImageReport<'_>> = told
        .iter()
        .zip(&images)
        .map(|(told, image)| told.report(image, &name, form, pushed.as_ref()))
        .collect();
    printer.print(match format {
        Format::Json => emit::images_json(digest, &reports).map_err(Failure::outside)?,
        Format::Text => emit::images_text(digest, &reports),
    })?;
    keeping.write_report(&told, reports, printer)?;
    let exits: Vec<Exit> = told.iter().map(|told| told.warn(printer)).collect();
    Ok(if exits.contains(&Exit::BadNews) { Exit::BadNews } else { Exit::Fine })
}

/// The trees of each platform, where the paths are given so: `linux/arm64=PATH`. None where none is.
fn by_platform(sources: &SourceArguments) -> Result<Option<Vec<SourceArguments>>, Failure> {
    let parted = |path: &PathBuf| {
        let (platform, path) = path.to_str()?.split_once('=')?;
        let platform = platform.parse().ok().filter(|platform: &ImagePlatform| platform.os == "linux")?;
        Some((platform, PathBuf::from(path)))
    };
    let mut groups: Vec<SourceArguments> = Vec::new();
    let parts: Vec<(ImagePlatform, PathBuf)> = sources.paths.iter().filter_map(parted).collect();
    if parts.is_empty() {
        return Ok(None);
    }
    if parts.len() < sources.paths.len() || sources.place.choice.platform.is_some() {
        let error = anyhow::anyhow!("cannot tell for which platforms the paths are");
        return Err(Failure::question(error)
            .hint("give each as PLATFORM=PATH, such as linux/arm64=./venv, or none and --platform"));
    }
    for (platform, path) in parts {
        let is_same = |group: &&mut SourceArguments| group.place.choice.platform.as_ref() == Some(&platform);
        match groups.iter_mut().find(is_same) {
            Some(group) => group.paths.push(path),
            None => {
                let mut place = sources.place.clone();
                place.choice.platform = Some(platform);
                groups.push(SourceArguments { paths: vec![path], place });
            }
        }
    }
    Ok(Some(groups))
}

/// A directory for an image beside its output, which is removed when the program is interrupted.
pub(super) fn staging_beside(output: &Path) -> Result<StagingDir, Failure> {
    removed_when_interrupted(|| {
        let staging = StagingDir::beside(output)?;
        let directory = staging.path().to_owned();
        Ok((staging, directory))
    })
}

fn warn_of_interpreters(checked: &Checked, printer: &Printer) {
    for (at, abi, interpreter) in &checked.other_interpreters {
        printer.warning(&format!("{at} is built for {abi}, and the image has {interpreter} for it"));
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
        failure.hint_if(hint)
    }
}
