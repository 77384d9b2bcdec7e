//! Settings of the emulated dynamic linker.

use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use crate::cli::arguments::LinkerArguments;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::loader::{LinkerSettings, Traces};
use crate::tree::inventory::ImageFacts;
use crate::vocabulary::RootedPath;

/// Converts a path in the image, which has to be absolute: an image has no current directory.
pub(crate) fn path_in_image(path: &OsStr, verb: &str) -> Result<RootedPath, Failure> {
    if path.as_bytes().starts_with(b"/") {
        return Ok(RootedPath::new(path.as_bytes()));
    }
    Err(Failure::input(anyhow::anyhow!("cannot {verb} '{}': it is a relative path", path.display()))
        .hint("give the absolute path in the image"))
}

/// Returns the settings of the dynamic linker: those of the arguments, else of `sodeb.toml`, else of the base image.
pub(crate) fn linker_settings(
    arguments: &LinkerArguments,
    traces: Traces,
    image: Option<&ImageFacts>,
    session: &Session,
) -> Result<LinkerSettings, Failure> {
    let given = arguments.ld_library_path.clone().map(OsStringExt::into_vec);
    let given = given.or_else(|| session.config.ld_library_path.clone().map(String::into_bytes));
    let of_image = image.and_then(|image| image.ld_library_path.clone()).filter(|_| given.is_none());
    if let Some(directories) = &of_image {
        session.printer.note(&format!("using the base image's LD_LIBRARY_PATH {directories:?}"));
    }
    let workdir = match (&arguments.workdir, image.and_then(|image| image.workdir.as_ref())) {
        (Some(given), _) => path_in_image(given, "start in")?,
        (None, Some(of_image)) => {
            let workdir = RootedPath::new(of_image);
            if workdir != RootedPath::root() {
                session.printer.note(&format!("using the base image's working directory {of_image:?}"));
            }
            workdir
        }
        (None, None) => RootedPath::root(),
    };
    Ok(LinkerSettings {
        ld_library_path: given.or_else(|| of_image.map(String::into_bytes)),
        workdir,
        cpu_level: arguments.hwcaps,
        traces,
        runtime_loads: None,
    })
}
