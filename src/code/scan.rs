//! Search for the words of which one stands in every file that opens a library, at the speed of memory.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// Words of the calls that open libraries.
const OPENING: &[&str] = &[
    "CDLL",
    "PyDLL",
    "cdll",
    "LoadLibrary",
    "find_library",
    "dlopen",
    "ffi_lib",
    "dlload",
    "DynamicLibrary",
    "koffi",
    "ffi-napi",
    "ffi.Library",
];

/// Endings of the names of helpers that modules write for them, at their calls.
const HELPERS: &[&str] = &["library(", "Library(", "libs(", "lib(", "Lib(", "DLL(", "dll("];

static FINDERS: LazyLock<[Vec<Finder<'static>>; 2]> =
    LazyLock::new(|| [OPENING, HELPERS].map(|words| words.iter().map(Finder::new).collect()));

/// Part that a source file may have in opening libraries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// None.
    Nothing,
    /// It may call a helper of its package that opens libraries.
    Caller,
    /// It may open a library.
    Opener,
}

/// Returns the part that a source file may have, by the words in it.
pub(super) fn part(text: &[u8]) -> Part {
    let [opening, helpers] = &*FINDERS;
    if opening.iter().any(|word| word.find(text).is_some()) {
        return Part::Opener;
    }
    // A helper gets the names at once: its first argument is a text or a list of them.
    let is_text = |end: usize| {
        let argument = text[end..].iter().find(|byte| !byte.is_ascii_whitespace());
        argument.is_some_and(|byte| b"'\"[`".contains(byte))
    };
    let is_call = |word: &Finder<'_>| word.find_iter(text).any(|place| is_text(place + word.needle().len()));
    if helpers.iter().any(is_call) { Part::Caller } else { Part::Nothing }
}
