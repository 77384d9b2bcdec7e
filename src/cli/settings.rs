//! From arguments and `sodeb.toml` to settings that are known to make sense.

use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

use super::Failure;
use super::arguments::{LinkerArguments, SourceArguments};
use super::config::Config;
use crate::app::Sources;
use crate::loader::LinkerSettings;
use crate::vocabulary::RootedPath;

/// Sets the number of threads that read files.
pub(super) fn use_threads(jobs: Option<u16>) -> Result<(), Failure> {
    let Some(jobs) = jobs else { return Ok(()) };
    rayon::ThreadPoolBuilder::new().num_threads(usize::from(jobs)).build_global().map_err(Failure::outside)
}

/// Reads the trees that the arguments name.
pub(super) fn read_sources(arguments: &SourceArguments, config: &Config) -> Result<Sources, Failure> {
    let base = base(arguments, config);
    let at = match (&arguments.at, &config.at) {
        (Some(at), _) => Some(at.as_bytes()),
        (None, Some(at)) => Some(at.as_bytes()),
        (None, None) => None,
    };
    if at.is_some_and(|at| !at.starts_with(b"/")) {
        return Err(Failure::question(anyhow::anyhow!("cannot mount at a relative path"))
            .hint("--at takes the absolute path that the tree will have in the image"));
    }
    let at = at.map(RootedPath::new);
    if at.is_some() && arguments.paths.len() > 1 {
        return Err(Failure::question(anyhow::anyhow!("cannot mount several trees at one place"))
            .hint("give one path with --at, or several without"));
    }
    Sources::read(&arguments.paths, base.as_deref(), at.as_ref()).map_err(Failure::question)
}

/// The base, from the flag or the configuration.
fn base(arguments: &SourceArguments, config: &Config) -> Option<PathBuf> {
    arguments.base.clone().or_else(|| config.base.as_ref().map(|base| config.path(base)))
}

/// What the linker is told of the image's environment.
pub(super) fn linker_settings(arguments: &LinkerArguments, config: &Config, trace: bool) -> LinkerSettings {
    let ld_library_path = arguments.ld_library_path.clone().map(OsStringExt::into_vec);
    LinkerSettings {
        ld_library_path: ld_library_path.or_else(|| config.ld_library_path.clone().map(String::into_bytes)),
        workdir: RootedPath::new(arguments.workdir.as_bytes()),
        cpu_level: arguments.hwcaps,
        trace,
    }
}
