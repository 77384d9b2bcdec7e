//! Tokens of JavaScript, as in ECMA-262, chapter 12.

use crate::code::token::{Kind, MAX_TOKENS, Part, Scanner, Token, starts_name};

const SYMBOLS: &[&str] = &[
    ">>>=", "...", "===", "!==", "**=", "<<=", ">>=", ">>>", "&&=", "||=", "??=", "=>", "==", "!=", "<=",
    ">=", "&&", "||", "??", "?.", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "**", "<<",
    ">>", "(", ")", "[", "]", "{", "}", ",", ":", ".", ";", "=", "+", "-", "*", "/", "%", "&", "|", "^", "~",
    "<", ">", "!", "?", "@",
];

/// Keywords after which a slash begins a regular expression.
const BEFORE_REGEX: &[&str] =
    &["return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else"];

/// Reads the tokens of a text, up to the limit.
pub(super) fn tokens(text: &str, line: u32) -> Vec<Token<'_>> {
    let mut lexer = Lexer { scanner: Scanner::new(text, line), tokens: Vec::new(), is_first: true };
    if lexer.scanner.starts_with("#!") {
        lexer.scanner.skip_line();
    }
    while !lexer.scanner.is_at_end() && lexer.tokens.len() < MAX_TOKENS {
        lexer.next();
    }
    lexer.tokens
}

struct Lexer<'text> {
    scanner: Scanner<'text>,
    tokens: Vec<Token<'text>>,
    is_first: bool,
}

impl<'text> Lexer<'text> {
    fn push(&mut self, kind: Kind<'text>, line: u32, is_spaced: bool) {
        self.tokens.push(Token { kind, line, is_spaced, is_first: self.is_first });
        self.is_first = false;
    }

    fn next(&mut self) {
        let before = self.scanner.at;
        let spaces = self.scanner.take_while(|byte| byte.is_ascii_whitespace());
        self.is_first |= spaces.contains('\n');
        let is_spaced = self.scanner.at > before;
        let line = self.scanner.line;
        match self.scanner.peek(0) {
            0 if self.scanner.is_at_end() => {}
            b'/' if self.scanner.peek(1) == b'/' => self.scanner.skip_line(),
            b'/' if self.scanner.peek(1) == b'*' => self.comment(),
            b'/' if self.expects_value() => {
                let regex = self.regex();
                self.push(Kind::Regex(regex), line, is_spaced);
            }
            quote @ (b'"' | b'\'' | b'`') => {
                let parts = self.text(quote);
                self.push(Kind::Text(parts), line, is_spaced);
            }
            byte if byte.is_ascii_digit() => {
                let number = self.scanner.number();
                self.push(Kind::Number(number), line, is_spaced);
            }
            byte if starts_name(byte) || byte == b'$' || byte == b'#' => {
                if byte == b'#' {
                    self.scanner.advance(1);
                }
                let is_in_name = |byte| crate::code::token::is_in_name(byte) || byte == b'$';
                let name = self.scanner.take_while(is_in_name);
                if !name.is_empty() {
                    self.push(Kind::Name(name), line, is_spaced);
                }
            }
            _ => match self.scanner.symbol(SYMBOLS) {
                Some(symbol) => self.push(Kind::Symbol(symbol), line, is_spaced),
                None => {
                    self.scanner.character();
                }
            },
        }
    }

    fn comment(&mut self) {
        let start = self.scanner.line;
        let rest = &self.scanner.text.as_bytes()[self.scanner.at..];
        let length = bstr::ByteSlice::find(rest, "*/").map_or(rest.len(), |place| place + 2);
        self.scanner.advance(length);
        self.is_first |= self.scanner.line > start;
    }

    /// True if a value can stand at the position, so that a slash begins a regular expression.
    fn expects_value(&self) -> bool {
        match self.tokens.last().map(|token| &token.kind) {
            Some(Kind::Name(name)) => BEFORE_REGEX.contains(name),
            Some(Kind::Symbol(symbol)) => ![")", "]", "}", "++", "--"].contains(symbol),
            Some(Kind::Text(_) | Kind::Number(_) | Kind::Regex(_)) => false,
            _ => true,
        }
    }

    fn regex(&mut self) -> &'text str {
        self.scanner.advance(1);
        let start = self.scanner.at;
        let mut is_in_class = false;
        while !self.scanner.is_at_end() {
            match self.scanner.peek(0) {
                b'\n' => break,
                b'/' if !is_in_class => break,
                b'[' => is_in_class = true,
                b']' => is_in_class = false,
                b'\\' => self.scanner.advance(1),
                _ => {}
            }
            self.scanner.character();
        }
        let regex = self.scanner.slice(start, self.scanner.at);
        if self.scanner.peek(0) == b'/' {
            self.scanner.advance(1);
        }
        self.scanner.name();
        regex
    }

    fn text(&mut self, quote: u8) -> Vec<Part<'text>> {
        self.scanner.advance(1);
        let (mut parts, mut plain) = (Vec::new(), String::new());
        while !self.scanner.is_at_end() {
            match self.scanner.peek(0) {
                byte if byte == quote => {
                    self.scanner.advance(1);
                    break;
                }
                b'\n' if quote != b'`' => break,
                b'\\' => self.scanner.escape(&mut plain),
                b'$' if quote == b'`' && self.scanner.peek(1) == b'{' => {
                    self.scanner.advance(2);
                    parts.push(Part::Plain(std::mem::take(&mut plain)));
                    let (code, line) = self.scanner.embedded(false, 0);
                    parts.push(Part::Code(code, line));
                }
                _ => plain.push_str(self.scanner.plain([quote; 2])),
            }
        }
        if !plain.is_empty() {
            parts.push(Part::Plain(plain));
        }
        parts
    }
}
