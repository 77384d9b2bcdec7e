//! Tokens of Python, with logical lines and indentation as in its reference manual, chapter 2.

use crate::code::token::{Kind, MAX_TOKENS, Part, Scanner, Token, starts_name};

const SYMBOLS: &[&str] = &[
    "**=", "//=", ">>=", "<<=", "...", "->", ":=", "==", "!=", "<=", ">=", "**", "//", "<<", ">>", "+=",
    "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=", "(", ")", "[", "]", "{", "}", ",", ":", ".", ";", "=",
    "+", "-", "*", "/", "%", "@", "&", "|", "^", "~", "<", ">",
];

/// Column that a tab ends at is a multiple of this.
const TAB: usize = 8;

/// Reads the tokens of a text, up to the limit. `is_expression` is true for the code in a
/// string, which has no lines.
pub(super) fn tokens(text: &str, line: u32, is_expression: bool) -> Vec<Token<'_>> {
    let mut lexer = Lexer {
        scanner: Scanner::new(text, line),
        tokens: Vec::new(),
        open: usize::from(is_expression),
        indents: Vec::new(),
        is_first: true,
    };
    while !lexer.scanner.is_at_end() && lexer.tokens.len() < MAX_TOKENS {
        lexer.next();
    }
    lexer.push(Kind::Newline, false);
    for _ in 0..lexer.indents.len() {
        lexer.push(Kind::Dedent, false);
    }
    lexer.tokens
}

struct Lexer<'text> {
    scanner: Scanner<'text>,
    tokens: Vec<Token<'text>>,
    /// Number of open brackets, in which the ends of lines don't count.
    open: usize,
    /// Columns of the enclosing blocks.
    indents: Vec<usize>,
    is_first: bool,
}

impl<'text> Lexer<'text> {
    fn push(&mut self, kind: Kind<'text>, is_spaced: bool) {
        self.push_at(kind, is_spaced, self.scanner.line);
    }

    fn push_at(&mut self, kind: Kind<'text>, is_spaced: bool, line: u32) {
        self.tokens.push(Token { kind, line, is_spaced, is_first: self.is_first });
    }

    fn next(&mut self) {
        if self.is_first && self.open == 0 && !self.begin_line() {
            return;
        }
        self.is_first = false;
        let before = self.scanner.at;
        self.scanner.take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r' | 0x0c));
        let is_spaced = self.scanner.at > before;
        let line = self.scanner.line;
        match self.scanner.peek(0) {
            0 if self.scanner.is_at_end() => {}
            b'#' => self.scanner.skip_line(),
            b'\\' => self.scanner.advance(2),
            b'\n' => {
                if self.open == 0 {
                    self.push(Kind::Newline, is_spaced);
                    self.is_first = true;
                }
                self.scanner.advance(1);
            }
            b'"' | b'\'' => self.text("", line, is_spaced),
            byte if byte.is_ascii_digit() => {
                let number = self.scanner.number();
                self.push(Kind::Number(number), is_spaced);
            }
            byte if starts_name(byte) => {
                let name = self.scanner.name();
                if name.len() <= 2 && matches!(self.scanner.peek(0), b'"' | b'\'') {
                    self.text(name, line, is_spaced);
                } else {
                    self.push(Kind::Name(name), is_spaced);
                }
            }
            _ => self.symbol(is_spaced),
        }
    }

    fn symbol(&mut self, is_spaced: bool) {
        let Some(symbol) = self.scanner.symbol(SYMBOLS) else {
            self.scanner.character();
            return;
        };
        match symbol {
            "(" | "[" | "{" => self.open += 1,
            ")" | "]" | "}" => self.open = self.open.saturating_sub(1),
            _ => {}
        }
        self.push(Kind::Symbol(symbol), is_spaced);
    }

    /// Reads the indentation of a line; false if the line has no statement.
    fn begin_line(&mut self) -> bool {
        let mut column = 0;
        loop {
            match self.scanner.peek(0) {
                b' ' => column += 1,
                b'\t' => column = (column / TAB + 1) * TAB,
                0x0c => column = 0,
                _ => break,
            }
            self.scanner.advance(1);
        }
        match self.scanner.peek(0) {
            b'#' => self.scanner.skip_line(),
            b'\r' | b'\n' => {}
            _ => {
                self.indent(column);
                return true;
            }
        }
        self.scanner.skip_line();
        self.scanner.advance(1);
        false
    }

    fn indent(&mut self, column: usize) {
        let current = self.indents.last().copied().unwrap_or_default();
        if column > current {
            self.indents.push(column);
            self.push(Kind::Indent, false);
        }
        while self.indents.last().is_some_and(|indent| *indent > column) {
            self.indents.pop();
            self.push(Kind::Dedent, false);
        }
    }

    /// Reads a string after its prefix.
    fn text(&mut self, prefix: &str, line: u32, is_spaced: bool) {
        let has = |letter: u8| prefix.bytes().any(|byte| byte.eq_ignore_ascii_case(&letter));
        let (is_raw, is_format) = (has(b'r'), has(b'f') || has(b't'));
        let quote = self.scanner.peek(0);
        let is_triple = self.scanner.peek(1) == quote && self.scanner.peek(2) == quote;
        let width = if is_triple { 3 } else { 1 };
        self.scanner.advance(width);
        let (mut parts, mut plain) = (Vec::new(), String::new());
        while !self.scanner.is_at_end() {
            let byte = self.scanner.peek(0);
            let is_end = byte == quote
                && (!is_triple || self.scanner.peek(1) == quote && self.scanner.peek(2) == quote);
            if is_end {
                self.scanner.advance(width);
                break;
            }
            match byte {
                b'\n' if !is_triple => break,
                b'\\' if is_raw => {
                    plain.push('\\');
                    self.scanner.advance(1);
                    plain.extend(self.scanner.character());
                }
                b'\\' => self.scanner.escape(&mut plain),
                b'{' | b'}' if is_format && self.scanner.peek(1) == byte => {
                    plain.push(char::from(byte));
                    self.scanner.advance(2);
                }
                b'{' if is_format => {
                    self.scanner.advance(1);
                    parts.push(Part::Plain(std::mem::take(&mut plain)));
                    let (code, line) = self.scanner.embedded(!is_triple, 0);
                    parts.push(Part::Code(code, line));
                }
                _ => plain.push_str(self.scanner.plain([quote; 2])),
            }
        }
        if !plain.is_empty() {
            parts.push(Part::Plain(plain));
        }
        self.push_at(Kind::Text(parts), is_spaced, line);
    }
}
