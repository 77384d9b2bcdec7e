//! Tokens of the three languages, and the characters that they are read from.

/// Limit of the tokens of one file; the longest module of PyPI's 300 most popular packages has a half of it.
pub(super) const MAX_TOKENS: usize = 400_000;

/// Nesting of strings within code within strings that is read.
pub(super) const MAX_STRING_DEPTH: usize = 8;

/// Token with its place.
#[derive(Clone, Debug)]
pub(super) struct Token<'text> {
    pub(super) kind: Kind<'text>,
    /// Line number, from 1.
    pub(super) line: u32,
    /// True if white space stands before it.
    pub(super) is_spaced: bool,
    /// True if it is the first of its line.
    pub(super) is_first: bool,
}

/// Kind of a token.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind<'text> {
    /// Name or keyword.
    Name(&'text str),
    /// String, in its parts.
    Text(Vec<Part<'text>>),
    /// Integer; 0 for any other number.
    Number(i64),
    /// Regular expression.
    Regex(&'text str),
    /// Operator or bracket.
    Symbol(&'static str),
    /// End of a logical line.
    Newline,
    /// Begin of an indented block.
    Indent,
    /// End of an indented block.
    Dedent,
    /// End of the file.
    End,
}

/// Part of a string.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Part<'text> {
    /// Text, with its escapes replaced.
    Plain(String),
    /// Code whose value is embedded, and its line.
    Code(&'text str, u32),
}

/// Position in a text.
pub(super) struct Scanner<'text> {
    pub(super) text: &'text str,
    pub(super) at: usize,
    pub(super) line: u32,
}

impl<'text> Scanner<'text> {
    pub(super) fn new(text: &'text str, line: u32) -> Self {
        Self { text, at: 0, line }
    }

    /// Byte at a distance from the position; 0 after the end.
    pub(super) fn peek(&self, distance: usize) -> u8 {
        self.text.as_bytes().get(self.at + distance).copied().unwrap_or_default()
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    pub(super) fn starts_with(&self, prefix: &str) -> bool {
        self.text.as_bytes()[self.at.min(self.text.len())..].starts_with(prefix.as_bytes())
    }

    /// Goes on by some bytes and counts lines.
    pub(super) fn advance(&mut self, bytes: usize) {
        let end = (self.at + bytes).min(self.text.len());
        for byte in &self.text.as_bytes()[self.at..end] {
            self.line = self.line.saturating_add(u32::from(*byte == b'\n'));
        }
        self.at = end;
    }

    /// Goes on while bytes satisfy a test; returns them.
    pub(super) fn take_while(&mut self, test: impl Fn(u8) -> bool) -> &'text str {
        let start = self.at;
        let length = self.text.as_bytes()[start..].iter().take_while(|byte| test(**byte)).count();
        self.advance(length);
        self.slice(start, self.at)
    }

    /// Text between two positions; empty if they are not between characters.
    pub(super) fn slice(&self, start: usize, end: usize) -> &'text str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// Goes to the end of the line.
    pub(super) fn skip_line(&mut self) {
        self.take_while(|byte| byte != b'\n');
    }

    /// Name at the position; empty if there is none.
    pub(super) fn name(&mut self) -> &'text str {
        self.take_while(is_in_name)
    }

    /// Number at the position: its value if it is a small integer, else 0.
    pub(super) fn number(&mut self) -> i64 {
        let digits = self.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        // `1.5`, but neither `1..5` nor `1.method`.
        if self.peek(0) == b'.' && self.peek(1).is_ascii_digit() {
            self.advance(1);
            self.take_while(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            return 0;
        }
        digits.parse().unwrap_or_default()
    }

    /// First of some symbols, the longer ones first, that stands at the position.
    pub(super) fn symbol(&mut self, symbols: &[&'static str]) -> Option<&'static str> {
        let first = self.peek(0);
        let found =
            symbols.iter().find(|symbol| symbol.as_bytes()[0] == first && self.starts_with(symbol))?;
        self.advance(found.len());
        Some(found)
    }

    /// Character at the position, which the scanner passes.
    pub(super) fn character(&mut self) -> Option<char> {
        let found = self.text.get(self.at..)?.chars().next()?;
        self.advance(found.len_utf8());
        Some(found)
    }

    /// Characters up to the next that can mean something in a string, at least one; the scanner passes them.
    pub(super) fn plain(&mut self, quotes: [u8; 2]) -> &'text str {
        let start = self.at;
        self.character();
        self.take_while(|byte| !quotes.contains(&byte) && !b"\\\n{}#$".contains(&byte));
        self.slice(start, self.at)
    }

    /// Escape after a backslash at the position, replaced.
    pub(super) fn escape(&mut self, into: &mut String) {
        self.advance(1);
        match self.character() {
            Some('n') => into.push('\n'),
            Some('t') => into.push('\t'),
            Some('0') => into.push('\0'),
            Some('\n') | None => {}
            Some(other) => into.push(other),
        }
    }

    /// Code up to the bracket that closes the one before the position, which the scanner passes; strings in it are
    /// skipped by their quotes. Code of one line ends with it.
    pub(super) fn embedded(&mut self, is_one_line: bool, depth: usize) -> (&'text str, u32) {
        let (start, line) = (self.at, self.line);
        let mut open = 1_usize;
        while !self.is_at_end() {
            match self.peek(0) {
                b'{' => open += 1,
                b'}' => open -= 1,
                b'\n' if is_one_line => return (self.slice(start, self.at), line),
                quote @ (b'"' | b'\'' | b'`') if depth < MAX_STRING_DEPTH => {
                    self.advance(1);
                    self.skip_quoted(quote, depth + 1);
                    continue;
                }
                _ => {}
            }
            if open == 0 {
                break;
            }
            self.advance(1);
        }
        let code = self.slice(start, self.at);
        self.advance(1);
        (code, line)
    }

    /// Goes behind the quote that ends a string.
    fn skip_quoted(&mut self, quote: u8, depth: usize) {
        while !self.is_at_end() && self.peek(0) != quote {
            match self.peek(0) {
                b'\\' => self.advance(2),
                b'\n' if quote != b'`' => return,
                b'{' if self.at > 0 && matches!(self.text.as_bytes()[self.at - 1], b'$' | b'#') => {
                    self.advance(1);
                    if depth < MAX_STRING_DEPTH {
                        self.embedded(false, depth + 1);
                    }
                }
                _ => self.advance(1),
            }
        }
        self.advance(1);
    }
}

/// True for a byte of a name; bytes of other alphabets are taken as letters.
pub(super) fn is_in_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// True for a byte that a name starts with.
pub(super) fn starts_name(byte: u8) -> bool {
    is_in_name(byte) && !byte.is_ascii_digit()
}
