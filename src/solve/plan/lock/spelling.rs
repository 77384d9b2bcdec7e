//! Encoding of strings and names in a lock.

use std::fmt::Write as _;

use bstr::ByteSlice;

/// Returns a text as a basic string of TOML, with quotes.
///
/// Control characters must be escaped; so are the invisible characters that change the direction of writing or end
/// a line in some editors, so that a lock shows all that it contains.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            hidden if is_hidden(hidden) => {
                // Writing to a String can't fail. All of these have four digits.
                let _ = write!(quoted, "\\u{:04X}", u32::from(hidden));
            }
            shown => quoted.push(shown),
        }
    }
    quoted.push('"');
    quoted
}

/// Returns true for a character that is invisible, or that changes how others are shown.
pub(super) fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Encodes a name of bytes as text: bytes that are not UTF-8, and `%`, as `%` with two hexadecimal digits.
pub(super) fn spelled(name: &[u8]) -> String {
    let mut spelled = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '%' => spelled.push_str("%25"),
                other => spelled.push(other),
            }
        }
        for byte in chunk.invalid() {
            // Writing to a String can't fail.
            let _ = write!(spelled, "%{byte:02X}");
        }
    }
    spelled
}

/// Decodes a name; returns none for a text that [`spelled`] would not make of it.
pub(super) fn name_of(spelling: &str) -> Option<Vec<u8>> {
    let mut parts = spelling.as_bytes().split_str("%");
    let mut name = parts.next().unwrap_or_default().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at_checked(2)?;
        name.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
        name.extend_from_slice(rest);
    }
    (spelled(&name) == spelling).then_some(name)
}
