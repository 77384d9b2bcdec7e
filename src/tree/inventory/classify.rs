//! Reading the content of a file from any source of bytes.

use std::io::{self, Read};

use bstr::{BStr, BString, ByteSlice};

use super::captured::{MAX_MANIFEST_BYTES, MAX_TEXT_BYTES, is_captured, is_manifest, module_symbols};
use super::content::{Content, FileFormat, Launcher, ReadDepth};
use super::evidence::{self, Evidence};
use super::launcher::{MAX_LAUNCHER_BYTES, is_shell, library_path};
use crate::elf::{
    self, ElfError, ElfFacts, ReadAt, SequentialReader, UNWINDING_FUNCTIONS, object_symbols,
    undefined_symbols,
};
use crate::support::streams::read_up_to;

/// Number of bytes of a script that the kernel reads (BINPRM_BUF_SIZE).
pub(super) const SCRIPT_LINE_BYTES: usize = 256;

/// Library that unwinds the stacks of threads.
const UNWINDER: &[u8] = b"libgcc_s.so.1";

/// Reads the content of a file. `path` is its path in the tree, which decides whether it is a text to keep.
pub(super) fn content<S: ReadAt + ?Sized>(source: &S, path: &[u8], depth: ReadDepth) -> io::Result<Content> {
    if is_captured(path) {
        return read_text(source, MAX_TEXT_BYTES);
    }
    if is_manifest(path) {
        return read_text(source, MAX_MANIFEST_BYTES);
    }
    // Only as much as shows the kind of the file: most files are neither objects nor scripts, and copying bytes of all of them out
    // of the page cache adds up.
    let mut head = [0; elf::HEADER_BYTES];
    let length = source.read_at(&mut head, 0)?;
    let head = &head[..length];
    if head.starts_with(&elf::MAGIC) {
        if length < elf::HEADER_BYTES {
            return Ok(Content::Malformed("file too short".to_owned()));
        }
        return match read_object(source, head, path, depth) {
            Ok(facts) => Ok(Content::Object(Box::new(facts))),
            Err(ElfError::Io(error)) => Err(error),
            Err(error) => Ok(Content::Malformed(error.to_string())),
        };
    }
    if head.starts_with(b"#!") {
        return read_script(source);
    }
    if length < elf::HEADER_BYTES {
        return Ok(Content::Short);
    }
    Ok(FileFormat::of(head).map_or(Content::Other, Content::Foreign))
}

/// Reads the evidence in a file for an audit; `path` is as for [`content()`].
pub(super) fn evidence<S: ReadAt + ?Sized>(
    source: &S,
    path: &[u8],
    content: &Content,
) -> io::Result<Option<Evidence>> {
    if let Content::Object(_) = content {
        return evidence::in_object(source);
    }
    let Some(kind) = evidence::kind_of(path) else { return Ok(None) };
    let text = read_up_to(SequentialReader::new(source, 0), kind.max_bytes())?;
    Ok(text.and_then(|text| evidence::in_text(kind, &text)))
}

fn read_object<S: ReadAt + ?Sized>(
    source: &S,
    head: &[u8],
    path: &[u8],
    depth: ReadDepth,
) -> Result<ElfFacts, ElfError> {
    let name = path.rsplit_str("/").next().unwrap_or_default();
    let mut facts = elf::read_after_head(source, head, &module_symbols(name))?;
    let needs_unwinder = facts.needed.iter().any(|soname| soname.as_bytes() == UNWINDER);
    if depth >= ReadDepth::Symbols && facts.is_dynamic && !needs_unwinder {
        let undefined = undefined_symbols(source)?;
        facts.opens_unwinder =
            undefined.iter().any(|one| UNWINDING_FUNCTIONS.iter().any(|function| one.name == *function));
    }
    if depth == ReadDepth::Package && facts.is_dynamic {
        // A library without readable symbols is linked all the same.
        facts.symbols = object_symbols(source).ok().map(Box::new);
    }
    Ok(facts)
}

/// True for the start of a script that a shell runs.
pub(super) fn may_be_launcher(head: &[u8]) -> bool {
    head.starts_with(b"#!") && is_shell(BStr::new(first_line(head)))
}

/// Returns the rest of a script's first line after `#!`.
fn first_line(head: &[u8]) -> &[u8] {
    let line = head.lines().next().unwrap_or_default();
    line.strip_prefix(b"#!").unwrap_or_default().trim_ascii()
}

/// Reads the rest of the first line after `#!`, as much as the kernel reads of it.
fn read_script<S: ReadAt + ?Sized>(source: &S) -> io::Result<Content> {
    let mut head = [0; SCRIPT_LINE_BYTES];
    let length = source.read_at(&mut head, 0)?;
    let line = BString::from(first_line(&head[..length]));
    if !is_shell(BStr::new(&line)) {
        return Ok(Content::Script(line));
    }
    let mut text = Vec::new();
    SequentialReader::new(source, 0).take(MAX_LAUNCHER_BYTES).read_to_end(&mut text)?;
    let library_path = library_path(&text);
    if library_path.is_empty() {
        return Ok(Content::Script(line));
    }
    Ok(Content::Launcher(Box::new(Launcher { line, library_path })))
}

fn read_text<S: ReadAt + ?Sized>(source: &S, limit: u64) -> io::Result<Content> {
    Ok(read_up_to(SequentialReader::new(source, 0), limit)?.map_or(Content::Other, Content::Text))
}
