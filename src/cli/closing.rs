//! The closing of a gap, out of arguments and the configuration: what `lock` and all that goes on from it begin
//! with.

use std::collections::{BTreeSet, HashMap};

use crate::app::InputTrees;
use crate::cli::arguments::{
    ArchiveArguments, CatalogArguments, ChoiceArguments, ClosingArguments, DataLevel, DlopenLevel,
    GapArguments, LinkerArguments, SourceArguments,
};
use crate::cli::config::archive_settings;
use crate::cli::failure::{Exit, Failure};
use crate::cli::library_index;
use crate::cli::question::Asked;
use crate::cli::session::Session;
use crate::cli::sources::say_unread;
use crate::debian::catalog::{Package, Provenance, installed_names};
use crate::debian::debs::{Availability, DebFacts, DebStore};
use crate::debian::library_index::IndexedDebs;
use crate::loader::LinkerSettings;
use crate::oci::layer::PackageSource;
use crate::pipeline::{Catalogs, Debs, Planner};
use crate::solve::closure::{Closed, ClosureOptions};
use crate::solve::plan::Plan;
use crate::tree::inventory::{Content, Deb, ReadDepth};
use crate::vocabulary::{Grade, PackageName, Sha256Digest};

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
    session: &Session,
    change: impl FnOnce(Catalogs) -> Catalogs,
) -> Result<ClosedAnswer, Failure> {
    let ClosingQuestion { sources, linker, closing, catalog, earlier, fetching } = question;
    let mut asked =
        Asked::read(&sources.paths, &sources.place, linker, catalog, session, ReadDepth::Symbols)?;
    let least = closing.dlopen.map_or_else(|| session.config.dlopen(), |level| Ok(Some(level)))?;
    asked.follow_opens(least.unwrap_or(DlopenLevel::Required).into());
    let snapshot = catalog.archive.snapshot.clone().or_else(|| session.config.snapshot.clone());
    let debs = DebSource::open(&catalog.archive, locked_urls(*earlier), *fetching, session)?;
    let mut learned_from = String::new();
    let Asked { mut sources, linker, architecture, opener } = asked;
    let open = |architecture| {
        let opened = opener.open(architecture)?;
        learned_from = opened.learned_from;
        Ok::<_, Failure>(change(opened.catalogs))
    };
    let terms = ClosureOptions { present: present(&sources, session), ..terms(closing, session)? };
    let planner = Planner { settings: &linker, architecture, options: &terms, debs: &debs };
    let mut closed = planner.plan(&mut sources, open)?;
    closed.plan.snapshot = snapshot;
    say_unread(&sources, session);
    Ok(ClosedAnswer { closed, learned_from, sources, linker })
}

/// That packages could not be read, so that what the command is for can't be done.
pub(super) fn not_whole(verb: &str) -> Failure {
    let failure = Failure::bad_news(anyhow::anyhow!("cannot {verb}: not every package could be read"));
    failure.hint("run it once without --offline")
}

/// Warns of what the packages do not fix, where the output has no place for it.
pub(super) fn warn_of_problems(plan: &Plan, session: &Session) -> Exit {
    for problem in plan.problems.iter().filter(|problem| problem.kind.is_bad_news()) {
        session.printer.warning(&format!("{}: {}: {}", problem.kind, problem.object, problem.detail));
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
pub(super) fn terms_of_choice(arguments: &ChoiceArguments, session: &Session) -> ClosureOptions {
    let names = |given: &[String], configured: &[String]| {
        let names = if given.is_empty() { configured } else { given };
        names.iter().map(PackageName::new).collect()
    };
    ClosureOptions {
        prefer: names(&arguments.prefer, &session.config.prefer),
        avoid: names(&arguments.avoid, &session.config.avoid),
        ..ClosureOptions::default()
    }
}

/// The terms of an answer about trees.
pub(super) fn terms_of_answer(
    arguments: &ChoiceArguments,
    sources: &InputTrees,
    session: &Session,
) -> ClosureOptions {
    ClosureOptions { present: present(sources, session), ..terms_of_choice(arguments, session) }
}

fn terms(arguments: &ClosingArguments, session: &Session) -> Result<ClosureOptions, Failure> {
    let data = arguments.data.map_or_else(|| session.config.data(), |level| Ok(Some(level)))?;
    Ok(ClosureOptions {
        include: [session.config.include()?, arguments.include.clone()].concat(),
        runtimes: if arguments.with.is_empty() { session.config.with()? } else { arguments.with.clone() },
        data: match data.unwrap_or(DataLevel::Needed) {
            DataLevel::Needed => Some(Grade::Required),
            DataLevel::All => Some(Grade::Suggested),
            DataLevel::None => None,
        },
        ..terms_of_choice(&arguments.choice, session)
    })
}

/// The packages of the base and what they provide. A dpkg database that can't be read is no reason to give no answer.
fn present(sources: &InputTrees, session: &Session) -> BTreeSet<PackageName> {
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
        session.printer.warning(&format!(
            "cannot read /{path}: {cause}: not all packages of the base are known, for the comparison with apt"
        ));
    }
    installed_names(texts)
}

/// The Plan's .debs, read and as files.
pub(super) fn packages(
    archive: &ArchiveArguments,
    session: &Session,
    plan: &Plan,
) -> Result<Vec<PackageSource>, Failure> {
    let settings = archive_settings(archive, session)?;
    let store = DebStore::new(settings, locked_urls(Some(plan)), &session.progress);
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

/// Source of the packages' contents for the pipeline.
pub(super) struct DebSource<'run> {
    debs: IndexedDebs<'run>,
    fetching: Fetching,
}

impl<'run> DebSource<'run> {
    /// Opens the source with few downloads, for an answer that is to be quick.
    pub(super) fn with_few_downloads(
        archive: &ArchiveArguments,
        session: &'run Session,
    ) -> Result<Self, Failure> {
        Self::open(archive, HashMap::new(), Fetching::Newer, session)
    }

    /// Opens the source. `locked` has the URLs that an earlier lock names for its .debs.
    fn open(
        archive: &ArchiveArguments,
        locked: HashMap<Sha256Digest, Vec<String>>,
        fetching: Fetching,
        session: &'run Session,
    ) -> Result<Self, Failure> {
        let settings = archive_settings(archive, session)?;
        let indices = library_index::available(session)?;
        Ok(Self {
            debs: IndexedDebs::new(DebStore::new(settings, locked, &session.progress), indices),
            fetching,
        })
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

impl From<DlopenLevel> for Grade {
    fn from(level: DlopenLevel) -> Self {
        match level {
            DlopenLevel::Required => Self::Required,
            DlopenLevel::Recommended => Self::Recommended,
            DlopenLevel::Suggested => Self::Suggested,
        }
    }
}
