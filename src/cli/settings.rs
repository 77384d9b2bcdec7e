//! From arguments and `sodeb.toml` to settings that are known to make sense.

use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use super::Failure;
use super::arguments::{LinkerArguments, PlaceArguments};
use super::config::Config;
use crate::app::Sources;
use crate::loader::{LinkerSettings, Traces};
use crate::vocabulary::RootedPath;

/// Sets the number of threads that read files.
pub(super) fn use_threads(jobs: Option<u16>) -> Result<(), Failure> {
    let Some(jobs) = jobs else { return Ok(()) };
    rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs)).build_global().map_err(Failure::outside)
}

/// Reads the trees that the arguments name.
pub(super) fn read_sources(
    paths: &[PathBuf],
    place: &PlaceArguments,
    config: &Config,
) -> Result<Sources, Failure> {
    let base = place.base.clone().or_else(|| config.base.as_ref().map(|base| config.path(base)));
    let at = place.at.as_ref().map(|at| at.as_bytes()).or(config.at.as_ref().map(String::as_bytes));
    if at.is_some_and(|at| !at.starts_with(b"/")) {
        return Err(Failure::question(anyhow::anyhow!("cannot mount at a relative path"))
            .hint("--at takes the absolute path that the tree will have in the image"));
    }
    let at = at.map(RootedPath::new);
    if at.is_some() && paths.len() > 1 {
        return Err(Failure::question(anyhow::anyhow!("cannot mount several trees at one place"))
            .hint("give one path with --at, or several without"));
    }
    Sources::read(paths, base.as_deref(), at.as_ref()).map_err(Failure::question)
}

/// What the linker is told of the image's environment.
pub(super) fn linker_settings(
    arguments: &LinkerArguments,
    config: &Config,
    traces: Traces,
) -> LinkerSettings {
    let ld_library_path = arguments.ld_library_path.clone().map(OsStringExt::into_vec);
    LinkerSettings {
        ld_library_path: ld_library_path.or_else(|| config.ld_library_path.clone().map(String::into_bytes)),
        workdir: RootedPath::new(arguments.workdir.as_bytes()),
        cpu_level: arguments.hwcaps,
        traces,
    }
}
