//! What an audit asks of a file beside its content: which files a package manager says are whose, and the libraries
//! that code opens by name.
//!
//! Code is looked at as text, line by line; nothing is run or understood. A name counts only where it stands as a
//! literal, so that what is put together at run time is not seen.

use std::collections::BTreeSet;
use std::io;

use bstr::{BStr, BString, ByteSlice};
use serde::{Deserialize, Serialize};

use crate::elf::ReadAt;
use crate::support::streams::read_full;
use crate::vocabulary::Soname;

/// How much of a text is read: RECORD of the largest wheels has some megabytes.
pub(super) const MAX_EVIDENCE_BYTES: u64 = 16 << 20;

/// How many names are kept of one file; the object with the most of all of Debian's has some hundred.
const MAX_NAMES: usize = 1_000;

/// How long a library's name may be to be kept.
const MAX_NAME_BYTES: usize = 255;

/// How much of an object is looked through at once.
const CHUNK_BYTES: usize = 256 << 10;

/// What an audit asks of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Evidence {
    /// A list of files that a package manager keeps, whole.
    List(BString),
    /// The names of libraries that stand among an object's strings.
    Names(Vec<Soname>),
    /// The libraries that a source file opens.
    Opens(Vec<Opening>),
}

/// A place in a source file that opens a library by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Opening {
    /// The line, from 1.
    pub line: u32,
    /// How.
    pub call: OpenCall,
    /// The name as it stands.
    pub name: Soname,
}

/// How code opens a library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum OpenCall {
    /// dlopen(3) of a name or path, whoever calls it.
    Open,
    /// Python's ctypes.util.find_library, which asks ldconfig and compilers.
    FindLibrary,
}

/// What kind of evidence a file can hold, by its path below a tree's top.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    List,
    Code,
}

/// What a file at this path is looked through for; none for what is no text that matters.
pub(super) fn kind_of(path: &[u8]) -> Option<Kind> {
    let (directory, name) = path.rsplit_once_str("/").unwrap_or((b"", path));
    let is_list = name == b"RECORD" && directory.ends_with(b".dist-info")
        || directory == b"var/lib/dpkg/info" && name.ends_with(b".list")
        || directory == b"var/lib/dpkg/status.d" && name.ends_with(b".md5sums")
        || path == b"var/lib/dpkg/diversions";
    if is_list {
        return Some(Kind::List);
    }
    [&b".py"[..], b".rb", b".js", b".cjs", b".mjs"]
        .iter()
        .any(|ending| name.ends_with(ending))
        .then_some(Kind::Code)
}

/// Looks through a text of that kind, which is held in memory.
pub(super) fn of_text(kind: Kind, text: &[u8]) -> Option<Evidence> {
    match kind {
        Kind::List => Some(Evidence::List(text.into())),
        Kind::Code => {
            let opens = openings(text);
            (!opens.is_empty()).then_some(Evidence::Opens(opens))
        }
    }
}

/// The calls that open a library by the string behind them.
const CALLS: &[(&str, OpenCall)] = &[
    ("CDLL(", OpenCall::Open),
    ("PyDLL(", OpenCall::Open),
    ("LoadLibrary(", OpenCall::Open),
    ("dlopen(", OpenCall::Open),
    ("Fiddle.dlopen(", OpenCall::Open),
    ("ffi_lib(", OpenCall::Open),
    ("ffi_lib ", OpenCall::Open),
    ("ffi.Library(", OpenCall::Open),
    ("find_library(", OpenCall::FindLibrary),
];

fn openings(text: &[u8]) -> Vec<Opening> {
    // Nearly every file has none of them: one pass over the text tells.
    let may_open = ["DLL(", "LoadLibrary(", "dlopen(", "ffi_lib", "ffi.Library(", "find_library("];
    if !may_open.iter().any(|word| text.contains_str(word)) {
        return Vec::new();
    }
    let mut found = BTreeSet::new();
    for (line, number) in text.lines().zip(1..) {
        if line.trim_ascii_start().starts_with(b"#") || line.trim_ascii_start().starts_with(b"//") {
            continue;
        }
        for (call, means) in CALLS {
            for place in line.find_iter(call) {
                let before = line[..place].last();
                // `def find_library(` and `my_dlopen(` are others' words.
                let is_word = before.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
                if is_word || line[..place].trim_ascii_end().ends_with(b"def") {
                    continue;
                }
                if let Some(name) = literal(&line[place + call.len()..]) {
                    found.insert(Opening { line: number, call: *means, name: Soname::new(name.to_vec()) });
                }
            }
        }
        if found.len() >= MAX_NAMES {
            break;
        }
    }
    found.into_iter().collect()
}

