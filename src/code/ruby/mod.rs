//! Reader of Ruby.

mod arguments;
mod expressions;
mod keywords;
mod lexer;
mod reader;
mod statements;

use super::cursor::Cursor;
use super::facts::Block;
use reader::Reader;

/// Reads the statements of a file.
pub(super) fn read(text: &str) -> Block {
    let tokens = lexer::tokens(text, 1);
    statements::module(&mut Reader { cursor: Cursor::new(tokens, 0), is_condition: false })
}
