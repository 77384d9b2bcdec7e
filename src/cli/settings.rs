//! From arguments and `sodeb.toml` to settings that are known to make sense.

use std::ffi::OsStr;
use std::num::NonZeroU16;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use super::Failure;
use super::arguments::{LinkerArguments, PlaceArguments};
use super::config::Config;
use crate::app::Sources;
use crate::inventory::Depth;
use crate::loader::{LinkerSettings, Traces};
use crate::vocabulary::RootedPath;

/// Sets the number of threads that read files.
pub(super) fn use_threads(jobs: Option<NonZeroU16>) -> Result<(), Failure> {
    let Some(jobs) = jobs else { return Ok(()) };
    rayon::ThreadPoolBuilder::new()
        .num_threads(usize::from(jobs.get()))
        .build_global()
        .map_err(Failure::outside)
}

/// Reads the trees that the arguments name.
pub(super) fn read_sources(
    paths: &[PathBuf],
    place: &PlaceArguments,
    config: &Config,
    depth: Depth,
) -> Result<Sources, Failure> {
    let base = place.base.clone().or_else(|| config.base.as_ref().map(|base| config.path(base)));
    let at = place.at.as_deref().or(config.at.as_ref().map(OsStr::new));
    let at = at.map(|at| path_in_image(at, "mount the tree at")).transpose()?;
    if at.is_some() && paths.len() > 1 {
        return Err(Failure::question(anyhow::anyhow!("cannot mount several trees at one place"))
            .hint("give one path with --at, or several without"));
    }
    Sources::read(paths, base.as_deref(), at.as_ref(), depth).map_err(Failure::question)
}

/// An absolute path, since an image that is not running has no current folder.
fn path_in_image(path: &OsStr, verb: &str) -> Result<RootedPath, Failure> {
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
) -> Result<LinkerSettings, Failure> {
    let ld_library_path = arguments.ld_library_path.clone().map(OsStringExt::into_vec);
    Ok(LinkerSettings {
        ld_library_path: ld_library_path.or_else(|| config.ld_library_path.clone().map(String::into_bytes)),
        workdir: path_in_image(&arguments.workdir, "start in")?,
        cpu_level: arguments.hwcaps,
        traces,
        opens: None,
    })
}
