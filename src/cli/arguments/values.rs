//! Parsed values of flags, some of which `sodeb.toml` has, too.

use std::num::NonZeroU16;
use std::str::FromStr;

use crate::oci::layer::FileOwner;
use crate::vocabulary::Architecture;

/// Assignment `NAME=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assignment {
    pub(crate) name: String,
    pub(crate) value: String,
}

impl FromStr for Assignment {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word.split_once('=') {
            Some(("", _)) => Err("the name is empty".to_owned()),
            Some(_) if word.contains('\0') => Err("it has a NUL character".to_owned()),
            Some((name, value)) => Ok(Self { name: name.to_owned(), value: value.to_owned() }),
            None => Err("expected NAME=VALUE".to_owned()),
        }
    }
}

/// Command: a JSON array of words, or words as a shell splits them, without expansion. In `sodeb.toml` an array is one, too.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "TomlCommand")]
pub(crate) struct CommandLine(Vec<String>);

/// Command in `sodeb.toml`.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum TomlCommand {
    Words(Vec<String>),
    Text(String),
}

impl TryFrom<TomlCommand> for CommandLine {
    type Error = String;

    fn try_from(value: TomlCommand) -> Result<Self, String> {
        match value {
            TomlCommand::Words(words) => Ok(Self(words)),
            TomlCommand::Text(text) => text.parse(),
        }
    }
}

impl FromStr for CommandLine {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim_start().starts_with('[') {
            let words = serde_json::from_str(text);
            return words.map(Self).map_err(|error| format!("invalid JSON array of words: {error}"));
        }
        shlex::split(text).map(Self).ok_or_else(|| "a quote is not closed".to_owned())
    }
}

impl CommandLine {
    /// Returns the words.
    pub(crate) fn words(&self) -> &[String] {
        &self.0
    }
}

/// Parses a command of at least one word.
pub(crate) fn parse_run(text: &str) -> Result<CommandLine, String> {
    let command: CommandLine = text.parse()?;
    if command.words().is_empty() { Err("it has no word".to_owned()) } else { Ok(command) }
}

/// Parses a switch in an environment variable.
pub(crate) fn parse_switch(word: &str) -> Result<bool, String> {
    match word.trim().to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err("expected 1, true, yes or on, or 0, false, no or off".to_owned()),
    }
}

/// Parses a number of files that are read at a time.
pub(crate) fn parse_jobs(word: &str) -> Result<NonZeroU16, String> {
    word.parse().map_err(|_| {
        format!("expected a number from 1 to {}; without it one file per core is read at a time", u16::MAX)
    })
}

/// Parses an architecture by any of its usual names.
pub(crate) fn parse_architecture(word: &str) -> Result<Architecture, String> {
    match Architecture::from_any_name(word) {
        Some(architecture) => Ok(architecture),
        // The error lists Debian's names.
        None => word.parse::<Architecture>().map_err(|error| error.to_string()),
    }
}

/// Parses `UID[:GID]`. By default the group has the number of the user, as in container engines.
pub(crate) fn parse_owner(word: &str) -> Result<FileOwner, String> {
    let number = |word: &str| word.parse::<u32>().map_err(|_| format!("'{word}' is not a number"));
    let (uid, gid) = word.split_once(':').map_or((word, word), |(uid, gid)| (uid, gid));
    Ok(FileOwner { uid: number(uid)?, gid: number(gid)? })
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
        assert_eq!(parse_owner("65532"), Ok(FileOwner { uid: 65532, gid: 65532 }));
        assert_eq!(parse_owner("1:0"), Ok(FileOwner { uid: 1, gid: 0 }));
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
