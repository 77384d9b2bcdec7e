//! Images, composed and delivered.

use std::path::Path;
use std::slice;

use crate::cli::arguments::{ArchiveArguments, Format, PlaceArguments};
use crate::cli::destination::Destination;
use crate::cli::failure::{Exit, Failure};
use crate::cli::inputs::named_base;
use crate::cli::planning::warn_of_problems;
use crate::cli::session::Session;
use crate::emit::{self, ImageReport};
use crate::oci::image::{self, Image, ImageError, ImageWarnings, StagedImage};
use crate::oci::layer::Layer;
use crate::oci::registry::Pushed;
use crate::solve::graph::Graph;
use crate::solve::plan::Plan;
use crate::support::output::StagingDir;

/// How many dead links are told one by one.
const TOLD_LINKS: usize = 10;

/// Refuses to compose an image on nothing without being told to.
pub(super) fn want_base(place: &PlaceArguments, session: &Session) -> Result<(), Failure> {
    match named_base(place, session)? {
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
    pub(super) composed: StagedImage,
    pub(super) checked: ImageWarnings,
    /// What is loaded in it; none where no page is asked for.
    pub(super) loaded: Option<Loaded>,
}

/// What is loaded in an image, for its page.
pub(super) struct Loaded {
    pub(super) graph: Graph,
    /// Why its packages were looked up in that release.
    pub(super) release_reason: String,
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
        session: &Session,
    ) -> Result<(), Failure> {
        let Some(path) = self.report else { return Ok(()) };
        let loaded = told.iter().map(|told| told.loaded.as_ref());
        let shown: Vec<_> = reports
            .into_iter()
            .zip(loaded)
            .filter_map(|(report, loaded)| Some((report, &loaded?.graph, loaded?.release_reason.as_str())))
            .collect();
        let page = emit::image_html(&shown).map_err(Failure::outside)?;
        session.printer.write_file(path, page.as_bytes())
    }
}

/// What is told of an image that is where it belongs.
struct Told {
    plan: Plan,
    libraries: Layer,
    checked: ImageWarnings,
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

    fn warn(&self, session: &Session) -> Exit {
        self.notes.iter().for_each(|note| session.printer.warning(note));
        warn_of_interpreters(&self.checked, session);
        warn_of_dead_links(&self.checked, session);
        warn_of_problems(&self.plan, session)
    }
}

impl Made {
    /// Gives the image its name or sends it, and reports it.
    pub(super) fn keep(
        self,
        keeping: &Keeping<'_>,
        format: Format,
        session: &Session,
    ) -> Result<Exit, Failure> {
        let (composed, told) = self.apart();
        let Keeping { destination, place, archive, .. } = keeping;
        let (image, layout) = (composed.image.clone(), composed.layout().to_owned());
        let pushed = destination.keep(&layout, || composed.keep(), place, archive, session)?;
        let name = destination.name();
        let report = told.report(&image, &name, destination.form(), pushed.as_ref());
        session.printer.print(match format {
            Format::Json => emit::image_json(&report).map_err(Failure::outside)?,
            Format::Text => emit::image_text(&report),
        })?;
        keeping.write_report(slice::from_ref(&told), vec![report], session)?;
        Ok(told.warn(session))
    }

    /// The image, and what is told of it.
    fn apart(self) -> (StagedImage, Told) {
        let Self { plan, libraries, trees, composed, checked, loaded } = self;
        let notes = [&libraries].into_iter().chain(&trees).flat_map(|layer| &layer.notes).cloned().collect();
        (composed, Told { plan, libraries, checked, notes, loaded })
    }
}

/// Puts the images of several platforms into one layout, gives it its name or sends it, and reports them.
pub(super) fn keep_several(
    made: Vec<Made>,
    keeping: &Keeping<'_>,
    format: Format,
    session: &Session,
) -> Result<Exit, Failure> {
    let (composed, told): (Vec<StagedImage>, Vec<Told>) = made.into_iter().map(Made::apart).unzip();
    let list = image::join(composed)?;
    let Keeping { destination, place, archive, .. } = keeping;
    let (digest, images, layout) = (list.digest, list.images.clone(), list.layout().to_owned());
    let pushed = destination.keep(&layout, || list.keep(), place, archive, session)?;
    let (name, form) = (destination.name(), destination.form());
    let reports: Vec<ImageReport<'_>> = told
        .iter()
        .zip(&images)
        .map(|(told, image)| told.report(image, &name, form, pushed.as_ref()))
        .collect();
    session.printer.print(match format {
        Format::Json => emit::images_json(digest, &reports).map_err(Failure::outside)?,
        Format::Text => emit::images_text(digest, &reports),
    })?;
    keeping.write_report(&told, reports, session)?;
    let exits: Vec<Exit> = told.iter().map(|told| told.warn(session)).collect();
    Ok(if exits.contains(&Exit::BadNews) { Exit::BadNews } else { Exit::Fine })
}

/// A directory for an image beside its output, which is removed when the program is interrupted.
pub(super) fn staging_beside(output: &Path, session: &Session) -> Result<StagingDir, Failure> {
    session.interrupts.removed_when_interrupted(|| {
        let staging = StagingDir::beside(output)?;
        let directory = staging.path().to_owned();
        Ok((staging, directory))
    })
}

fn warn_of_interpreters(checked: &ImageWarnings, session: &Session) {
    for (at, abi, interpreter) in &checked.other_interpreters {
        session.printer.warning(&format!("{at} is built for {abi}, and the image has {interpreter} for it"));
    }
}

fn warn_of_dead_links(checked: &ImageWarnings, session: &Session) {
    let links = &checked.dead_links;
    for (path, target) in links.iter().take(TOLD_LINKS) {
        session.printer.warning(&format!("{path} leads to {target}, which the image does not have"));
    }
    if links.len() > TOLD_LINKS {
        let others = links.len() - TOLD_LINKS;
        session
            .printer
            .warning(&format!("{others} more links of the trees lead to what the image does not have"));
    }
}
