//! Source files of Python, Ruby and JavaScript: bytes → [`CodeFacts`].
//!
//! Nothing is run. A file is searched for the words that a call which opens a library needs (`scan.rs`); only one with such a
//! word is read further. Its statements are kept in one form for all three languages (`facts.rs`), which `app` evaluates
//! across the modules of a package.
//!
//! The readers are written by hand rather than made of grammars: one pass without a table of states reads ten times as
//! fast as tree-sitter, takes no C, and has its bounds in this room. They are tolerant: what they do not understand has an
//! unknown value, and reading goes on. Each input gives a result in time and memory that are linear in its size; nesting
//! beyond `cursor::MAX_DEPTH` is not followed.

mod cursor;
mod facts;
mod javascript;
mod python;
mod ruby;
mod scan;
mod token;

use scan::Part;

pub use facts::{
    Argument, Block, Call, CodeFacts, CodeLanguage, Expression, Function, Operator, Parameter, Statement,
};

/// Largest file that is read; the largest modules of PyPI's and npm's popular packages that open libraries are below.
pub const MAX_CODE_BYTES: u64 = 4 << 20;

impl CodeLanguage {
    /// Language of a file by its name.
    pub fn of_name(name: &[u8]) -> Option<Self> {
        let (_, extension) = bstr::ByteSlice::rsplit_once_str(name, ".")?;
        match extension {
            b"py" => Some(Self::Python),
            b"rb" => Some(Self::Ruby),
            b"js" | b"cjs" | b"mjs" | b"ts" | b"cts" | b"mts" => Some(Self::JavaScript),
            _ => None,
        }
    }
}

/// Reads a source file. `None` if it has none of the words of a call that opens a library.
pub fn read(language: CodeLanguage, text: &[u8]) -> Option<CodeFacts> {
    let part = scan::part(text);
    if part == Part::Nothing {
        return None;
    }
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let text = String::from_utf8_lossy(text);
    let body = match language {
        CodeLanguage::Python => python::read(&text),
        CodeLanguage::Ruby => ruby::read(&text),
        CodeLanguage::JavaScript => javascript::read(&text),
    };
    Some(CodeFacts { language, body, is_opener: part == Part::Opener })
}
