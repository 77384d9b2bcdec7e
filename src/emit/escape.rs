//! Names out of files, as they are shown.

use std::fmt::Display;

/// A name on one line, without what would change how the text around it is shown: control characters, line
/// separators, overrides of the writing direction and what is no character are written as Rust writes them
/// (`\n`, `\u{202e}`). XML 1.0 §2.2 allows none of the first and last at all.
pub(super) fn printable(name: impl Display) -> String {
    let mut text = String::new();
    for character in name.to_string().chars() {
        let changes_the_text = matches!(character,
            '\u{2028}' | '\u{2029}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if character.is_control() || changes_the_text || matches!(character, '\u{fffe}' | '\u{ffff}') {
            text.extend(character.escape_default());
        } else {
            text.push(character);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_on_their_line() {
        assert_eq!(printable("a\nb\u{1b}[31m\u{202e}c\u{ffff}é"), "a\\nb\\u{1b}[31m\\u{202e}c\\u{ffff}é");
    }
}
