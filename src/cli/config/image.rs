//! How an image is started and what it is called, out of arguments and `sodeb.toml`.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use crate::cli::arguments::{Assignment, CommandLine, ImageArguments, LinkerArguments};
use crate::cli::config::path_in_image;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::oci::image::{ImageSettings, ImageTag};

/// The variable that the linker reads.
const LIBRARY_PATH: &str = "LD_LIBRARY_PATH";

/// What the linker is told: what the image's environment sets counts for it. A flag wins over `sodeb.toml`, and the
/// setting for just this over one variable among others.
pub(crate) fn linker_arguments(
    arguments: &ImageArguments,
    session: &Session,
) -> Result<LinkerArguments, Failure> {
    let LinkerArguments { ld_library_path, workdir, hwcaps } = &arguments.gap.linker;
    let of_flag = arguments.start.env.iter().rev().find(|variable| variable.name == LIBRARY_PATH);
    if let (Some(path), Some(variable)) = (ld_library_path, of_flag)
        && path.as_os_str() != OsStr::new(&variable.value)
    {
        let words = format!("cannot set {LIBRARY_PATH} to two values");
        return Err(Failure::question(anyhow::anyhow!(words)).hint("leave out --ld-library-path or --env"));
    }
    let of_flag = of_flag.map(|variable| OsString::from(&variable.value));
    let of_file =
        session.config.ld_library_path.as_ref().or_else(|| session.config.image.env.get(LIBRARY_PATH));
    let ld_library_path = ld_library_path.clone().or(of_flag).or_else(|| of_file.map(OsString::from));
    Ok(LinkerArguments { ld_library_path, workdir: workdir.clone(), hwcaps: *hwcaps })
}

/// The settings of an image.
pub(crate) fn image_settings(
    arguments: &ImageArguments,
    linker: &LinkerArguments,
    session: &Session,
) -> Result<ImageSettings, Failure> {
    let (start, file) = (&arguments.start, &session.config.image);
    let words = |command: &CommandLine| command.words().to_vec();
    // The file's arguments are for the file's entrypoint.
    let cmd_of_file = file.cmd.as_ref().filter(|_| start.entrypoint.is_none());
    Ok(ImageSettings {
        entrypoint: start.entrypoint.as_ref().or(file.entrypoint.as_ref()).map(words),
        cmd: start.cmd.as_ref().or(cmd_of_file).map(words),
        environment: environment(arguments, linker, session)?,
        workdir: linker.workdir.as_deref().map(workdir).transpose()?,
        user: start.user.clone().or_else(|| file.user.clone()),
        labels: merged(&file.labels, &start.label),
        annotations: merged(&file.annotations, &start.annotation),
        tags: tags(&start.tag, &file.tag)?,
    })
}

fn environment(
    arguments: &ImageArguments,
    linker: &LinkerArguments,
    session: &Session,
) -> Result<Vec<(String, String)>, Failure> {
    let of_file = session.config.image.env.iter().map(|(name, value)| (name.clone(), value.clone()));
    let of_flags = arguments.start.env.iter().map(|variable| (variable.name.clone(), variable.value.clone()));
    let library_path = linker.ld_library_path.as_deref().map(|path| text(path, "--ld-library-path"));
    let library_path = library_path.transpose()?.map(|path| (LIBRARY_PATH.to_owned(), path));
    Ok(of_file.chain(of_flags).chain(library_path).collect())
}

fn workdir(path: &OsStr) -> Result<String, Failure> {
    text(OsStr::new(&path_in_image(path, "start in")?.to_string()), "--workdir")
}

/// What a document can hold.
fn text(word: &OsStr, flag: &str) -> Result<String, Failure> {
    let text = word.to_str().filter(|text| !text.contains(['\0', char::REPLACEMENT_CHARACTER]));
    text.map(str::to_owned).ok_or_else(|| {
        let words = format!("cannot use {flag} '{}': an image holds UTF-8 only", word.display());
        Failure::question(anyhow::anyhow!(words))
    })
}

fn merged(file: &BTreeMap<String, String>, flags: &[Assignment]) -> BTreeMap<String, String> {
    let of_flags = flags.iter().map(|flag| (flag.name.clone(), flag.value.clone()));
    file.iter().map(|(name, value)| (name.clone(), value.clone())).chain(of_flags).collect()
}

/// Each once, in their order.
fn tags(flags: &[ImageTag], file: &[String]) -> Result<Vec<ImageTag>, Failure> {
    let parse = |word: &String| {
        word.parse().map_err(|error| {
            let words = format!("cannot use tag of [image] in sodeb.toml: '{word}': {error}");
            Failure::question(anyhow::anyhow!(words))
        })
    };
    let given: Vec<ImageTag> =
        if flags.is_empty() { file.iter().map(parse).collect::<Result<_, _>>()? } else { flags.to_vec() };
    let mut tags = Vec::new();
    for tag in given {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    Ok(tags)
}
