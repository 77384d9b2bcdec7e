//! Text in XML (W3C XML 1.0 §2.2, §2.4).

use std::fmt::Display;

use super::escape::printable;

/// Text as the content of an element or the value of an attribute, on one line.
pub(super) fn xml_text(text: impl Display) -> String {
    let text = printable(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_name_is_markup_or_forbidden() {
        assert_eq!(xml_text("<a b=\"c\">&\0"), "&lt;a b=&quot;c&quot;&gt;&amp;\\u{0}");
    }
}
