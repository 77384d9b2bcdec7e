//! `sodeb image`.

use std::time::Duration;

use crate::audit::rules;
use crate::cli::arguments::{AppArguments, ImageArguments, PlanArguments};
use crate::cli::config::{image_settings, linker_arguments};
use crate::cli::debs::planned_debs;
use crate::cli::delivery::{BuiltImage, Delivery, ImageLoads, check_base, staging_beside};
use crate::cli::failure::{Exit, Failure};
use crate::cli::planning::{PlanRequest, PlannedTrees, plan_completely};
use crate::cli::session::Session;
use crate::oci::image::{Destination, ImageError, group_by_platform};
use crate::pipeline::{Composition, ImageTarget};
use crate::solve::plan::Plan;
use crate::solve::resolve::Problem;

pub(super) fn run(arguments: &ImageArguments, session: &Session) -> Result<Exit, Failure> {
    let created = session.source_date_epoch()?;
    let PlanArguments { apps, catalog, .. } = &arguments.plan;
    let destination = Destination::parse(&arguments.output, || session.cache_dir())?;
    check_base(&apps.base, session)?;
    let build = ImageBuild { arguments, destination: &destination, created, session };
    let delivery = Delivery {
        destination: &destination,
        base: &apps.base,
        archive: &catalog.archive,
        format: arguments.format,
        page: arguments.report.as_deref(),
        session,
    };
    let Some(platforms) = by_platform(apps)? else {
        return delivery.deliver(build.image(apps)?);
    };
    destination.check_several()?;
    let images = platforms.iter().map(|apps| build.image(apps)).collect::<Result<_, Failure>>()?;
    delivery.deliver_index(images)
}

/// Inputs that the images of all platforms share.
struct ImageBuild<'run> {
    arguments: &'run ImageArguments,
    destination: &'run Destination,
    created: u64,
    session: &'run Session,
}

impl ImageBuild<'_> {
    /// Builds the image of the trees of one platform.
    fn image(&self, apps: &AppArguments) -> Result<BuiltImage, Failure> {
        let Self { arguments, destination, created, session } = *self;
        let output = destination.path();
        let linker = linker_arguments(arguments, session)?;
        let settings = image_settings(arguments, &linker, session)?;
        let image = Some(&settings);
        let request = PlanRequest { apps, linker: &linker, image, ..PlanRequest::of(&arguments.plan, None) };
        let PlannedTrees { closed, trees, linker, release_reason } =
            plan_completely(&request, "build an image", session)?;
        let loads = Some(ImageLoads { graph: closed.graph, release_reason });
        let plan = closed.plan;
        if settings.changes_start() {
            refuse_what_does_not_start(&plan)?;
        }
        let debs = planned_debs(&arguments.plan.catalog.archive, &plan, session)?;
        let composition = Composition { plan: &plan, trees: &trees, settings: Some(&linker) };
        let libraries = composition.layer_of_image(&debs, arguments.files.files.into(), output)?;
        let target = ImageTarget {
            settings: &settings,
            apps: Some(arguments.owner.unwrap_or_default()),
            platform: apps.base.image.platform.as_ref(),
            created,
            format: destination.format(),
        };
        let composed = composition.image(&libraries, target, staging_beside(output, session)?)?;
        if let Some(command) = &arguments.verify.verify_run {
            let limit = Duration::from_secs(arguments.verify.verify_timeout.into());
            composed.staged.run(command.words(), limit)?;
        }
        Ok(BuiltImage { plan, libraries, composed, loads })
    }
}

/// Refuses to build an image that cannot start, whatever is in it: nothing is written then.
fn refuse_what_does_not_start(plan: &Plan) -> Result<(), Failure> {
    let is_of_start = |problem: &&Problem| {
        problem.is_fatal() && rules::ON_START.iter().any(|code| problem.kind.name() == *code)
    };
    let Some(problem) = plan.problems.iter().find(is_of_start) else { return Ok(()) };
    let failure = Failure::problem(anyhow::anyhow!("cannot build an image: {}", problem.detail));
    Err(match problem.fix.first() {
        Some(fix) => failure.hint(fix.clone()),
        None => failure,
    })
}

/// Arguments for the trees of each platform, if the paths have platforms before them.
fn by_platform(apps: &AppArguments) -> Result<Option<Vec<AppArguments>>, Failure> {
    let Some(groups) = group_by_platform(&apps.paths)? else { return Ok(None) };
    if apps.base.image.platform.is_some() {
        return Err(ImageError::AmbiguousPlatforms.into());
    }
    let of_platform = |(platform, paths)| {
        let mut base = apps.base.clone();
        base.image.platform = Some(platform);
        AppArguments { paths, base }
    };
    Ok(Some(groups.into_iter().map(of_platform).collect()))
}
