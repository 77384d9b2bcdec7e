//! From arguments and `sodeb.toml` to settings that are known to make sense.

use std::ffi::{OsStr, OsString};
use std::num::NonZeroU16;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use super::Failure;
use super::arguments::{CacheArguments, CatalogArguments, LinkerArguments, PlaceArguments};
use super::base;
use super::config::Config;
use super::printer::Printer;
use crate::app::InputTrees;
use crate::loader::{LinkerSettings, Traces};
use crate::tree::inventory::{ImageFacts, ImageFault, InventoryError, ReadDepth};
use crate::vocabulary::{Architecture, RootedPath};

/// Sets the number of threads that read files.
pub(super) fn use_threads(jobs: Option<NonZeroU16>) -> Result<(), Failure> {
    let Some(jobs) = jobs else { return Ok(()) };
    rayon::ThreadPoolBuilder::new()
        .num_threads(usize::from(jobs.get()))
        .build_global()
        .map_err(Failure::outside)
}

/// The trees that the arguments name.
pub(super) struct SourceQuestion<'arguments> {
    pub(super) paths: &'arguments [PathBuf],
    pub(super) place: &'arguments PlaceArguments,
    pub(super) cache: &'arguments CacheArguments,
    /// How packages are looked up, for a base that is described by its packages; none for a command that does not.
    pub(super) catalog: Option<&'arguments CatalogArguments>,
    /// Whether the arguments forbid the network.
    pub(super) offline: bool,
    /// The architecture that is asked for.
    pub(super) architecture: Option<Architecture>,
    pub(super) depth: ReadDepth,
}

/// Reads the trees.
pub(super) fn read_sources(
    question: &SourceQuestion<'_>,
    config: &Config,
    printer: &Printer,
) -> Result<InputTrees, Failure> {
    let at = places(question.paths, question.place, config)?;
    let base = base::named(question.place, config)?;
    base::read_trees(base.as_ref(), question, &at, config, printer)
}

/// Where the trees are mounted: nowhere said, or one place for each.
fn places(paths: &[PathBuf], place: &PlaceArguments, config: &Config) -> Result<Vec<RootedPath>, Failure> {
    let configured = config.at.as_ref().map(OsString::from).filter(|_| place.at.is_empty());
    let at: Vec<&OsString> = place.at.iter().chain(&configured).collect();
    if !at.is_empty() && !paths.is_empty() && at.len() != paths.len() {
        let words = match (paths.len(), at.len()) {
            (_, 1) => "several trees at one place".to_owned(),
            (1, places) => format!("1 tree at {places} places"),
            (trees, places) => format!("{trees} trees at {places} places"),
        };
        let words = format!("cannot mount {words}");
        return Err(Failure::question(anyhow::anyhow!(words))
            .hint("give --at once for each path, in their order, or not at all"));
    }
    at.into_iter().map(|at| path_in_image(at, "mount the tree at")).collect()
}

impl From<InventoryError> for Failure {
    fn from(error: InventoryError) -> Self {
        match &error {
            InventoryError::Store { .. } => Self::outside(error).hint("--cache-dir names another directory"),
            InventoryError::Image {
                source: ImageFault::OtherPlatform { .. } | ImageFault::Ambiguous { .. },
                ..
            } => Self::question(error)
                .hint("--platform chooses one of several; a file with one image is read without it"),
            _ => Self::question(error),
        }
    }
}

/// An absolute path, since an image that is not running has no current directory.
pub(super) fn path_in_image(path: &OsStr, verb: &str) -> Result<RootedPath, Failure> {
    if path.as_bytes().starts_with(b"/") {
        return Ok(RootedPath::new(path.as_bytes()));
    }
    Err(Failure::question(anyhow::anyhow!("cannot {verb} '{}': it is a relative path", path.display()))
        .hint("give the absolute path in the image"))
}

/// What the linker is told of the image's environment.
pub(super) fn linker_settings(
    arguments: &LinkerArguments,
    config: &Config,
    traces: Traces,
    image: Option<&ImageFacts>,
    printer: &Printer,
) -> Result<LinkerSettings, Failure> {
    let asked = arguments.ld_library_path.clone().map(OsStringExt::into_vec);
    let asked = asked.or_else(|| config.ld_library_path.clone().map(String::into_bytes));
    let of_image = image.and_then(|image| image.ld_library_path.clone()).filter(|_| asked.is_none());
    if let Some(directories) = &of_image {
        printer.note(&format!("LD_LIBRARY_PATH is {directories:?}, as the base sets it"));
    }
    let workdir = match (&arguments.workdir, image.and_then(|image| image.workdir.as_ref())) {
        (Some(asked), _) => path_in_image(asked, "start in")?,
        (None, Some(of_image)) => {
            let workdir = RootedPath::new(of_image);
            if workdir != RootedPath::root() {
                printer.note(&format!("the working directory is {of_image:?}, as the base sets it"));
            }
            workdir
        }
        (None, None) => RootedPath::root(),
    };
    Ok(LinkerSettings {
        ld_library_path: asked.or_else(|| of_image.map(String::into_bytes)),
        workdir,
        cpu_level: arguments.hwcaps,
        traces,
        opens: None,
    })
}
