//! Text of search paths: their elements, and the dynamic string tokens `$ORIGIN`, `$LIB` and `$PLATFORM` with and
//! without braces (ld.so(8), elf/dl-load.c).

use bstr::{BString, ByteSlice};

/// Values of the tokens.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tokens<'text> {
    /// `$ORIGIN`: directory of the object that the path belongs to, if it is known.
    pub(super) origin: Option<&'text [u8]>,
    /// `$LIB`.
    pub(super) lib: &'text str,
    /// `$PLATFORM`.
    pub(super) platform: Option<&'text str>,
}

impl Tokens<'_> {
    /// Replaces the tokens of a path; other words after a dollar sign stay as they are. None if a token has no value:
    /// ld.so then skips the path.
    pub(super) fn expand(&self, path: &[u8]) -> Option<BString> {
        let mut expanded = BString::default();
        let mut rest = path;
        while let Some(dollar) = rest.find_byte(b'$') {
            expanded.extend_from_slice(&rest[..dollar]);
            rest = &rest[dollar + 1..];
            match self.token(rest) {
                Some((length, value)) => {
                    expanded.extend_from_slice(value?);
                    rest = &rest[length..];
                }
                None => expanded.push(b'$'),
            }
        }
        expanded.extend_from_slice(rest);
        Some(expanded)
    }

    /// Length and value of the token that `text`, the rest after a dollar sign, begins with.
    fn token(&self, text: &[u8]) -> Option<(usize, Option<&[u8]>)> {
        let values = [
            ("ORIGIN", self.origin),
            ("PLATFORM", self.platform.map(str::as_bytes)),
            ("LIB", Some(self.lib.as_bytes())),
        ];
        values.into_iter().find_map(|(name, value)| Some((token_length(text, name)?, value)))
    }
}

/// Length of the token `name` with its braces, if `text` begins with it as a whole word.
fn token_length(text: &[u8], name: &str) -> Option<usize> {
    let in_braces = text.first() == Some(&b'{');
    let word = if in_braces { &text[1..] } else { text };
    let next = word.strip_prefix(name.as_bytes())?.first();
    if in_braces {
        return (next == Some(&b'}')).then_some(name.len() + 2);
    }
    let goes_on = next.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    (!goes_on).then_some(name.len())
}

/// Splits a search path into directories, each expanded and with one slash at its end. An empty element means the
/// working directory and stays empty, so that a name joined to it is relative.
pub(super) fn directories(list: &[u8], separators: &[u8], tokens: &Tokens<'_>) -> Vec<BString> {
    list.split(|byte| separators.contains(byte))
        .filter_map(|element| tokens.expand(element))
        .map(|mut directory| {
            while directory.len() > 1 && directory.ends_with(b"/") {
                directory.pop();
            }
            if !directory.is_empty() && !directory.ends_with(b"/") {
                directory.push(b'/');
            }
            directory
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKENS: Tokens<'_> =
        Tokens { origin: Some(b"/app/bin"), lib: "lib/x86_64-linux-gnu", platform: Some("x86_64") };

    fn expanded(path: &str) -> String {
        TOKENS.expand(path.as_bytes()).expect("a value for each token").to_string()
    }

    #[test]
    fn tokens_have_braces_or_none() {
        assert_eq!(expanded("$ORIGIN/../lib"), "/app/bin/../lib");
        assert_eq!(expanded("${ORIGIN}x"), "/app/binx");
        assert_eq!(expanded("/a/$LIB:${PLATFORM}"), "/a/lib/x86_64-linux-gnu:x86_64");
    }

    #[test]
    fn other_words_stay() {
        assert_eq!(expanded("$ORIGINS/$LIB_x/${ORIGIN/$"), "$ORIGINS/$LIB_x/${ORIGIN/$");
    }

    #[test]
    fn a_token_without_value_drops_its_element() {
        let tokens = Tokens { origin: None, ..TOKENS };
        assert_eq!(directories(b"$ORIGIN/lib:/opt//:", b":", &tokens), ["/opt/", ""]);
    }
}
