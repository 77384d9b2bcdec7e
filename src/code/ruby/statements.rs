//! Statements of Ruby, with the modifiers behind them.

use super::reader::Reader;
use crate::code::cursor::MAX_CHAIN;
use crate::code::facts::{Block, Expression, Statement};
use crate::code::token::Kind;

/// Reads the statements of a file.
pub(super) fn module(reader: &mut Reader<'_>) -> Block {
    let mut body = Vec::new();
    while !reader.cursor.is_at_end() {
        let before = reader.cursor.position();
        reader.statement(&mut body);
        if reader.cursor.position() == before {
            reader.cursor.advance();
        }
    }
    body
}

impl Reader<'_> {
    /// Reads a statement and its modifiers.
    pub(super) fn statement(&mut self, into: &mut Block) {
        if matches!(self.cursor.kind(), Kind::Newline | Kind::Symbol(";")) {
            return self.cursor.advance();
        }
        let mut statements = statements_of(self.statement_expression());
        for _ in 0..MAX_CHAIN {
            let Some(word) = self.cursor.word() else { break };
            statements = vec![match word {
                "if" | "unless" => {
                    self.cursor.advance();
                    let test = self.statement_expression();
                    let test = if word == "unless" { Expression::Not(Box::new(test)) } else { test };
                    Statement::If { branches: vec![(test, statements)], otherwise: Vec::new() }
                }
                "while" | "until" => {
                    self.cursor.advance();
                    let iterable = self.statement_expression();
                    Statement::Loop { target: None, iterable, body: statements }
                }
                "rescue" => {
                    self.cursor.advance();
                    let handler = statements_of(self.statement_expression());
                    Statement::Try { body: statements, handlers: vec![handler], after: Vec::new() }
                }
                _ => break,
            }];
        }
        into.extend(statements);
    }
}

/// Statements of an expression that is one.
fn statements_of(value: Expression) -> Block {
    match value {
        Expression::Block(statements) => statements,
        Expression::Call(call) if matches!(&call.function, Expression::Name(name) if name == "raise") => {
            vec![Statement::Raise(Expression::Call(call))]
        }
        Expression::Name(name) if name == "raise" => vec![Statement::Raise(Expression::unknown())],
        value => vec![Statement::Evaluate(value)],
    }
}
