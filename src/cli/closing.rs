//! The closing of a gap, out of arguments and the configuration: what `lock` and all that goes on from it begin
//! with.

use std::collections::{BTreeSet, HashMap};

use super::arguments::{
    ArchiveArguments, CatalogArguments, ChoiceArguments, ClosingArguments, DataLevel, DlopenLevel,
    GapArguments, LinkerArguments, SourceArguments,
};
use super::catalogs::archive_settings;
use super::config::Config;
use super::printer::Printer;
use super::progress::Bars;
use super::question::Asked;
use super::tree::say_unread;
use super::{Exit, Failure, library_index};
use crate::app::InputTrees;
use crate::debian::catalog::{Package, Provenance, installed_names};
use crate::debian::debs::{Availability, DebFacts, DebStore, DebStoreError};
use crate::debian::inclusions::Importance;
use crate::debian::library_index::IndexedDebs;
use crate::elf::DlopenPriority;
use crate::loader::LinkerSettings;
use crate::pipeline::{Catalogs, Debs, Planner};
use crate::solve::closure::{CloseError, Closed, ClosureOptions};
use crate::solve::plan::Plan;
use crate::tree::inventory::{Content, Deb, ReadDepth};
use crate::vocabulary::{PackageName, Sha256Digest};

/// All that a closing is made from.
pub(super) struct ClosingQuestion<'arguments> {
    pub(super) sources: &'arguments SourceArguments,
    pub(super) linker: &'arguments LinkerArguments,
    pub(super) closing: &'arguments ClosingArguments,
    pub(super) catalog: &'arguments CatalogArguments,
    /// The lock that was there before.
    pub(super) earlier: Option<&'arguments Plan>,
    pub(super) fetching: Fetching,
}

/// Which packages are fetched to know what they need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fetching {
    /// Those that library indices do not know.
    Unknown,
    /// Those that are newer than a library index of their release, and no more: an answer that is to be quick tells what
    /// is at hand.
    Newer,
}

impl<'arguments> ClosingQuestion<'arguments> {
    pub(super) fn of(gap: &'arguments GapArguments, earlier: Option<&'arguments Plan>) -> Self {
        let GapArguments { sources, linker, closing, catalog } = gap;
        Self { sources, linker, closing, catalog, earlier, fetching: Fetching::Unknown }
    }
}

/// A closing, and how its release was come by.
pub(super) struct ClosedAnswer {
    pub(super) closed: Closed,
    pub(super) learned_from: String,
    /// The trees that it was made of.
    pub(super) sources: InputTrees,
    /// What it took the image's environment for.
    pub(super) linker: LinkerSettings,
}

/// Closes the gap of the trees. `change` may put another catalog in the place of the main one.
pub(super) fn close(
    question: &ClosingQuestion<'_>,
    config: &Config,
    printer: &Printer,
    change: impl FnOnce(Catalogs) -> Catalogs,
) -> Result<ClosedAnswer, Failure> {
    let ClosingQuestion { sources, linker, closing, catalog, earlier, fetching } = question;
    let mut asked =
        Asked::read(&sources.paths, &sources.place, linker, catalog, config, printer, ReadDepth::Symbols)?;
    let least = closing.dlopen.map_or_else(|| config.dlopen(), |level| Ok(Some(level)))?;
    asked.follow_opens(least.unwrap_or(DlopenLevel::Required).into());
    let bars = Bars::new(printer.shows_progress);
    let snapshot = catalog.archive.snapshot.clone().or_else(|| config.snapshot.clone());
    let debs = DebSource::open(&catalog.archive, locked_urls(*earlier), *fetching, config, &bars, printer)?;
    let mut learned_from = String::new();
    let Asked { mut sources, linker, architecture, opener } = asked;
    let open = |architecture| {
        let opened = opener.open(architecture)?;
        learned_from = opened.learned_from;
        Ok::<_, Failure>(change(opened.catalogs))
    };
    let terms = ClosureOptions { present: present(&sources, printer), ..terms(closing, config)? };
    let planner = Planner { settings: &linker, architecture, options: &terms, debs: &debs };
    let mut closed = planner.plan(&mut sources, open)?;
    closed.plan.snapshot = snapshot;
    say_unread(&sources, printer);
    Ok(ClosedAnswer { closed, learned_from, sources, linker })
}

/// That packages could not be read, so that what the command is for can't be done.
pub(super) fn not_whole(verb: &str) -> Failure {
    let failure = Failure::bad_news(anyhow::anyhow!("cannot {verb}: not every package could be read"));
    failure.hint("run it once without --offline")
}

/// Warns of what the packages do not fix, where the output has no place for it.
pub(super) fn warn_of_problems(plan: &Plan, printer: &Printer) -> Exit {
    for problem in plan.problems.iter().filter(|problem| problem.kind.is_bad_news()) {
        printer.warning(&format!("{}: {}: {}", problem.kind, problem.object, problem.detail));
    }
    exit_of(plan)
}

/// Bad news where a Plan leaves a problem that keeps objects from loading.
pub(super) fn exit_of(plan: &Plan) -> Exit {
    let is_bad = plan.problems.iter().any(|problem| problem.kind.is_bad_news());
    if is_bad { Exit::BadNews } else { Exit::Fine }
}

/// Where the .debs of a lock can be had, by their digests.
pub(super) fn locked_urls(earlier: Option<&Plan>) -> HashMap<Sha256Digest, Vec<String>> {
    let packages = earlier.into_iter().flat_map(|plan| &plan.packages);
    packages.filter_map(|planned| Some((planned.package.sha256?, planned.urls.clone()))).collect()
}

