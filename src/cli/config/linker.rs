//! Settings of the emulated dynamic linker.

use std::ffi::OsStr;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use crate::cli::arguments::LinkerArguments;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::loader::{LinkerSettings, Traces};
use crate::tree::inventory::ImageFacts;
use crate::vocabulary::RootedPath;

/// An absolute path, since an image that is not running has no current directory.
pub(crate) fn path_in_image(path: &OsStr, verb: &str) -> Result<RootedPath, Failure> {
    if path.as_bytes().starts_with(b"/") {
        return Ok(RootedPath::new(path.as_bytes()));
    }
    Err(Failure::question(anyhow::anyhow!("cannot {verb} '{}': it is a relative path", path.display()))
        .hint("give the absolute path in the image"))
}

/// What the linker is told of the image's environment.
pub(crate) fn linker_settings(
    arguments: &LinkerArguments,
    traces: Traces,
    image: Option<&ImageFacts>,
    session: &Session,
) -> Result<LinkerSettings, Failure> {
    let asked = arguments.ld_library_path.clone().map(OsStringExt::into_vec);
    let asked = asked.or_else(|| session.config.ld_library_path.clone().map(String::into_bytes));
    let of_image = image.and_then(|image| image.ld_library_path.clone()).filter(|_| asked.is_none());
    if let Some(directories) = &of_image {
        session.printer.note(&format!("LD_LIBRARY_PATH is {directories:?}, as the base sets it"));
    }
    let workdir = match (&arguments.workdir, image.and_then(|image| image.workdir.as_ref())) {
        (Some(asked), _) => path_in_image(asked, "start in")?,
        (None, Some(of_image)) => {
            let workdir = RootedPath::new(of_image);
            if workdir != RootedPath::root() {
                session.printer.note(&format!("the working directory is {of_image:?}, as the base sets it"));
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
        runtime_loads: None,
    })
}
