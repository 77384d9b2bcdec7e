//! Trees and their base, read as the arguments and `sodeb.toml` name them.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::app::InputTrees;
use crate::audit::Subject;
use crate::cli::arguments::{BaseArguments, CatalogArguments};
use crate::cli::config::{archive_settings, catalog_source, path_in_image, registry_settings};
use crate::cli::debs::deb_store;
use crate::cli::failure::Failure;
use crate::cli::progress::Bars;
use crate::cli::session::Session;
use crate::cli::unsuitable;
use crate::debian::catalog::{Catalog, Package, Provenance};
use crate::debian::debs::Availability;
use crate::debian::distributions::ReleaseChoice;
use crate::oci::base::{self, BaseKind, BaseNote, BaseReference, BaseServices, TreeRequest};
use crate::oci::known_images::KnownImage;
use crate::oci::registry::RegistrySettings;
use crate::support::progress::Progress;
use crate::tree::inventory::{Deb, Inventory, ReadDepth};
use crate::vocabulary::{Architecture, RootedPath};

/// Trees and base to read.
pub(super) struct InputRequest<'arguments> {
    pub(super) paths: &'arguments [PathBuf],
    pub(super) base: &'arguments BaseArguments,
    /// Source of the packages of a base that is modelled from them; none for a command that looks up no packages.
    pub(super) catalog: Option<&'arguments CatalogArguments>,
    /// True if the arguments forbid the network.
    pub(super) offline: bool,
    /// Requested architecture.
    pub(super) architecture: Option<Architecture>,
    pub(super) depth: ReadDepth,
    /// True if packages are requested beside the trees.
    pub(super) has_wishes: bool,
}

/// Returns the base that the arguments name, else `sodeb.toml`.
pub(super) fn named_base(
    arguments: &BaseArguments,
    session: &Session,
) -> Result<Option<BaseReference>, Failure> {
    let (word, directory) = match (&arguments.base, &session.config.base) {
        (Some(given), _) => (given.as_os_str(), PathBuf::new()),
        (None, Some(configured)) => (configured.as_os_str(), session.config.path(Path::new(""))),
        (None, None) => return Ok(None),
    };
    Ok(Some(BaseReference::parse(word, &directory)?))
}

/// Reads the trees with the base below them.
pub(super) fn read_trees(request: &InputRequest<'_>, session: &Session) -> Result<InputTrees, Failure> {
    let at = paths_in_image(request.paths, request.base, session)?;
    let base = named_base(request.base, session)?;
    if !base.as_ref().is_some_and(BaseReference::has_platforms) {
        session.reject_options(
            &["platform"],
            "without an image",
            "name an image with --base, or choose the architecture of packages with --arch",
        )?;
    }
    let trees = TreeRequest { at: &at, ..tree_request(request) };
    let read = base::read_trees(base.as_ref(), trees, &Services { request, session });
    let missing = || request.paths.iter().find(|path| !path.exists());
    let (mut trees, note) = read.map_err(|failure: Failure| match missing() {
        Some(path) => unsuitable::missing_path(failure, path),
        None => failure,
    })?;
    print_note(note, session);
    unsuitable::check(&trees, request.architecture, request.has_wishes, session)?;
    if request.base.relink_python {
        relink(&mut trees, session)?;
    }
    Ok(trees)
}

/// Links venvs whose Python is missing to that of the base. It is an error if there is none to link.
fn relink(trees: &mut InputTrees, session: &Session) -> Result<(), Failure> {
    let relinked = trees.relink_pythons().map_err(|error| {
        Failure::input(anyhow::Error::new(error))
            .hint("use a base with this Python, or leave out --relink-python")
    })?;
    if relinked.is_empty() {
        let error = anyhow::anyhow!("cannot relink a Python: no venv of the trees has one that is missing");
        return Err(Failure::input(error).hint("leave out --relink-python"));
    }
    for (venv, python) in relinked {
        session.printer.note(&format!("the Python of {venv} is {python} in the image"));
    }
    Ok(())
}

/// Reads an image on its own, for an audit.
pub(super) fn read_image(
    name: &OsStr,
    request: &InputRequest<'_>,
    session: &Session,
) -> Result<Subject, Failure> {
    let base = BaseReference::parse(name, Path::new(""))?;
    let services = Services { request, session };
    let read = base::read_alone(&base, tree_request(request), &services);
    let (contents, note) = read.map_err(|failure| unsuitable::unsuitable_image(failure, base.name()))?;
    print_note(note, session);
    let name = base.name().display().to_string();
    let subject = Subject::new(name, contents.inventory, contents.layer_numbers, contents.facts);
    if matches!(base.kind(), BaseKind::Path(_)) {
        unsuitable::check_image(&subject)?;
    }
    Ok(subject)
}

