//! Position among the tokens of a file, with the limits of nesting that hold for every language.

use super::facts::{Expression, Operator};
use super::token::{Kind, Part, Token};

/// Nesting of statements and expressions that is read; deeper ones have no known value.
pub(super) const MAX_DEPTH: usize = 48;

/// Limit of the calls, members and elements that one expression takes one after the other.
pub(super) const MAX_CHAIN: usize = 24;

/// Tokens of a file and a position among them.
pub(super) struct Cursor<'text> {
    tokens: Vec<Token<'text>>,
    at: usize,
    depth: usize,
    end: Token<'text>,
}

impl<'text> Cursor<'text> {
    /// Creates a cursor that has `depth` levels above it.
    pub(super) fn new(tokens: Vec<Token<'text>>, depth: usize) -> Self {
        let end = Token { kind: Kind::End, line: 0, is_spaced: true, is_first: true };
        Self { tokens, at: 0, depth, end }
    }

    pub(super) fn token(&self) -> &Token<'text> {
        self.ahead(0)
    }

    pub(super) fn ahead(&self, distance: usize) -> &Token<'text> {
        self.tokens.get(self.at + distance).unwrap_or(&self.end)
    }

    pub(super) fn kind(&self) -> &Kind<'text> {
        &self.token().kind
    }

    pub(super) fn line(&self) -> u32 {
        self.token().line
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.tokens.len()
    }

    pub(super) fn advance(&mut self) {
        self.at = (self.at + 1).min(self.tokens.len());
    }

    pub(super) fn is(&self, symbol: &str) -> bool {
        matches!(self.kind(), Kind::Symbol(found) if *found == symbol)
    }

    pub(super) fn is_any(&self, symbols: &[&str]) -> bool {
        matches!(self.kind(), Kind::Symbol(found) if symbols.contains(found))
    }

    pub(super) fn take(&mut self, symbol: &str) -> bool {
        let is_next = self.is(symbol);
        if is_next {
            self.advance();
        }
        is_next
    }

    pub(super) fn word(&self) -> Option<&'text str> {
        match self.kind() {
            Kind::Name(name) => Some(name),
            _ => None,
        }
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        self.word() == Some(word)
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let is_next = self.is_word(word);
        if is_next {
            self.advance();
        }
        is_next
    }

    /// Takes the string at the position; it is empty from then on.
    pub(super) fn take_text(&mut self) -> Option<Vec<Part<'text>>> {
        let Kind::Text(parts) = &mut self.tokens.get_mut(self.at)?.kind else { return None };
        let parts = std::mem::take(parts);
        self.advance();
        Some(parts)
    }

    /// Name at the position, which the cursor passes.
    pub(super) fn take_name(&mut self) -> Option<&'text str> {
        let name = self.word()?;
        self.advance();
        Some(name)
    }

    /// Levels above the position.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// Enters a level; false if there are too many.
    pub(super) fn enter(&mut self) -> bool {
        let is_allowed = self.depth < MAX_DEPTH;
        self.depth += usize::from(is_allowed);
        is_allowed
    }

    pub(super) fn leave(&mut self) {
        self.depth -= 1;
    }

    /// Goes behind the bracket that closes the one at the position.
    pub(super) fn skip_brackets(&mut self) {
        let mut open = 0_usize;
        while !self.is_at_end() {
            match self.kind() {
                Kind::Symbol("(" | "[" | "{") => open += 1,
                Kind::Symbol(")" | "]" | "}") => open = open.saturating_sub(1),
                _ => {}
            }
            self.advance();
            if open == 0 {
                return;
            }
        }
    }
}

/// Joins operands that operators of one precedence stand between.
pub(super) fn operation(operators: &[Option<Operator>], mut operands: Vec<Expression>) -> Expression {
    match operators {
        [] => operands.pop().unwrap_or_else(Expression::unknown),
        [Some(first), rest @ ..] if rest.iter().all(|operator| operator.as_ref() == Some(first)) => {
            Expression::Operation(*first, operands)
        }
        _ => Expression::Unknown(operands),
    }
}

/// Value of a string in parts; `code` reads an embedded part.
pub(super) fn joined<'text>(
    parts: Vec<Part<'text>>,
    mut code: impl FnMut(&'text str, u32) -> Expression,
) -> Expression {
    let mut values: Vec<Expression> = Vec::with_capacity(parts.len());
    for part in parts {
        let value = match part {
            Part::Plain(text) => Expression::Text(text),
            Part::Code(text, line) => code(text, line),
        };
        match (values.last_mut(), value) {
            (Some(Expression::Text(before)), Expression::Text(text)) => before.push_str(&text),
            (_, value) => values.push(value),
        }
    }
    match values.len() {
        0 => Expression::Text(String::new()),
        1 if matches!(values[0], Expression::Text(_)) => values.remove(0),
        _ => Expression::Joined(values),
    }
}
