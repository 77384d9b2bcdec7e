//! `sodeb index update`, `show` and `build`, and what all of `sodeb index` share.

use std::collections::BTreeSet;

use super::arguments::{
    AnswerArguments, CacheArguments, Format, IndexBuildArguments, IndexCommand, IndexShowArguments,
    IndexUpdateArguments, TargetArguments,
};
use super::catalogs::{archive_settings, cache_dir, none_at_hand, update};
use super::config::Config;
use super::printer::Printer;
use super::progress::Bars;
use super::{Exit, Failure, index_check, index_export, index_find, index_statistics, library_index};
use crate::debian::archive::Archive;
use crate::debian::catalog::{
    Catalog, Detail, FileCatalog, TargetIndex, cached_catalog, cached_files, embedded_catalogs,
    write_atomically, write_catalog,
};
use crate::debian::distributions::{default_release, distribution_of};
use crate::debian::library_index::LibraryIndex;
use crate::emit;
use crate::oci::known_images;
use crate::vocabulary::{Architecture, PackageName, Release, Target};

pub(super) fn run(command: IndexCommand, config: &Config, printer: &Printer) -> Result<Exit, Failure> {
    match command {
        IndexCommand::Update(arguments) => run_update(&arguments, config, printer),
        IndexCommand::Show(arguments) => run_show(&arguments, config, printer),
        IndexCommand::Find(arguments) => index_find::run(&arguments, config, printer),
        IndexCommand::Check(arguments) => index_check::run(&arguments, config, printer),
        IndexCommand::Stats(arguments) => index_statistics::run(&arguments, config, printer),
        IndexCommand::Export(arguments) => index_export::run(&arguments, config, printer),
        IndexCommand::Build(arguments) => run_build(&arguments, config, printer),
    }
}

fn run_update(arguments: &IndexUpdateArguments, config: &Config, printer: &Printer) -> Result<Exit, Failure> {
    let mut catalogs = Vec::new();
    for target in targets(&arguments.targets, config)? {
        catalogs.push(update(&arguments.archive, config, &target, printer)?);
    }
    show(&catalogs, &arguments.answer, printer)
}

fn run_show(arguments: &IndexShowArguments, config: &Config, printer: &Printer) -> Result<Exit, Failure> {
    let mut catalogs = Vec::new();
    for file in cached_files(&cache_dir(&arguments.cache, config)?)? {
        match file.catalogs {
            Ok(found) => catalogs.extend(found),
            Err(error) => printer.warning(&format!("{error}; `sodeb index update` makes it anew")),
        }
    }
    catalogs.extend(embedded_catalogs()?);
    show(&catalogs, &arguments.answer, printer)
}

fn show(catalogs: &[FileCatalog], answer: &AnswerArguments, printer: &Printer) -> Result<Exit, Failure> {
    let text = match answer.format {
        Format::Json => emit::index_show_json(catalogs).map_err(Failure::outside)?,
        Format::Text => emit::index_show_text(catalogs, printer.verbose),
    };
    printer.answer(text, answer.output.as_deref())?;
    Ok(Exit::Fine)
}

fn run_build(arguments: &IndexBuildArguments, config: &Config, printer: &Printer) -> Result<Exit, Failure> {
    let Some(output) = arguments.output.as_deref().filter(|_| !arguments.from_debs) else {
        return library_index::build(arguments, &targets(&arguments.targets, config)?, config, printer);
    };
    let archive = Archive::new(archive_settings(&arguments.archive, config)?)?;
    let mut indices = Vec::new();
    let libraries = library_index::available(&cache_dir(&arguments.archive.cache, config)?, printer);
    for target in targets(&arguments.targets, config)? {
        let set = archive.update(&target, &Bars::new(printer.shows_progress))?;
        for diagnostic in &set.diagnostics {
            printer.warning(&diagnostic.to_string());
        }
        let mut index = TargetIndex::read(&set)?;
        index.want(indexed_names(&libraries, &target));
        index.want(known_images::all_packages());
        let (malformed, vanished) = (index.malformed(), index.vanished());
        if malformed > 0 || vanished > 0 {
            printer.note(&format!(
                "{target}: left out {malformed} malformed lines and {vanished} packages that Packages does not have"
            ));
        }
        indices.push(index);
    }
    let bytes = write_catalog(&indices, Detail::Compact)?;
    write_atomically(output, &bytes)?;
    printer.note(&format!("{}: {} bytes", output.display(), bytes.len()));
    Ok(Exit::Fine)
}

/// Names of a target's packages in library indices; the catalog decides which of their .debs are the target's.
fn indexed_names(indices: &[LibraryIndex], target: &Target) -> BTreeSet<PackageName> {
    let of_target = indices.iter().filter(|index| index.covers(target));
    of_target.flat_map(LibraryIndex::debs).flatten().flatten().filter_map(|deb| deb.package()).collect()
}

/// Each release that is asked for on each architecture.
pub(super) fn targets(arguments: &TargetArguments, config: &Config) -> Result<Vec<Target>, Failure> {
    let configured = || config.release.clone().map(Release::new).unwrap_or_else(|| default_release().1);
    let mut releases: Vec<_> = arguments.release.iter().map(Release::new).collect();
    if releases.is_empty() {
        releases.push(configured());
    }
    let mut architectures = arguments.arch.clone();
    if architectures.is_empty() {
        architectures.push(config.arch()?.unwrap_or(Architecture::Amd64));
    }
    let each = |release: &Release| {
        let (distribution, release) = (distribution_of(release), release.clone());
        let target = move |&architecture| Target { distribution, release: release.clone(), architecture };
        architectures.iter().map(target).collect::<Vec<_>>()
    };
    let mut all: Vec<Target> = Vec::new();
    for target in releases.iter().flat_map(each) {
        // What is named twice is asked about once.
        if !all.contains(&target) {
            all.push(target);
        }
    }
    Ok(all)
}

/// The catalog of a target: what was fetched or what is compiled in, the newer one.
pub(super) fn at_hand(
    cache: &CacheArguments,
    config: &Config,
    target: &Target,
) -> Result<FileCatalog, Failure> {
    let cached = cached_catalog(&cache_dir(cache, config)?, target)?;
    let embedded = embedded_catalogs()?.into_iter().find(|catalog| catalog.provenance().target == *target);
    let at_hand = [cached, embedded].into_iter().flatten();
    at_hand.max_by_key(|catalog| catalog.provenance().date).ok_or_else(|| none_at_hand(target))
}
