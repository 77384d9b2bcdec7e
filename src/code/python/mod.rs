//! Reader of Python.

mod expressions;
mod lexer;
mod statements;

use super::cursor::Cursor;
use super::facts::Block;

/// Reads the statements of a module.
pub(super) fn read(text: &str) -> Block {
    let tokens = lexer::tokens(text, 1, false);
    statements::module(&mut Cursor::new(tokens, 0))
}
