//! Settings of an image, from arguments and `sodeb.toml`.

use std::ffi::{OsStr, OsString};

use crate::cli::arguments::{Assignment, CommandLine, ImageArguments, LinkerArguments};
use crate::cli::config::file::ImageConfig;
use crate::cli::config::path_in_image;
use crate::cli::failure::Failure;
use crate::cli::session::Session;
use crate::oci::image::ImageSettings;

/// Environment variable that the linker reads.
const LIBRARY_PATH: &str = "LD_LIBRARY_PATH";

/// Arguments of the linker, to which the environment of the image applies. A flag wins over `sodeb.toml`, and
/// `--ld-library-path` over a variable of the environment.
pub(crate) fn linker_arguments(
    arguments: &ImageArguments,
    session: &Session,
) -> Result<LinkerArguments, Failure> {
    let LinkerArguments { ld_library_path, workdir, hwcaps } = &arguments.plan.linker;
    let of_flag = arguments.config.env.iter().rev().find(|variable| variable.name == LIBRARY_PATH);
    if let (Some(path), Some(variable)) = (ld_library_path, of_flag)
        && path.as_os_str() != OsStr::new(&variable.value)
    {
        let error =
            anyhow::anyhow!("cannot set {LIBRARY_PATH}: --ld-library-path and --env have different values");
        return Err(Failure::input(error).hint("leave out one of them"));
    }
    let of_flag = of_flag.map(|variable| OsString::from(&variable.value));
    let of_file =
        session.config.ld_library_path.as_ref().or_else(|| session.config.image.env.get(LIBRARY_PATH));
    let ld_library_path = ld_library_path.clone().or(of_flag).or_else(|| of_file.map(OsString::from));
    Ok(LinkerArguments { ld_library_path, workdir: workdir.clone(), hwcaps: *hwcaps })
}

/// Settings of an image, from the flags and then from `sodeb.toml`.
pub(crate) fn image_settings(
    arguments: &ImageArguments,
    linker: &LinkerArguments,
    session: &Session,
) -> Result<ImageSettings, Failure> {
    Ok(of_flags(arguments, linker)?.or(of_file(&session.config.image)?))
}

fn of_flags(arguments: &ImageArguments, linker: &LinkerArguments) -> Result<ImageSettings, Failure> {
    let flags = &arguments.config;
    let library_path = linker.ld_library_path.as_deref().map(|path| text(path, "--ld-library-path"));
    let library_path = library_path.transpose()?.map(|path| (LIBRARY_PATH.to_owned(), path));
    Ok(ImageSettings {
        entrypoint: flags.entrypoint.as_ref().map(words),
        cmd: flags.cmd.as_ref().map(words),
        environment: flags.env.iter().map(pair).chain(library_path).collect(),
        workdir: linker.workdir.as_deref().map(workdir).transpose()?,
        user: flags.user.clone(),
        labels: flags.label.iter().map(pair).collect(),
        annotations: flags.annotation.iter().map(pair).collect(),
        tags: flags.tag.clone(),
    })
}

fn of_file(file: &ImageConfig) -> Result<ImageSettings, Failure> {
    let parse_tag = |word: &String| {
        word.parse().map_err(|error| {
            Failure::input(anyhow::anyhow!("cannot use image.tag '{word}' in sodeb.toml: {error}"))
        })
    };
    Ok(ImageSettings {
        entrypoint: file.entrypoint.as_ref().map(words),
        cmd: file.cmd.as_ref().map(words),
        environment: file.env.clone().into_iter().collect(),
        workdir: None,
        user: file.user.clone(),
        labels: file.labels.clone(),
        annotations: file.annotations.clone(),
        tags: file.tag.iter().map(parse_tag).collect::<Result<_, _>>()?,
    })
}

fn words(command: &CommandLine) -> Vec<String> {
    command.words().to_vec()
}

fn pair(assignment: &Assignment) -> (String, String) {
    (assignment.name.clone(), assignment.value.clone())
}

fn workdir(path: &OsStr) -> Result<String, Failure> {
    text(OsStr::new(&path_in_image(path, "start in")?.to_string()), "--workdir")
}

/// Text of a word, which must be UTF-8, as documents of an image are.
fn text(word: &OsStr, flag: &str) -> Result<String, Failure> {
    let text = word.to_str().filter(|text| !text.contains(['\0', char::REPLACEMENT_CHARACTER]));
    text.map(str::to_owned).ok_or_else(|| {
        Failure::input(anyhow::anyhow!("cannot use {flag} '{}': it is not UTF-8", word.display()))
    })
}
