//! Outcomes of needed edges: the object that was found and by which rule, or the paths that were tried without success.

use bstr::BString;
use thin_vec::ThinVec;

use crate::vocabulary::named;

named! {
    /// Rule of ld.so(8) by which an object was found.
    SearchRule("rule") {
        /// It was loaded already, under this name or soname.
        Loaded = "loaded",
        /// The name has a slash and is a path.
        Path = "path",
        /// DT_RPATH of the requesting object, of one that loaded it, or of the program.
        Rpath = "rpath",
        /// LD_LIBRARY_PATH.
        LdLibraryPath = "ld-library-path",
        /// DT_RUNPATH of the requesting object.
        Runpath = "runpath",
        /// ld.so.cache.
        Cache = "cache",
        /// Default directories.
        Default = "default",
    }
}

/// Index of an object in a link map. A tree has hundreds of thousands of edges, which hold it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectIndex(u32);

impl ObjectIndex {
    /// Index of an object that is in memory, so it is far below 2^32.
    pub(super) fn new(index: usize) -> Self {
        Self(u32::try_from(index).unwrap_or(u32::MAX))
    }

    /// The index as a number.
    pub fn get(self) -> usize {
        self.0 as usize
    }
}

/// Outcome of a needed edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The library was found.
    Found {
        /// Object that was found.
        object: ObjectIndex,
        /// Rule by which it was found.
        rule: SearchRule,
        /// Object whose search path names the directory, or that loaded the library before.
        via: Option<ObjectIndex>,
        /// Paths that were tried before; empty unless they are recorded.
        tried: ThinVec<Attempt>,
    },
    /// The library is missing.
    Missing {
        /// File at which the linker stops although further directories would follow; none if it searched all.
        fatal: Option<Box<Attempt>>,
        /// Paths that were tried, in order; empty unless they are recorded.
        tried: ThinVec<Attempt>,
    },
}

/// Path at which a library was looked for, and why the file there was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Path as the linker opens it.
    pub path: BString,
    /// Cause of the refusal.
    pub why: Refusal,
}

/// Cause for which the linker refuses a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The file does not exist; the search goes on.
    #[error("no such file")]
    Absent,
    /// The file may not be read; the search goes on.
    #[error("cannot be read")]
    Unreadable,
    /// A loop of links, or a file in place of a directory: the rest of this search path is skipped.
    #[error("too many links or a file in place of a directory")]
    DeadPath,
    /// The file is for another word size; the search goes on.
    #[error("wrong ELF class")]
    WrongClass,
    /// The file is for another machine; the search goes on.
    #[error("for another machine")]
    OtherMachine,
    /// Loading fails at this file.
    #[error("{0}")]
    Fatal(String),
}

impl Refusal {
    /// True if the search stops at the file.
    pub fn is_fatal(&self) -> bool {
        matches!(self, Self::Fatal(_))
    }
}
