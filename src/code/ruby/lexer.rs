//! Tokens of Ruby. Percent literals of words become arrays, and symbols strings.

use crate::code::token::{Kind, MAX_TOKENS, Part, Scanner, Token, starts_name};

const SYMBOLS: &[&str] = &[
    "**=", "||=", "&&=", "<=>", "===", "...", "<<=", ">>=", "=~", "!~", "==", "!=", "<=", ">=", "&&", "||",
    "&.", "::", "=>", "->", "+=", "-=", "*=", "/=", "%=", "|=", "&=", "^=", "**", "<<", ">>", "..", "(", ")",
    "[", "]", "{", "}", ",", ":", ".", ";", "=", "+", "-", "*", "/", "%", "&", "|", "^", "~", "<", ">", "!",
    "?",
];

/// Symbols after which a line goes on.
const CONTINUING: &[&str] = &[
    ",", ".", "&.", "::", "=", "+", "-", "*", "/", "&&", "||", "|", "(", "[", "{", "=>", "||=", "+=", "<<",
    "==", "!=", "=~", "?", ":", "<", ">", "&",
];

/// Keywords after which a value stands, so that a slash begins a regular expression.
const BEFORE_VALUE: &[&str] = &[
    "if", "unless", "when", "and", "or", "not", "return", "elsif", "while", "until", "then", "do", "else",
    "in",
];

/// Length limit of the white space between a value and its member on a later line.
const MAX_GAP_BYTES: usize = 1_024;

/// Reads the tokens of a text, up to the limit.
pub(super) fn tokens(text: &str, line: u32) -> Vec<Token<'_>> {
    let scanner = Scanner::new(text, line);
    let mut lexer = Lexer { scanner, tokens: Vec::new(), heredocs: Vec::new(), is_first: true };
    while !lexer.scanner.is_at_end() && lexer.tokens.len() < MAX_TOKENS {
        lexer.next();
    }
    lexer.push(Kind::Newline, false);
    lexer.tokens
}

struct Lexer<'text> {
    scanner: Scanner<'text>,
    tokens: Vec<Token<'text>>,
    /// Strings whose text begins with the next line: index of the token, and the line that ends the text.
    heredocs: Vec<(usize, &'text str)>,
    is_first: bool,
}

impl<'text> Lexer<'text> {
    fn push(&mut self, kind: Kind<'text>, is_spaced: bool) {
        self.push_at(kind, is_spaced, self.scanner.line);
    }

    fn push_at(&mut self, kind: Kind<'text>, is_spaced: bool, line: u32) {
        self.tokens.push(Token { kind, line, is_spaced, is_first: self.is_first });
        self.is_first = false;
    }

    fn next(&mut self) {
        let before = self.scanner.at;
        self.scanner.take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
        let is_spaced = self.scanner.at > before || self.is_first;
        let line = self.scanner.line;
        match self.scanner.peek(0) {
            0 if self.scanner.is_at_end() => {}
            b'\n' => self.newline(),
            b'#' => self.scanner.skip_line(),
            b'\\' => self.scanner.advance(2),
            b'=' if self.is_first && self.scanner.starts_with("=begin") => self.skip_to_line("=end"),
            b'_' if self.is_first && self.scanner.starts_with("__END__\n") => {
                self.scanner.at = self.scanner.text.len();
            }
            quote @ (b'"' | b'\'' | b'`') => {
                self.scanner.advance(1);
                let parts = self.text(quote, quote, quote != b'\'');
                // What a command prints is unknown.
                let kind = if quote == b'`' { Kind::Regex("") } else { Kind::Text(parts) };
                self.push_at(kind, is_spaced, line);
            }
            b'%' if self.expects_value(is_spaced) && self.percent(is_spaced) => {}
            b'/' if self.expects_value(is_spaced) => {
                self.scanner.advance(1);
                let start = self.scanner.at;
                self.text(b'/', b'/', true);
                let end = self.scanner.at.saturating_sub(1).max(start);
                let regex = self.scanner.slice(start, end);
                self.scanner.name();
                self.push_at(Kind::Regex(regex), is_spaced, line);
            }
            b'<' if self.expects_value(is_spaced) && self.heredoc(is_spaced) => {}
            b':' if self.symbol_literal(is_spaced) => {}
            byte if byte.is_ascii_digit() => {
                let number = self.scanner.number();
                self.push(Kind::Number(number), is_spaced);
            }
            byte if starts_name(byte) || byte == b'@' || byte == b'$' => self.name(is_spaced),
            _ => match self.scanner.symbol(SYMBOLS) {
                Some(symbol) => self.push(Kind::Symbol(symbol), is_spaced),
                None => {
                    self.scanner.character();
                }
            },
        }
    }