/// The terms of an answer that is about packages only.
pub(super) fn terms_of_choice(arguments: &ChoiceArguments, config: &Config) -> ClosureOptions {
    let names = |given: &[String], configured: &[String]| {
        let names = if given.is_empty() { configured } else { given };
        names.iter().map(PackageName::new).collect()
    };
    ClosureOptions {
        prefer: names(&arguments.prefer, &config.prefer),
        avoid: names(&arguments.avoid, &config.avoid),
        ..ClosureOptions::default()
    }
}

/// The terms of an answer about trees.
pub(super) fn terms_of_answer(
    arguments: &ChoiceArguments,
    sources: &InputTrees,
    config: &Config,
    printer: &Printer,
) -> ClosureOptions {
    ClosureOptions { present: present(sources, printer), ..terms_of_choice(arguments, config) }
}

fn terms(arguments: &ClosingArguments, config: &Config) -> Result<ClosureOptions, Failure> {
    let data = arguments.data.map_or_else(|| config.data(), |level| Ok(Some(level)))?;
    Ok(ClosureOptions {
        include: [config.include()?, arguments.include.clone()].concat(),
        runtimes: if arguments.with.is_empty() { config.with()? } else { arguments.with.clone() },
        data: match data.unwrap_or(DataLevel::Needed) {
            DataLevel::Needed => Some(Importance::Needed),
            DataLevel::All => Some(Importance::Useful),
            DataLevel::None => None,
        },
        ..terms_of_choice(&arguments.choice, config)
    })
}

/// The packages of the base and what they provide. A dpkg database that can't be read is no reason to give no answer.
fn present(sources: &InputTrees, printer: &Printer) -> BTreeSet<PackageName> {
    let mut texts = Vec::new();
    for (path, content) in sources.base.iter().flat_map(|base| base.inventory.dpkg_database()) {
        let cause = match content {
            Content::Text(text) => {
                texts.push(text.as_slice());
                continue;
            }
            Content::Unreadable(cause) => cause,
            _ => "it is too large",
        };
        printer.warning(&format!(
            "cannot read /{path}: {cause}: not all packages of the base are known, for the comparison with apt"
        ));
    }
    installed_names(texts)
}

/// Source of the packages' contents for the pipeline.
pub(super) struct DebSource<'run> {
    debs: IndexedDebs<'run>,
    fetching: Fetching,
}

impl<'run> DebSource<'run> {
    /// Opens the source with few downloads, for an answer that is to be quick.
    pub(super) fn with_few_downloads(
        archive: &ArchiveArguments,
        config: &Config,
        bars: &'run Bars,
        printer: &Printer,
    ) -> Result<Self, Failure> {
        Self::open(archive, HashMap::new(), Fetching::Newer, config, bars, printer)
    }

    /// Opens the source. `locked` has the URLs that an earlier lock names for its .debs.
    fn open(
        archive: &ArchiveArguments,
        locked: HashMap<Sha256Digest, Vec<String>>,
        fetching: Fetching,
        config: &Config,
        bars: &'run Bars,
        printer: &Printer,
    ) -> Result<Self, Failure> {
        let settings = archive_settings(archive, config)?;
        let indices = library_index::available(&settings.cache_dir, printer);
        Ok(Self { debs: IndexedDebs::new(DebStore::new(settings, locked, bars), indices), fetching })
    }
}

impl Debs for DebSource<'_> {
    type Error = Failure;

    fn facts(
        &self,
        provenance: &Provenance,
        packages: &[Package],
    ) -> Result<Vec<Availability<DebFacts>>, Failure> {
        Ok(match self.fetching {
            Fetching::Newer => self.debs.facts_with_few_downloads(provenance, packages),
            Fetching::Unknown => self.debs.facts(provenance, packages)?,
        })
    }

    fn debs(&self, provenance: &Provenance, packages: &[Package]) -> Result<Vec<Availability<Deb>>, Failure> {
        Ok(self.debs.store().debs(provenance, packages)?)
    }

    fn urls(&self, provenance: &Provenance, package: &Package) -> Vec<String> {
        self.debs.store().urls(provenance, package)
    }
}

impl From<DlopenLevel> for DlopenPriority {
    fn from(level: DlopenLevel) -> Self {
        match level {
            DlopenLevel::Required => Self::Required,
            DlopenLevel::Recommended => Self::Recommended,
            DlopenLevel::Suggested => Self::Suggested,
        }
    }
}

impl From<DebStoreError> for Failure {
    fn from(error: DebStoreError) -> Self {
        match error {
            DebStoreError::Archive(error) => error.into(),
            error @ (DebStoreError::NoDigest(_) | DebStoreError::Store { .. }) => Self::outside(error),
        }
    }
}

impl From<CloseError> for Failure {
    fn from(error: CloseError) -> Self {
        match error {
            CloseError::Catalog(error) => error.into(),
            error @ CloseError::Unsolvable(_) => {
                Self::bad_news(error).hint("leave out an --avoid or a --prefer, or choose another release")
            }
            error @ CloseError::NotInIndex { .. } => Self::question(error).hint(
                "`sodeb index update` fetches the whole index; --data none does without what rules name",
            ),
            error @ CloseError::NothingIncluded { .. } => {
                Self::question(error).hint("patterns are absolute, such as 'libmagic1:/usr/lib/file/*'")
            }
            error @ CloseError::UnreadInclusion { .. } => {
                Self::outside(error).hint("run it once without --offline")
            }
            error => Self::outside(error),
        }
    }
}
