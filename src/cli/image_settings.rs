//! How an image is started and what it is called, out of arguments and `sodeb.toml`.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::str::FromStr;

use super::Failure;
use super::arguments::{ImageArguments, LinkerArguments};
use super::config::Config;
use super::settings::path_in_image;
use crate::oci::image::{ImageSettings, ImageTag};
use crate::oci::layer::Owner;

/// The variable that the linker reads.
const LIBRARY_PATH: &str = "LD_LIBRARY_PATH";

/// A name with its value, as `NAME=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Assignment {
    pub(super) name: String,
    pub(super) value: String,
}

impl FromStr for Assignment {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word.split_once('=') {
            Some(("", _)) => Err("the name is empty".to_owned()),
            Some(_) if word.contains('\0') => Err("there is a NUL in it".to_owned()),
            Some((name, value)) => Ok(Self { name: name.to_owned(), value: value.to_owned() }),
            None => Err("not of the form NAME=VALUE".to_owned()),
        }
    }
}

/// A command: a JSON array of words, or words as a shell splits them, of which nothing is expanded. In `sodeb.toml` an
/// array is one too.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "Typed")]
pub(super) struct CommandLine(Vec<String>);

/// A command as it stands in `sodeb.toml`.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Typed {
    Words(Vec<String>),
    Text(String),
}

impl TryFrom<Typed> for CommandLine {
    type Error = String;

    fn try_from(typed: Typed) -> Result<Self, String> {
        match typed {
            Typed::Words(words) => Ok(Self(words)),
            Typed::Text(text) => text.parse(),
        }
    }
}

impl FromStr for CommandLine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim_start().starts_with('[') {
            let words = serde_json::from_str(text);
            return words.map(Self).map_err(|error| format!("no JSON array of words: {error}"));
        }
        shlex::split(text).map(Self).ok_or_else(|| "a quote is not closed".to_owned())
    }
}

impl CommandLine {
    /// Its words.
    pub(super) fn words(&self) -> &[String] {
        &self.0
    }
}

/// A command of at least one word.
pub(super) fn parse_run(text: &str) -> Result<CommandLine, String> {
    let command: CommandLine = text.parse()?;
    if command.words().is_empty() { Err("there is no word in it".to_owned()) } else { Ok(command) }
}

/// `UID[:GID]`; the group is of the user's number if none is given, as engines have it.
pub(super) fn parse_owner(word: &str) -> Result<Owner, String> {
    let number = |word: &str| word.parse::<u32>().map_err(|_| format!("'{word}' is no number of a user"));
    let (uid, gid) = word.split_once(':').map_or((word, word), |(uid, gid)| (uid, gid));
    Ok(Owner { uid: number(uid)?, gid: number(gid)? })
}

/// What the linker is told: what the image's environment sets counts for it. A flag wins over `sodeb.toml`, and the
/// setting for just this over one variable among others.
pub(super) fn linker_arguments(
    arguments: &ImageArguments,
    config: &Config,
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
    let of_file = config.ld_library_path.as_ref().or_else(|| config.image.env.get(LIBRARY_PATH));
    let ld_library_path = ld_library_path.clone().or(of_flag).or_else(|| of_file.map(OsString::from));
    Ok(LinkerArguments { ld_library_path, workdir: workdir.clone(), hwcaps: *hwcaps })
}

/// The settings of an image.
pub(super) fn image_settings(
    arguments: &ImageArguments,
    linker: &LinkerArguments,
    config: &Config,
) -> Result<ImageSettings, Failure> {
    let (start, file) = (&arguments.start, &config.image);
    let words = |command: &CommandLine| command.words().to_vec();
    // The file's arguments are for the file's entrypoint.
    let cmd_of_file = file.cmd.as_ref().filter(|_| start.entrypoint.is_none());
    Ok(ImageSettings {
        entrypoint: start.entrypoint.as_ref().or(file.entrypoint.as_ref()).map(words),
        cmd: start.cmd.as_ref().or(cmd_of_file).map(words),
        environment: environment(arguments, linker, config)?,
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
    config: &Config,
) -> Result<Vec<(String, String)>, Failure> {
    let of_file = config.image.env.iter().map(|(name, value)| (name.clone(), value.clone()));
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

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Result<Vec<String>, String> {
        text.parse::<CommandLine>().map(|command| command.words().to_vec())
    }

    #[test]
    fn commands_are_json_or_words_of_a_shell_without_expansion() {
        assert_eq!(words(r#"["a b", "$c"]"#).expect("is JSON"), ["a b", "$c"]);
        assert_eq!(
            words("a 'b c' \"d\\\"e\" f\\ g $HOME *").expect("is split"),
            ["a", "b c", "d\"e", "f g", "$HOME", "*"]
        );
        assert_eq!(words("").expect("is empty"), [""; 0]);
        assert!(words("a 'b").is_err());
        assert!(words("[1]").is_err());
    }

    #[test]
    fn owners_are_numbers() {
        assert_eq!(parse_owner("65532"), Ok(Owner { uid: 65532, gid: 65532 }));
        assert_eq!(parse_owner("1:0"), Ok(Owner { uid: 1, gid: 0 }));
        for word in ["", "root", "1:", "-1", "4294967296"] {
            assert!(parse_owner(word).is_err(), "{word}");
        }
    }

    #[test]
    fn assignments_need_a_name() {
        assert!("A=".parse::<Assignment>().is_ok());
        for word in ["", "A", "=x", "A=\0"] {
            assert!(word.parse::<Assignment>().is_err(), "{word:?}");
        }
    }
}
