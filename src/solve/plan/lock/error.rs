//! Errors in the text of a lock.

use super::format::{LOCK_VERSION, MAX_LOCK_BYTES};
use super::spelling::is_hidden;
use crate::vocabulary::UnknownName;

/// Error: a text is not a valid lock.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot read the lock: line {line}: {fault}")]
pub struct LockError {
    /// Line of the error, from 1 on.
    pub line: usize,
    /// Fault on that line.
    pub fault: LockFault,
}

/// Fault in a lock. Words of the lock are shortened, and invisible characters escaped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LockFault {
    /// It is longer than any lock.
    #[error("it is longer than {MAX_LOCK_BYTES} bytes")]
    TooLong,
    /// It is not TOML, or does not have the fields of a lock.
    #[error("{0}")]
    Form(String),
    /// Its format has a version that is not supported.
    #[error("version {0} of the lock's format is not supported (supported: {LOCK_VERSION})")]
    Version(i64),
    /// A word is not one of the known ones.
    #[error("{0}")]
    Word(String),
    /// A name or version is invalid.
    #[error("'{word}' is not a valid {kind}")]
    NotA {
        /// Kind of word that is expected.
        kind: &'static str,
        /// Word that was found.
        word: String,
    },
    /// Items are not sorted.
    #[error("{kind} {item} comes after {before}: they must be sorted")]
    Unsorted {
        /// Kind of item.
        kind: &'static str,
        /// The item.
        item: String,
        /// The item before it.
        before: String,
    },
    /// An item is listed more than once.
    #[error("{kind} {item} is listed twice")]
    Twice {
        /// Kind of item.
        kind: &'static str,
        /// The item.
        item: String,
    },
    /// Two packages have the same file.
    #[error("both {package} and {other} have {path}")]
    Shared {
        /// Path of the file.
        path: String,
        /// Package on this line.
        package: String,
        /// Package before it.
        other: String,
    },
    /// A file lies below another file or a link, so that it would be written elsewhere.
    #[error("{path} lies below {above}, which is not a directory")]
    Below {
        /// Path of the file.
        path: String,
        /// File or link above it.
        above: String,
    },
    /// A package is named that the lock does not contain.
    #[error("package {0} is named, but not in the lock")]
    NoSuchPackage(String),
    /// An entry of `included` has both `files` and `all-except`, or neither of them.
    #[error("an inclusion needs either files or all-except")]
    FilesOrAllExcept,
    /// An entry of `files` is neither a regular file nor a link.
    #[error("{0} needs sha256, size and mode to be a file, or link and origin to be a link")]
    FileOrLink(String),
}

/// Longest part of a lock's word that an error repeats, in characters.
const SHOWN_CHARACTERS: usize = 400;

impl LockError {
    /// Returns a way to fix the lock.
    pub fn hint(&self) -> Option<&'static str> {
        match self.fault {
            LockFault::Version(version) if version > LOCK_VERSION => {
                Some("a newer sodeb wrote it: use that one, or write the lock again with 'sodeb lock'")
            }
            LockFault::Version(_) | LockFault::TooLong => Some("write the lock again with 'sodeb lock'"),
            _ => None,
        }
    }
}

impl From<UnknownName> for LockFault {
    fn from(unknown: UnknownName) -> Self {
        Self::Word(UnknownName { word: shown(&unknown.word), ..unknown }.to_string())
    }
}

/// Prepares a word of a lock for an error message.
pub(super) fn shown(word: &str) -> String {
    let show = |character: char| {
        let hidden = is_hidden(character).then(|| character.escape_unicode());
        let plain = hidden.is_none().then_some(character);
        hidden.into_iter().flatten().chain(plain)
    };
    let mut shown: String = word.chars().take(SHOWN_CHARACTERS).flat_map(show).collect();
    if word.chars().nth(SHOWN_CHARACTERS).is_some() {
        shown.push('…');
    }
    shown
}
