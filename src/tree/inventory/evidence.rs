//! Evidence in files that only an audit reads: lists of files that package managers keep, and libraries that code opens by
//! name.
//!
//! Code is searched as text, line by line; nothing is run or parsed. Only a literal name counts, so a name that is put
//! together at run time is not found.

use std::collections::BTreeSet;
use std::io;

use bstr::{BStr, BString, ByteSlice};
use serde::{Deserialize, Serialize};

use crate::elf::{ReadAt, SequentialReader};
use crate::support::streams::read_full;
use crate::vocabulary::Soname;

/// Size limit of a text; RECORD of the largest wheels has some megabytes.
pub(super) const MAX_EVIDENCE_BYTES: u64 = 16 << 20;

/// Limit of names that are kept of one file; no object in Debian has more than some hundred.
const MAX_NAMES: usize = 1_000;

/// Length limit of a library's name.
const MAX_NAME_BYTES: usize = 255;

/// Size of the chunks in which an object is searched.
const CHUNK_BYTES: usize = 256 << 10;

/// Evidence in one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Evidence {
    /// Whole text of a list of files that a package manager keeps.
    FileList(BString),
    /// Names of libraries among the strings of an object.
    LibraryNames(Vec<Soname>),
    /// Calls in a source file that open libraries.
    CallSites(Vec<CallSite>),
}

/// Call in a source file that opens a library by name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CallSite {
    /// Line number, from 1.
    pub line: u32,
    /// Function that is called.
    pub call: OpenCall,
    /// Name of the library, as in the source.
    pub name: Soname,
}

/// Function that opens a library.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum OpenCall {
    /// dlopen(3) with a name or path, through any binding.
    Dlopen,
    /// Python's ctypes.util.find_library, which runs ldconfig and compilers.
    FindLibrary,
}

/// Kind of a text that can contain evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextKind {
    FileList,
    Code,
}

/// Returns the kind of the text at this path below a tree's top; `None` if it cannot contain evidence.
pub(super) fn kind_of(path: &[u8]) -> Option<TextKind> {
    let (directory, name) = path.rsplit_once_str("/").unwrap_or((b"", path));
    let is_list = name == b"RECORD" && directory.ends_with(b".dist-info")
        || directory == b"var/lib/dpkg/info" && name.ends_with(b".list")
        || directory == b"var/lib/dpkg/status.d" && name.ends_with(b".md5sums")
        || path == b"var/lib/dpkg/diversions";
    if is_list {
        return Some(TextKind::FileList);
    }
    let is_code = [&b".py"[..], b".rb", b".js", b".cjs", b".mjs"].iter().any(|suffix| name.ends_with(suffix));
    is_code.then_some(TextKind::Code)
}

/// Returns the evidence in a text.
pub(super) fn in_text(kind: TextKind, text: &[u8]) -> Option<Evidence> {
    match kind {
        TextKind::FileList => Some(Evidence::FileList(text.into())),
        TextKind::Code => {
            let found = call_sites(text);
            (!found.is_empty()).then_some(Evidence::CallSites(found))
        }
    }
}

/// Calls that open the library named by their first argument.
const CALLS: &[(&str, OpenCall)] = &[
    ("CDLL(", OpenCall::Dlopen),
    ("PyDLL(", OpenCall::Dlopen),
    ("LoadLibrary(", OpenCall::Dlopen),
    ("dlopen(", OpenCall::Dlopen),
    ("Fiddle.dlopen(", OpenCall::Dlopen),
    ("ffi_lib(", OpenCall::Dlopen),
    ("ffi_lib ", OpenCall::Dlopen),
    ("ffi.Library(", OpenCall::Dlopen),
    ("find_library(", OpenCall::FindLibrary),
];

fn call_sites(text: &[u8]) -> Vec<CallSite> {
    // Nearly no file has any of them, which one pass over the text shows.
    let may_open = ["DLL(", "LoadLibrary(", "dlopen(", "ffi_lib", "ffi.Library(", "find_library("];
    if !may_open.iter().any(|word| text.contains_str(word)) {
        return Vec::new();
    }
    let mut found = BTreeSet::new();
    for (line, number) in text.lines().zip(1..) {
        if line.trim_ascii_start().starts_with(b"#") || line.trim_ascii_start().starts_with(b"//") {
            continue;
        }
        for (word, call) in CALLS {
            for place in line.find_iter(word) {
                let before = line[..place].last();
                // `def find_library(` and `my_dlopen(` are other functions.
                let is_other = before.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
                if is_other || line[..place].trim_ascii_end().ends_with(b"def") {
                    continue;
                }
                if let Some(name) = literal(&line[place + word.len()..]) {
                    found.insert(CallSite { line: number, call: *call, name: Soname::new(name.to_vec()) });
                }
            }
        }
        if found.len() >= MAX_NAMES {
            break;
        }
    }
    found.into_iter().collect()
}

