//! What matters of a file's bytes, wherever they come from.

use std::io;

use bstr::{BString, ByteSlice};

use super::Content;
use super::captured::{MAX_TEXT_BYTES, is_captured, module_symbols};
use super::evidence::{self, Evidence, MAX_EVIDENCE_BYTES};
use crate::elf::{self, ElfError, ElfFacts, ReadAt, UNWINDING_FUNCTIONS, undefined_symbols};
use crate::support::streams::read_up_to;

/// How much of a script the kernel looks at (BINPRM_BUF_SIZE).
pub(super) const SCRIPT_LINE_BYTES: usize = 256;

/// The library that an object needs to have its threads' stacks unwound.
const UNWINDER: &[u8] = b"libgcc_s.so.1";

/// How much is read of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReadDepth {
    /// What linking it takes.
    Link,
    /// What it makes glibc open beside that, too: its undefined symbols are looked through, which costs as much as
    /// all the rest.
    Symbols,
    /// What an audit asks beside that, too: sizes, whose files are whose, and what code opens by name.
    Audit,
}

/// Reads what matters of a file; `path` is its path in the tree, by which it is known what matters.
pub(super) fn read<S: ReadAt + ?Sized>(source: &S, path: &[u8], depth: ReadDepth) -> io::Result<Content> {
    if is_captured(path) {
        return read_text(source);
    }
    // No more than tells what a file is: most are neither objects nor scripts, and what is copied out of the
    // page cache of all of them adds up.
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
    Ok(if length < elf::HEADER_BYTES { Content::Short } else { Content::Other })
}

/// Reads what an audit asks beside the content; `path` is as for [`read`].
pub(super) fn evidence<S: ReadAt + ?Sized>(
    source: &S,
    path: &[u8],
    content: &Content,
) -> io::Result<Option<Evidence>> {
    if let Content::Object(_) = content {
        return evidence::of_object(source);
    }
    let Some(kind) = evidence::kind_of(path) else { return Ok(None) };
    let text = read_up_to(source.reader(0), MAX_EVIDENCE_BYTES)?;
    Ok(text.and_then(|text| evidence::of_text(kind, &text)))
}

fn read_object<S: ReadAt + ?Sized>(
    source: &S,
    head: &[u8],
    path: &[u8],
    depth: ReadDepth,
) -> Result<ElfFacts, ElfError> {
    let name = path.rsplit_str("/").next().unwrap_or_default();
    let mut facts = elf::read_after_head(source, head, &module_symbols(name))?;
    let is_met = facts.needed.iter().any(|soname| soname.as_bytes() == UNWINDER);
    if depth >= ReadDepth::Symbols && facts.is_dynamic && !is_met {
        let undefined = undefined_symbols(source)?;
        facts.opens_unwinder =
            undefined.iter().any(|name| UNWINDING_FUNCTIONS.iter().any(|function| name == function));
    }
    Ok(facts)
}

/// The first line behind `#!`, as far as the kernel reads it.
fn read_script<S: ReadAt + ?Sized>(source: &S) -> io::Result<Content> {
    let mut head = [0; SCRIPT_LINE_BYTES];
    let length = source.read_at(&mut head, 0)?;
    let line = head[..length].lines().next().unwrap_or_default();
    let interpreter = line.strip_prefix(b"#!").unwrap_or_default().trim_ascii();
    Ok(Content::Script(BString::from(interpreter)))
}

fn read_text<S: ReadAt + ?Sized>(source: &S) -> io::Result<Content> {
    Ok(read_up_to(source.reader(0), MAX_TEXT_BYTES)?.map_or(Content::Other, Content::Text))
}
