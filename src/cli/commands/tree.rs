//! `sodeb tree`.

use crate::app::{InputTrees, LinkScope, LinkedApps, Script, StartObject, link};
use crate::cli::analysis::{AnalysisInputs, InputOptions};
use crate::cli::arguments::{AppArguments, Format, TreeArguments};
use crate::cli::config::linker_settings;
use crate::cli::debs::deb_source;
use crate::cli::failure::{Exit, Failure};
use crate::cli::inputs::{InputRequest, note_if_empty, read_trees, warn_of_unread_files};
use crate::cli::package_names::check_choice;
use crate::cli::planning::resolve_options;
use crate::cli::session::Session;
use crate::emit;
use crate::loader::Traces;
use crate::pipeline::{Downloads, LinkedTrees};
use crate::solve::closure::PackageOf;
use crate::tree::inventory::ReadDepth;
use crate::tree::root::Root;

/// Options of the choice of packages.
const PACKAGE_OPTIONS: [&str; 11] = [
    "prefer",
    "avoid",
    "release",
    "catalog",
    "refresh",
    "mirror",
    "snapshot",
    "keyring",
    "component",
    "backports",
    "allow_unverified_contents",
];

pub(super) fn run(arguments: &TreeArguments, session: &Session) -> Result<Exit, Failure> {
    let is_traced = arguments.output.format == Format::Json || session.printer.verbose;
    let traces = if is_traced { Traces::All } else { Traces::Missing };
    if !arguments.with_packages {
        session.reject_options(
            &PACKAGE_OPTIONS,
            "without --with-packages",
            "add --with-packages, or leave it out",
        )?;
    }
    let listing = if arguments.with_packages {
        list_closed(arguments, traces, session)?
    } else {
        list_trees(arguments, traces, session)?
    };
    note_if_empty(listing.is_empty, session);
    session.printer.print_or_write(listing.text, arguments.output.output.as_deref())?;
    Ok(Exit::of_problems(listing.has_problem))
}

/// Lists what the objects of the trees load from the trees and the base.
fn list_trees(arguments: &TreeArguments, traces: Traces, session: &Session) -> Result<Listing, Failure> {
    let TreeArguments { apps, catalog, .. } = arguments;
    let request = InputRequest {
        paths: &apps.paths,
        base: &apps.base,
        catalog: None,
        offline: catalog.archive.offline,
        architecture: session.config.arch_unless(catalog.arch)?,
        depth: ReadDepth::Link,
        has_wishes: false,
    };
    let trees = read_trees(&request, session)?;
    let settings = linker_settings(&arguments.linker, traces, trees.image.as_ref(), session)?;
    let root = trees.root();
    let scope = if arguments.standalone { LinkScope::EachAlone } else { LinkScope::InContext };
    let linked = link(&root, &trees, &settings, scope);
    let listing = Listing::of(&root, &linked, &|_| None, arguments.output.format, session)?;
    Ok(listing.with_unread_files(&trees, session))
}

/// Lists what the objects load with the packages that provide what is missing.
fn list_closed(arguments: &TreeArguments, traces: Traces, session: &Session) -> Result<Listing, Failure> {
    let TreeArguments { apps: AppArguments { paths, base }, linker, catalog, choice, .. } = arguments;
    let mut inputs = AnalysisInputs::read(paths, base, linker, catalog, InputOptions::LINK, session)?;
    inputs.linker.traces = traces;
    let debs = deb_source(&catalog.archive, Downloads::Newer, None, session)?;
    let options = resolve_options(choice, &inputs.trees, session);
    let tree_root = inputs.trees.root();
    let linked_trees = LinkedTrees::link(&tree_root, inputs.inputs());
    let (catalogs, _) = inputs.catalogs.open(linked_trees.architecture())?;
    check_choice(&options, std::iter::once(catalogs.main.as_ref()))?;
    let list = |root: &Root<'_>, linked: &LinkedApps<'_>, package_of: PackageOf<'_>| {
        Listing::of(root, linked, package_of, arguments.output.format, session)
    };
    let (listing, unread) = linked_trees.resolve(&catalogs)?.show_closed(&options, &debs, list)?;
    for problem in unread {
        session.printer.warning(&problem.detail);
    }
    Ok(listing?.with_unread_files(&inputs.trees, session))
}

/// Text to print, and its result.
struct Listing {
    text: String,
    has_problem: bool,
    is_empty: bool,
}

impl Listing {
    fn of(
        root: &Root<'_>,
        linked: &LinkedApps<'_>,
        package_of: PackageOf<'_>,
        format: Format,
        session: &Session,
    ) -> Result<Self, Failure> {
        let text = match format {
            Format::Json => emit::tree_json(root, linked, package_of).map_err(Failure::external)?,
            Format::Text => emit::tree_text(root, linked, package_of, session.printer.verbose),
        };
        let is_empty = linked.starts.is_empty() && linked.scripts.is_empty();
        Ok(Self { text, has_problem: has_problems(root, linked), is_empty })
    }

    /// Warns of the files of the trees that could not be read, which are problems.
    fn with_unread_files(self, trees: &InputTrees, session: &Session) -> Self {
        warn_of_unread_files(trees, session);
        Self {
            has_problem: self.has_problem
                || trees.apps.iter().any(|app| !app.inventory.diagnostics().is_empty()),
            ..self
        }
    }
}

/// Returns true if a library or an interpreter is missing, or an object would fail to load.
fn has_problems(root: &Root<'_>, linked: &LinkedApps<'_>) -> bool {
    let has_problem = |start: &StartObject<'_>| {
        start.map.missing().next().is_some() || !emit::link_problems(root, linked, start).is_empty()
    };
    let has_script_problem = |script: &Script<'_>| {
        script.found.is_none() || script.map.as_ref().is_some_and(|map| map.missing().next().is_some())
    };
    linked.starts.iter().any(has_problem) || linked.scripts.iter().any(has_script_problem)
}
