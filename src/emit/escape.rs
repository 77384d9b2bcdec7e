//! Escaping of text that comes from files, for terminals, markup, JSON inside of HTML, and URIs.

use std::fmt::{Display, Write as _};

/// Escapes text for one line of a terminal: control characters, line separators, overrides of the writing direction and
/// noncharacters become Rust escapes (`\n`, `\u{202e}`). The result is valid in XML 1.0 (§2.2), too.
pub(super) fn printable(text: impl Display) -> String {
    let mut escaped = String::new();
    for character in text.to_string().chars() {
        let changes_layout = matches!(character,
            '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if character.is_control() || changes_layout || matches!(character, '\u{fffe}' | '\u{ffff}') {
            escaped.extend(character.escape_default());
        } else {
            escaped.push(character);
        }
    }
    escaped
}

/// Escapes text for an element's content or a quoted attribute value of XML (W3C XML 1.0 §2.4) or HTML, on one line.
pub(super) fn markup(text: impl Display) -> String {
    let text = printable(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Escapes JSON for the content of an HTML `<script>`: characters that could end the element or begin a comment, and the
/// separators that older scripts take for line ends, become `\uXXXX`. JSON has them in strings only.
pub(super) fn json_in_html(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len() + json.len() / 64);
    for character in json.chars() {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                // Writing to a String cannot fail.
                let _ = write!(escaped, "\\u{:04x}", u32::from(character));
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

/// Percent-encodes the bytes that are neither ASCII letters or digits nor in `plain` (RFC 3986 §2.1).
pub(super) fn percent_encoded(bytes: &[u8], plain: &[u8]) -> String {
    bytes_escaped(bytes, plain, |byte| format!("%{byte:02X}"))
}

/// Escapes the bytes that are neither ASCII letters or digits nor in `plain`.
pub(super) fn bytes_escaped(bytes: &[u8], plain: &[u8], escape: impl Fn(u8) -> String) -> String {
    let mut escaped = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || plain.contains(byte) {
            escaped.push(char::from(*byte));
        } else {
            escaped.push_str(&escape(*byte));
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_text_stays_on_its_line() {
        assert_eq!(printable("a\nb\u{1b}[31m\u{202e}c\u{ffff}é"), "a\\nb\\u{1b}[31m\\u{202e}c\\u{ffff}é");
    }

    #[test]
    fn markup_contains_no_tags_and_no_forbidden_characters() {
        assert_eq!(markup("<a b=\"c\">&\0"), "&lt;a b=&quot;c&quot;&gt;&amp;\\u{0}");
    }

    #[test]
    fn json_in_html_contains_nothing_that_html_acts_on() {
        let escaped =
            json_in_html(r#"{"<!--<script>&":"</script>"}"#) + &json_in_html("\"\u{2028}\u{2029}\"");
        assert!(!escaped.contains(['<', '>', '&', '\u{2028}', '\u{2029}']), "{escaped}");
        let value: serde_json::Value =
            serde_json::from_str(&json_in_html(r#"["</script>&"]"#)).expect("valid JSON");
        assert_eq!(value[0], "</script>&");
    }

    #[test]
    fn bytes_are_percent_encoded() {
        assert_eq!(percent_encoded(b"a b/\xff+", b"/+"), "a%20b/%FF+");
    }
}
