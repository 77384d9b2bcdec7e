//! The type of run-time loads.

use std::borrow::Cow;

use crate::vocabulary::{Grade, RootedPath, Soname, named};

named! {
    /// Kind of the file that a run-time load opens.
    LoadKind("kind of run-time load") {
        /// Library.
        Library = "library",
        /// Program.
        Program = "program",
        /// Data file.
        Data = "data",
    }
}

/// Function that opens a library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OpenCall {
    /// dlopen(3) with a name or path, through any binding.
    Dlopen,
    /// Python's ctypes.util.find_library, which runs ldconfig and compilers.
    FindLibrary,
}

/// Evidence for a run-time load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LoadEvidence {
    /// `.note.dlopen` of an object (UAPI.12).
    Note,
    /// Undefined symbol of an object: a function for which glibc opens a library.
    Symbol,
    /// Call in a source file.
    Code(OpenCall),
    /// String in an object that has the form of a library's name.
    String,
    /// Rule on the data of a library.
    Rule,
}

/// Library, program or data file that code opens by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuntimeLoad<'root> {
    /// File with the code.
    pub by: RootedPath,
    /// Names as the code has them, the best first: the first that is found satisfies the load. A name that find_library
    /// searches for is the pattern `lib{name}.so.*`; a file of the app is its path.
    pub names: Cow<'root, [Soname]>,
    /// Kind of the file that is opened.
    pub kind: LoadKind,
    /// Evidence for the load.
    pub evidence: LoadEvidence,
    /// Grade of the load.
    pub grade: Grade,
    /// Line of the call, from 1, if `by` is a source file.
    pub line: Option<u32>,
}

impl RuntimeLoad<'_> {
    /// The same load, independent of the root.
    pub fn to_owned(&self) -> RuntimeLoad<'static> {
        let Self { by, names, kind, evidence, grade, line } = self.clone();
        RuntimeLoad { by, names: Cow::Owned(names.into_owned()), kind, evidence, grade, line }
    }
}
