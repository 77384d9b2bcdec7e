//! Why a text is not a lock.

use super::spelling::is_hidden;
use super::{LOCK_VERSION, MAX_LOCK_BYTES};
use crate::vocabulary::UnknownName;

/// A text is not a lock that can be relied on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("cannot read the lock: line {line}: {fault}")]
pub struct LockError {
    /// The line, from 1 on.
    pub line: usize,
    /// What is wrong there.
    pub fault: LockFault,
}

/// What is wrong in a lock. Words of the lock are shortened, and escaped where they don't show.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LockFault {
    /// It is longer than any lock.
    #[error("it is longer than {MAX_LOCK_BYTES} bytes")]
    TooLong,
    /// It is not TOML, or not of the form that a lock has.
    #[error("{0}")]
    Form(String),
    /// It is of a form that this version does not know.
    #[error("version {0} of the lock's form is not known (known: {LOCK_VERSION})")]
    Version(i64),
    /// A word is none of those that are known there.
    #[error("{0}")]
    Word(String),
    /// A name or version has characters that it can't have.
    #[error("'{word}' is no {kind}")]
    NotA {
        /// What it should be.
        kind: &'static str,
        /// What is there.
        word: String,
    },
    /// Items are not in their order.
    #[error("{kind} {item} stands after {before}: they have to be sorted")]
    Unsorted {
        /// What they are.
        kind: &'static str,
        /// The item.
        item: String,
        /// The one before it.
        before: String,
    },
    /// An item is there more than once.
    #[error("{kind} {item} is there twice")]
    Twice {
        /// What it is.
        kind: &'static str,
        /// The item.
        item: String,
    },
    /// Two packages have a file, so that it is not told which of them is meant.
    #[error("both {package} and {other} have {path}")]
    Shared {
        /// The file.
        path: String,
        /// The package that has it on this line.
        package: String,
        /// The one before.
        other: String,
    },
    /// A file lies below another file or a link, so that it would be written elsewhere.
    #[error("{path} lies below {above}, which is no directory")]
    Below {
        /// The file.
        path: String,
        /// What it lies below.
        above: String,
    },
    /// A package is named that the lock has not.
    #[error("package {0} is named, and the lock does not have it")]
    NoSuchPackage(String),
    /// An entry of `included` has both `files` and `all-except`, or none of them.
    #[error("an inclusion needs either files or all-except")]
    NeitherFilesNorWhole,
    /// An entry of `files` is neither a regular file nor a link.
    #[error("{0} needs sha256, size and mode to be a file, or link and origin to be a link")]
    NeitherFileNorLink(String),
}

/// The longest part of a lock's word that an error repeats, in characters.
const SHOWN_CHARACTERS: usize = 400;

impl LockError {
    /// What the user can do about it.
    pub fn hint(&self) -> Option<&'static str> {
        match self.fault {
            LockFault::Version(version) if version > LOCK_VERSION => {
                Some("a newer sodeb wrote it: take that one, or write the lock again with 'sodeb lock'")
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

/// The words of a lock as an error repeats them.
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