    fn name(&mut self, is_spaced: bool) {
        let start = self.scanner.at;
        let sigil = self.scanner.take_while(|byte| byte == b'@' || byte == b'$').len();
        if self.scanner.name().is_empty() && sigil > 0 {
            self.scanner.character();
        }
        let is_suffix = matches!(self.scanner.peek(0), b'?' | b'!') && self.scanner.peek(1) != b'=';
        // `a ?b : c` has a space; `x?` is a method.
        if is_suffix && sigil == 0 {
            self.scanner.advance(1);
        }
        let name = self.scanner.slice(start, self.scanner.at);
        self.push(Kind::Name(name), is_spaced);
    }

    /// Reads the end of a line, unless the next line goes on.
    fn newline(&mut self) {
        self.scanner.advance(1);
        self.read_heredocs();
        let goes_on = match self.tokens.last().map(|token| &token.kind) {
            Some(Kind::Symbol(symbol)) => CONTINUING.contains(symbol) && !self.ends_parameters(),
            Some(Kind::Newline) | None => true,
            _ => false,
        };
        let rest = &self.scanner.text.as_bytes()[self.scanner.at..];
        let rest = rest[..rest.len().min(MAX_GAP_BYTES)].trim_ascii_start();
        let is_member = rest.starts_with(b"&.") || rest.starts_with(b".") && !rest.starts_with(b"..");
        self.is_first = true;
        if !goes_on && !is_member {
            self.push(Kind::Newline, false);
            self.is_first = true;
        }
    }

    /// True if the last token is the bar after the parameters of a block.
    fn ends_parameters(&self) -> bool {
        if self.tokens.last().is_none_or(|token| token.kind != Kind::Symbol("|")) {
            return false;
        }
        let is_other = |token: &&Token<'_>| token.kind != Kind::Symbol("|") && token.kind != Kind::Newline;
        let before = self.tokens.iter().rev().skip(1).skip_while(is_other).nth(1);
        before.is_some_and(|token| matches!(token.kind, Kind::Symbol("{") | Kind::Name("do")))
    }

    fn skip_to_line(&mut self, end: &str) {
        while !self.scanner.is_at_end() {
            let is_end = self.scanner.starts_with(end);
            self.scanner.skip_line();
            if is_end {
                return;
            }
            self.scanner.advance(1);
        }
    }

    /// True if a value can stand at the position, rather than an operator.
    fn expects_value(&self, is_spaced: bool) -> bool {
        let is_attached = !matches!(self.scanner.peek(1), b' ' | b'\n' | b'=');
        match self.tokens.last().map(|token| &token.kind) {
            Some(Kind::Name(name)) => BEFORE_VALUE.contains(name) || is_spaced && is_attached,
            Some(Kind::Symbol(symbol)) => ![")", "]", "}"].contains(symbol),
            Some(Kind::Text(_) | Kind::Number(_) | Kind::Regex(_)) => false,
            _ => true,
        }
    }

    /// Reads `:name` or `:"name"` as a string; false if there is none.
    fn symbol_literal(&mut self, is_spaced: bool) -> bool {
        let (next, line) = (self.scanner.peek(1), self.scanner.line);
        let is_label =
            matches!(self.tokens.last().map(|token| &token.kind), Some(Kind::Name(_) | Kind::Text(_)));
        if !is_spaced && is_label || !(starts_name(next) || next == b'"' || next == b'\'') {
            return false;
        }
        self.scanner.advance(1);
        let parts = if starts_name(next) {
            let name = self.scanner.name();
            if matches!(self.scanner.peek(0), b'?' | b'!') {
                self.scanner.advance(1);
            }
            vec![Part::Plain(name.to_owned())]
        } else {
            self.scanner.advance(1);
            self.text(next, next, next == b'"')
        };
        self.push_at(Kind::Text(parts), is_spaced, line);
        true
    }

