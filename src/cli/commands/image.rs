//! `sodeb image`.

use std::path::PathBuf;
use std::time::Duration;

use crate::cli::arguments::{AppArguments, GapArguments, ImageArguments};
use crate::cli::composition::{Keeping, Loaded, Made, keep_several, staging_beside, want_base};
use crate::cli::config::{image_settings, linker_arguments};
use crate::cli::debs::planned_debs;
use crate::cli::destination::Destination;
use crate::cli::failure::{Exit, Failure};
use crate::cli::planning::{PlanRequest, PlannedTrees, incomplete, plan_trees};
use crate::cli::session::Session;
use crate::pipeline::{Composition, ImageTarget};
use crate::tree::inventory::ImagePlatform;

pub(super) fn run(arguments: &ImageArguments, session: &Session) -> Result<Exit, Failure> {
    let created = session.source_date_epoch()?;
    let GapArguments { apps, catalog, .. } = &arguments.gap;
    let destination = Destination::of(&arguments.output, &catalog.archive, session)?;
    want_base(&apps.place, session)?;
    let making = Making { arguments, destination: &destination, created, session };
    let report = arguments.report.as_deref();
    let keeping =
        Keeping { destination: &destination, place: &apps.place, archive: &catalog.archive, report };
    let Some(groups) = by_platform(apps)? else {
        return making.one(apps)?.keep(&keeping, arguments.format, session);
    };
    destination.take_several()?;
    let made = groups.iter().map(|apps| making.one(apps)).collect::<Result<_, Failure>>()?;
    keep_several(made, &keeping, arguments.format, session)
}

/// What is the same for the images of all platforms.
struct Making<'run> {
    arguments: &'run ImageArguments,
    destination: &'run Destination,
    created: u64,
    session: &'run Session,
}

impl Making<'_> {
    /// Composes and checks the image of these trees.
    fn one(&self, apps: &AppArguments) -> Result<Made, Failure> {
        let Self { arguments, destination, created, session } = *self;
        let output = &destination.path;
        let linker = linker_arguments(arguments, session)?;
        let settings = image_settings(arguments, &linker, session)?;
        let gap = PlanRequest::of(&arguments.gap, None);
        let question = PlanRequest { apps, linker: &linker, ..gap };
        let PlannedTrees { closed, trees, linker, release_reason } =
            plan_trees(&question, session, |catalogs| catalogs)?;
        if !closed.unread.is_empty() {
            return Err(incomplete("compose an image"));
        }
        let loaded = Some(Loaded { graph: closed.graph, release_reason });
        let plan = closed.plan;
        let debs = planned_debs(&arguments.gap.catalog.archive, &plan, session)?;
        let composition = Composition { plan: &plan, trees: &trees, settings: Some(&linker) };
        // What is nothing but trees is no system.
        let is_lowest = trees.base.is_none() && !plan.packages.is_empty();
        let libraries = composition.libraries(&debs, arguments.shipped.files.into(), is_lowest, output)?;
        let target = ImageTarget {
            settings: &settings,
            platform: apps.place.choice.platform.as_ref(),
            created,
            output,
            format: destination.format,
        };
        let owner = arguments.owner.unwrap_or_default();
        let staging = staging_beside(output, session)?;
        let (tree_layers, composed, checked) =
            composition.image_of_trees(&libraries, owner, target, staging)?;
        if let Some(command) = &arguments.verify.verify_run {
            composed.run(command.words(), Duration::from_secs(arguments.verify.verify_timeout.into()))?;
        }
        Ok(Made { plan, libraries, trees: tree_layers, composed, checked, loaded })
    }
}

/// The trees of each platform, where the paths are given so: `linux/arm64=PATH`. None where none is.
fn by_platform(apps: &AppArguments) -> Result<Option<Vec<AppArguments>>, Failure> {
    let parted = |path: &PathBuf| {
        let (platform, path) = path.to_str()?.split_once('=')?;
        let platform = platform.parse().ok().filter(|platform: &ImagePlatform| platform.os == "linux")?;
        Some((platform, PathBuf::from(path)))
    };
    let mut groups: Vec<AppArguments> = Vec::new();
    let parts: Vec<(ImagePlatform, PathBuf)> = apps.paths.iter().filter_map(parted).collect();
    if parts.is_empty() {
        return Ok(None);
    }
    if parts.len() < apps.paths.len() || apps.place.choice.platform.is_some() {
        let error = anyhow::anyhow!("cannot tell for which platforms the paths are");
        return Err(Failure::question(error)
            .hint("give each as PLATFORM=PATH, such as linux/arm64=./venv, or none and --platform"));
    }
    for (platform, path) in parts {
        let is_same = |group: &&mut AppArguments| group.place.choice.platform.as_ref() == Some(&platform);
        match groups.iter_mut().find(is_same) {
            Some(group) => group.paths.push(path),
            None => {
                let mut place = apps.place.clone();
                place.choice.platform = Some(platform);
                groups.push(AppArguments { paths: vec![path], place });
            }
        }
    }
    Ok(Some(groups))
}
