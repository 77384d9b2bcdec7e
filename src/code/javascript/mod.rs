//! Reader of JavaScript, and of TypeScript without its types.

mod expressions;
mod lexer;
mod statements;

use super::cursor::Cursor;
use super::facts::Block;

/// Reads the statements of a module.
pub(super) fn read(text: &str) -> Block {
    let tokens = lexer::tokens(text, 1);
    statements::module(&mut Cursor::new(tokens, 0))
}