    /// Reads a literal with a percent sign; false if there is none.
    fn percent(&mut self, is_spaced: bool) -> bool {
        let letter = self.scanner.peek(1);
        let is_bare = matches!(letter, b'(' | b'[' | b'{' | b'<' | b'|');
        let open = if is_bare { letter } else { self.scanner.peek(2) };
        if !is_bare && !b"wWiIqQ".contains(&letter)
            || !matches!(open, b'(' | b'[' | b'{' | b'<' | b'|' | b'!')
        {
            return false;
        }
        let line = self.scanner.line;
        self.scanner.advance(if is_bare { 2 } else { 3 });
        let close = match open {
            b'(' => b')',
            b'[' => b']',
            b'{' => b'}',
            b'<' => b'>',
            other => other,
        };
        let parts = self.text(open, close, !matches!(letter, b'w' | b'i' | b'q'));
        if is_bare || letter.eq_ignore_ascii_case(&b'q') {
            self.push_at(Kind::Text(parts), is_spaced, line);
            return true;
        }
        self.push_at(Kind::Symbol("["), is_spaced, line);
        for part in parts {
            if let Part::Plain(words) = part {
                for word in words.split_whitespace() {
                    self.push_at(Kind::Text(vec![Part::Plain(word.to_owned())]), true, line);
                    self.push_at(Kind::Symbol(","), false, line);
                }
            }
        }
        self.push(Kind::Symbol("]"), false);
        true
    }

    /// Reads the begin of a heredoc; false if there is none.
    fn heredoc(&mut self, is_spaced: bool) -> bool {
        let rest = &self.scanner.text.as_bytes()[self.scanner.at..];
        let Some(rest) = rest.strip_prefix(b"<<") else { return false };
        let is_marked = matches!(rest.first(), Some(b'~' | b'-'));
        let quoted = &rest[usize::from(is_marked)..];
        let is_quoted = matches!(quoted.first(), Some(b'"' | b'\''));
        let name = &quoted[usize::from(is_quoted)..];
        if !is_quoted && !name.first().is_some_and(u8::is_ascii_uppercase) {
            return false;
        }
        self.scanner.advance(2 + usize::from(is_marked) + usize::from(is_quoted));
        let end = self.scanner.name();
        self.scanner.advance(usize::from(is_quoted));
        self.heredocs.push((self.tokens.len(), end));
        self.push(Kind::Text(Vec::new()), is_spaced);
        true
    }

    fn read_heredocs(&mut self) {
        for (token, end) in std::mem::take(&mut self.heredocs) {
            let start = self.scanner.at;
            let mut last = start;
            while !self.scanner.is_at_end() {
                last = self.scanner.at;
                let is_end = self.scanner.take_while(|byte| byte != b'\n').trim() == end;
                self.scanner.advance(1);
                if is_end {
                    break;
                }
                last = self.scanner.at;
            }
            let text = self.scanner.slice(start, last).to_owned();
            self.tokens[token].kind = Kind::Text(vec![Part::Plain(text)]);
        }
    }

    /// Reads a string behind its first quote, up to the closing one; brackets nest.
    fn text(&mut self, open: u8, close: u8, has_code: bool) -> Vec<Part<'text>> {
        let (mut parts, mut plain, mut depth) = (Vec::new(), String::new(), 0_usize);
        while !self.scanner.is_at_end() {
            match self.scanner.peek(0) {
                byte if byte == close && depth == 0 => {
                    self.scanner.advance(1);
                    break;
                }
                b'\\' => self.scanner.escape(&mut plain),
                b'#' if has_code && self.scanner.peek(1) == b'{' => {
                    self.scanner.advance(2);
                    parts.push(Part::Plain(std::mem::take(&mut plain)));
                    let (code, line) = self.scanner.embedded(false, 0);
                    parts.push(Part::Code(code, line));
                }
                byte => {
                    depth += usize::from(byte == open && open != close);
                    depth -= usize::from(byte == close && open != close);
                    plain.push_str(self.scanner.plain([open, close]));
                }
            }
        }
        if !plain.is_empty() {
            parts.push(Part::Plain(plain));
        }
        parts
    }
}