/// The string that stands at the beginning, if it has nothing to be filled in.
fn literal(text: &[u8]) -> Option<&BStr> {
    let text = text.trim_ascii_start();
    let quote = *text.first().filter(|byte| matches!(byte, b'"' | b'\''))?;
    let rest = &text[1..];
    let name = &rest[..rest.find_byte(quote)?];
    let is_name = !name.is_empty()
        && name.len() <= MAX_NAME_BYTES
        && name.iter().all(|byte| byte.is_ascii_graphic() && !b"{}%$\\\"'".contains(byte));
    is_name.then_some(name.as_bstr())
}

/// Looks through an object's bytes for names of libraries (`lib….so`, `….so.1`).
pub(super) fn of_object<S: ReadAt + ?Sized>(object: &S) -> io::Result<Option<Evidence>> {
    let finder = bstr::Finder::new(".so");
    let mut names = BTreeSet::new();
    let mut window = Vec::with_capacity(CHUNK_BYTES + 2 * MAX_NAME_BYTES);
    let mut bytes = object.reader(0);
    loop {
        let start = window.len();
        window.resize(start + CHUNK_BYTES, 0);
        let length = read_full(&mut bytes, &mut window[start..])?;
        window.truncate(start + length);
        let is_last = length < CHUNK_BYTES;
        // A name that may go on in the next chunk is left for it.
        let sure = if is_last { window.len() } else { window.len().saturating_sub(MAX_NAME_BYTES) };
        let mut from = 0;
        while let Some(place) = finder.find(&window[from..]).map(|place| place + from) {
            if place >= sure {
                break;
            }
            if let Some(name) = name_around(&window, place) {
                names.insert(Soname::new(name));
            }
            from = place + 3;
        }
        if is_last || names.len() >= MAX_NAMES {
            break;
        }
        window.drain(..sure.saturating_sub(MAX_NAME_BYTES).min(window.len()));
    }
    Ok((!names.is_empty()).then(|| Evidence::Names(names.into_iter().take(MAX_NAMES).collect())))
}

/// The file name that stands around `.so` at this place, between what can be no part of one.
fn name_around(bytes: &[u8], place: usize) -> Option<&[u8]> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"._+-".contains(byte);
    let least = place.saturating_sub(MAX_NAME_BYTES);
    let before = bytes[least..place].iter().rev().take_while(|byte| is_part(byte)).count();
    let behind = bytes[place..].iter().take(MAX_NAME_BYTES).take_while(|byte| is_part(byte)).count();
    let name = &bytes[place - before..place + behind];
    let rest = &name[before + 3..];
    let is_version = rest.is_empty()
        || rest.starts_with(b".") && rest.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    (before > 1 && is_version).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opens(text: &str) -> Vec<(u32, OpenCall, String)> {
        openings(text.as_bytes())
            .into_iter()
            .map(|opening| (opening.line, opening.call, opening.name.to_string()))
            .collect()
    }

    #[test]
    fn literals_behind_calls_are_found_and_nothing_else() {
        let text = "import ctypes\n\
                    lib = ctypes.CDLL(\"libmagic.so.1\")\n\
                    # CDLL('libold.so.1')\n\
                    path = ctypes.util.find_library('geos_c')\n\
                    other = ctypes.cdll.LoadLibrary(name)\n\
                    third = ffi.dlopen(f\"lib{x}.so\")\n\
                    def find_library(\"x\")\n\
                      ffi_lib 'vips', 'glib-2.0'\n";
        let expected = [
            (2, OpenCall::Open, "libmagic.so.1".to_owned()),
            (4, OpenCall::FindLibrary, "geos_c".to_owned()),
            (8, OpenCall::Open, "vips".to_owned()),
        ];
        assert_eq!(opens(text), expected);
    }

    #[test]
    fn names_in_an_object_are_found_across_chunks() {
        let mut bytes = vec![b'x'; CHUNK_BYTES - 6];
        bytes.push(0);
        bytes.extend(b"libcuda.so.1\0%s.so\0.so\0lib/ok/libz.so\0liby.source\0");
        bytes.resize(bytes.len() + CHUNK_BYTES, 0);
        bytes.extend(b"last.so.2");
        let names = of_object(bytes.as_slice()).expect("memory reads");
        let expected = ["last.so.2", "libcuda.so.1", "libz.so"].map(Soname::new);
        assert_eq!(names, Some(Evidence::Names(expected.to_vec())));
    }

    #[test]
    fn kinds_are_told_by_path() {
        assert_eq!(kind_of(b"venv/lib/python3.11/site-packages/x-1.dist-info/RECORD"), Some(Kind::List));
        assert_eq!(kind_of(b"var/lib/dpkg/info/libc6:amd64.list"), Some(Kind::List));
        assert_eq!(kind_of(b"a/b.py"), Some(Kind::Code));
        assert_eq!(kind_of(b"a/RECORD"), None);
    }
}