/// Warns of the trees' files that could not be read, for outputs that do not list these problems.
pub(super) fn warn_of_unread_files(trees: &InputTrees, session: &Session) {
    for app in &trees.apps {
        warn_of_files(&app.at, &app.inventory, session);
    }
    warn_of_unread_base(trees, session);
}

/// Warns with `--verbose` of the base's files that could not be read: few of them matter.
pub(super) fn warn_of_unread_base(trees: &InputTrees, session: &Session) {
    for base in trees.base.iter().filter(|_| session.printer.verbose) {
        warn_of_files(&RootedPath::root(), &base.inventory, session);
    }
}

fn warn_of_files(at: &RootedPath, inventory: &Inventory, session: &Session) {
    for diagnostic in inventory.diagnostics() {
        let path = at.join(&diagnostic.path);
        session.printer.warning(&format!("cannot read {path}: {}", diagnostic.cause));
    }
}

/// Prints a note if the trees have no object.
pub(super) fn note_if_empty(is_empty: bool, session: &Session) {
    if is_empty {
        session.printer.note("the trees have no object that a dynamic linker could load");
    }
}

/// Returns the trees' paths in the image: none, or one for each tree.
fn paths_in_image(
    paths: &[PathBuf],
    arguments: &BaseArguments,
    session: &Session,
) -> Result<Vec<RootedPath>, Failure> {
    let configured = session.config.at.as_ref().map(OsString::from).filter(|_| arguments.at.is_empty());
    let at: Vec<&OsString> = arguments.at.iter().chain(&configured).collect();
    if !at.is_empty() && !paths.is_empty() && at.len() != paths.len() {
        let plural = |count: usize, noun: &str| match count {
            1 => format!("1 {noun}"),
            _ => format!("{count} {noun}s"),
        };
        let (trees, values) = (plural(paths.len(), "tree"), plural(at.len(), "value"));
        let error = anyhow::anyhow!("cannot place {trees} in the image: --at has {values}");
        return Err(
            Failure::input(error).hint("give --at once for each PATH, in the same order, or leave it out")
        );
    }
    let place = |(number, at): (usize, &OsString)| {
        let place = path_in_image(at, "place the tree at")?;
        let file = paths.get(number).filter(|path| path.is_file()).and_then(|path| path.file_name());
        // As in a Dockerfile's COPY, a slash at the end means the directory of a file.
        let into_directory = file.filter(|_| at.as_bytes().ends_with(b"/"));
        Ok(into_directory.map_or(place.clone(), |name| place.join(name.as_bytes())))
    };
    at.into_iter().enumerate().map(place).collect()
}

fn tree_request<'arguments>(request: &InputRequest<'arguments>) -> TreeRequest<'arguments> {
    TreeRequest {
        paths: request.paths,
        at: &[],
        depth: request.depth,
        platform: request.base.image.platform.as_ref(),
        architecture: request.architecture,
    }
}

fn print_note(note: Option<BaseNote>, session: &Session) {
    if let Some(note) = note {
        session.printer.note(&note.to_string());
    }
}

/// Access to registries, the archive and the cache while a base is read.
struct Services<'run> {
    request: &'run InputRequest<'run>,
    session: &'run Session,
}

impl BaseServices for Services<'_> {
    type Error = Failure;

    fn cache_dir(&self) -> Result<PathBuf, Failure> {
        self.session.cache_dir()
    }

    fn registry(&self) -> Result<RegistrySettings, Failure> {
        registry_settings(&self.request.base.image, self.request.offline, self.session)
    }

    fn catalog(
        &self,
        base: &BaseReference,
        image: &KnownImage,
        architecture: Option<Architecture>,
    ) -> Result<Box<dyn Catalog>, Failure> {
        let name = base.name().display();
        let Some(arguments) = self.request.catalog else {
            let error = anyhow::anyhow!("cannot model {name}: this command looks up no packages");
            return Err(Failure::input(error)
                .hint("name the image itself: a directory, a file or an image in a registry"));
        };
        let release = ReleaseChoice::required(image.release(), format!("from {name}"));
        let opened = catalog_source(arguments, self.session)?.open(&release, architecture)?;
        self.session.print_notes(&opened.notes);
        Ok(opened.main)
    }

    fn debs(&self, provenance: &Provenance, packages: &[Package]) -> Result<Vec<Availability<Deb>>, Failure> {
        // Without catalog arguments, `catalog` fails before any .deb is requested.
        let Some(arguments) = self.request.catalog else { return Ok(Vec::new()) };
        let settings = archive_settings(&arguments.archive, self.session)?;
        Ok(deb_store(settings, None, self.session).debs(provenance, packages)?)
    }

    fn progress(&self) -> Box<dyn Progress> {
        Box::new(Bars::new(self.session.printer.shows_progress))
    }
}
