//! Evidence in files that only an audit reads: lists of files that package managers keep, names of libraries in objects, and
//! the statements of source files that may open libraries.

use std::collections::BTreeSet;
use std::io;

use bstr::{BString, ByteSlice};
use serde::{Deserialize, Serialize};

use crate::code::{self, CodeFacts, CodeLanguage, MAX_CODE_BYTES};
use crate::elf::{ReadAt, SequentialReader};
use crate::support::streams::read_full;
use crate::vocabulary::Soname;

/// Size limit of a list of files; RECORD of the largest wheels has some megabytes.
const MAX_EVIDENCE_BYTES: u64 = 16 << 20;

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
    /// Statements of a source file that may open libraries.
    Code(Box<CodeFacts>),
}

/// Kind of a text that can contain evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextKind {
    FileList,
    Code(CodeLanguage),
}

impl TextKind {
    /// Size limit of a text of this kind.
    pub(super) fn max_bytes(self) -> u64 {
        match self {
            Self::FileList => MAX_EVIDENCE_BYTES,
            Self::Code(_) => MAX_CODE_BYTES,
        }
    }
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
    CodeLanguage::of_name(name).map(TextKind::Code)
}

/// Returns the evidence in a text.
pub(super) fn in_text(kind: TextKind, text: &[u8]) -> Option<Evidence> {
    match kind {
        TextKind::FileList => Some(Evidence::FileList(text.into())),
        TextKind::Code(language) => Some(Evidence::Code(Box::new(code::read(language, text)?))),
    }
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
        assert_eq!(kind_of(b"a/b.py"), Some(TextKind::Code(CodeLanguage::Python)));
        assert_eq!(kind_of(b"a/RECORD"), None);
    }
}