/// Returns the string literal at the start of `text`, if it has no placeholders.
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

/// Searches an object's bytes for names of libraries (`lib….so`, `….so.1`).
pub(super) fn in_object<S: ReadAt + ?Sized>(object: &S) -> io::Result<Option<Evidence>> {
    let finder = bstr::Finder::new(".so");
    let mut names = BTreeSet::new();
    let mut window = Vec::with_capacity(CHUNK_BYTES + 2 * MAX_NAME_BYTES);
    let mut bytes = SequentialReader::new(object, 0);
    loop {
        let start = window.len();
        window.resize(start + CHUNK_BYTES, 0);
        let length = read_full(&mut bytes, &mut window[start..])?;
        window.truncate(start + length);
        let is_last = length < CHUNK_BYTES;
        // A name that may continue in the next chunk is left for it.
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
    Ok((!names.is_empty()).then(|| Evidence::LibraryNames(names.into_iter().take(MAX_NAMES).collect())))
}

/// Returns the file name around `.so` at this position, up to the nearest bytes that cannot be part of a name.
fn name_around(bytes: &[u8], place: usize) -> Option<&[u8]> {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"._+-".contains(byte);
    let least = place.saturating_sub(MAX_NAME_BYTES);
    let before = bytes[least..place].iter().rev().take_while(|byte| is_part(byte)).count();
    let after = bytes[place..].iter().take(MAX_NAME_BYTES).take_while(|byte| is_part(byte)).count();
    let name = &bytes[place - before..place + after];
    let rest = &name[before + 3..];
    let is_version = rest.is_empty()
        || rest.starts_with(b".") && rest.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
    (before > 1 && is_version).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls(text: &str) -> Vec<(u32, OpenCall, String)> {
        let found = call_sites(text.as_bytes()).into_iter();
        found.map(|site| (site.line, site.call, site.name.to_string())).collect()
    }

    #[test]
    fn only_literal_arguments_of_calls_are_found() {
        let text = "import ctypes\n\
                    lib = ctypes.CDLL(\"libmagic.so.1\")\n\
                    # CDLL('libold.so.1')\n\
                    path = ctypes.util.find_library('geos_c')\n\
                    other = ctypes.cdll.LoadLibrary(name)\n\
                    third = ffi.dlopen(f\"lib{x}.so\")\n\
                    def find_library(\"x\")\n\
                      ffi_lib 'vips', 'glib-2.0'\n";
        let expected = [
            (2, OpenCall::Dlopen, "libmagic.so.1".to_owned()),
            (4, OpenCall::FindLibrary, "geos_c".to_owned()),
            (8, OpenCall::Dlopen, "vips".to_owned()),
        ];
        assert_eq!(calls(text), expected);
    }

    #[test]
    fn names_in_an_object_are_found_across_chunks() {
        let mut bytes = vec![b'x'; CHUNK_BYTES - 6];
        bytes.push(0);
        bytes.extend(b"libcuda.so.1\0%s.so\0.so\0lib/ok/libz.so\0liby.source\0");
        bytes.resize(bytes.len() + CHUNK_BYTES, 0);
        bytes.extend(b"last.so.2");
        let names = in_object(bytes.as_slice()).expect("memory reads");
        let expected = ["last.so.2", "libcuda.so.1", "libz.so"].map(Soname::new);
        assert_eq!(names, Some(Evidence::LibraryNames(expected.to_vec())));
    }

    #[test]
    fn kinds_depend_on_the_path() {
        assert_eq!(
            kind_of(b"venv/lib/python3.11/site-packages/x-1.dist-info/RECORD"),
            Some(TextKind::FileList)
        );
        assert_eq!(kind_of(b"var/lib/dpkg/info/libc6:amd64.list"), Some(TextKind::FileList));
        assert_eq!(kind_of(b"a/b.py"), Some(TextKind::Code));
        assert_eq!(kind_of(b"a/RECORD"), None);
    }
}
