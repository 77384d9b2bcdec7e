//! Name of an image with its tag, `NAME[:TAG]`, in the grammar of registries and engines (the `reference` package of the
//! distribution project).

use std::fmt;
use std::str::FromStr;

/// Registry of a name without one.
const DEFAULT_DOMAIN: &str = "docker.io";

/// Directory in that registry of names with only one part.
const DEFAULT_DIRECTORY: &str = "library/";

/// Limit on a tag.
const MAX_TAG_BYTES: usize = 128;

/// Limit on a name.
const MAX_NAME_BYTES: usize = 255;

/// Name and tag of an image.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImageTag {
    name: String,
    tag: String,
}

/// A word is not the name of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// The name is malformed.
    #[error(
        "a name has lower-case letters and digits, with single . _ - between them, and / between its parts"
    )]
    Name,
    /// The tag is malformed.
    #[error("a tag has at most 128 letters, digits, _ . and -, and does not begin with . or -")]
    Tag,
}

impl ImageTag {
    /// Complete name, with the defaults of engines.
    pub fn full_name(&self) -> String {
        match split_domain(&self.name) {
            (Some(_), _) => self.to_string(),
            (None, path) if path.contains('/') => format!("{DEFAULT_DOMAIN}/{self}"),
            (None, _) => format!("{DEFAULT_DOMAIN}/{DEFAULT_DIRECTORY}{self}"),
        }
    }
}

impl fmt::Display for ImageTag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.name, self.tag)
    }
}

impl FromStr for ImageTag {
    type Err = TagError;

    fn from_str(word: &str) -> Result<Self, TagError> {
        let after_directories = word.rfind('/').map_or(0, |slash| slash + 1);
        let (name, tag) = match word[after_directories..].rfind(':') {
            Some(colon) => (&word[..after_directories + colon], &word[after_directories + colon + 1..]),
            None => (word, "latest"),
        };
        let (domain, path) = split_domain(name);
        let is_name = domain.is_none_or(is_domain) && path.split('/').all(is_part);
        if !is_name || name.len() > MAX_NAME_BYTES {
            return Err(TagError::Name);
        }
        if !is_tag(tag) {
            return Err(TagError::Tag);
        }
        Ok(Self { name: name.to_owned(), tag: tag.to_owned() })
    }
}

/// Splits the domain from a name: the part before the first slash, if it looks like one.
fn split_domain(name: &str) -> (Option<&str>, &str) {
    match name.split_once('/') {
        Some((first, rest)) if first.contains(['.', ':']) || first == "localhost" => (Some(first), rest),
        _ => (None, name),
    }
}

fn is_domain(domain: &str) -> bool {
    let (host, port) = domain.split_once(':').map_or((domain, None), |(host, port)| (host, Some(port)));
    let is_label = |label: &str| {
        let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !label.is_empty() && label.bytes().all(is_inner) && !label.starts_with('-') && !label.ends_with('-')
    };
    host.split('.').all(is_label)
        && port.is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
}

/// True for a part of a name: words with `.`, `_`, `__` or any number of `-` between them.
fn is_part(part: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_bounded = part.bytes().next().is_some_and(is_word) && part.bytes().last().is_some_and(is_word);
    let mut between = part.split(|character: char| character.is_ascii() && is_word(character as u8));
    is_bounded
        && between.all(|between| {
            matches!(between, "" | "." | "_" | "__") || between.bytes().all(|byte| byte == b'-')
        })
}

fn is_tag(tag: &str) -> bool {
    let is_first = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    tag.len() <= MAX_TAG_BYTES
        && tag.bytes().next().is_some_and(is_first)
        && tag.bytes().all(|byte| is_first(byte) || matches!(byte, b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_tags_are_split() {
        let full = |word: &str| word.parse::<ImageTag>().map(|tag| (tag.to_string(), tag.full_name()));
        let pair = |short: &str, full: &str| Ok((short.to_owned(), full.to_owned()));
        assert_eq!(full("app"), pair("app:latest", "docker.io/library/app:latest"));
        assert_eq!(full("me/app:1.0-rc_2"), pair("me/app:1.0-rc_2", "docker.io/me/app:1.0-rc_2"));
        assert_eq!(
            full("localhost:5000/app"),
            pair("localhost:5000/app:latest", "localhost:5000/app:latest")
        );
        assert_eq!(full("ghcr.io/a/b__c:x"), pair("ghcr.io/a/b__c:x", "ghcr.io/a/b__c:x"));
    }

    #[test]
    fn malformed_names_and_tags_are_errors() {
        for word in ["", "App", "a//b", "a/", "/a", "a b", "a..b", "a@sha256:0", "-a", "a.io:x/b", "a\n", "é"]
        {
            assert_eq!(word.parse::<ImageTag>(), Err(TagError::Name), "{word}");
        }
        for word in ["a:", "a:.x", "a:-x", "a:b c", &format!("a:{}", "x".repeat(129))] {
            assert_eq!(word.parse::<ImageTag>(), Err(TagError::Tag), "{word}");
        }
    }
}
