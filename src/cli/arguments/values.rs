//! Values of flags that have a form of their own; `sodeb.toml` has them, too.

use std::str::FromStr;

use crate::oci::layer::FileOwner;

/// A name with its value, as `NAME=VALUE`.
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
pub(crate) struct CommandLine(Vec<String>);

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
    pub(crate) fn words(&self) -> &[String] {
        &self.0
    }
}

/// A command of at least one word.
pub(crate) fn parse_run(text: &str) -> Result<CommandLine, String> {
    let command: CommandLine = text.parse()?;
    if command.words().is_empty() { Err("there is no word in it".to_owned()) } else { Ok(command) }
}

/// `UID[:GID]`; the group is of the user's number if none is given, as engines have it.
pub(crate) fn parse_owner(word: &str) -> Result<FileOwner, String> {
    let number = |word: &str| word.parse::<u32>().map_err(|_| format!("'{word}' is no number of a user"));
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
