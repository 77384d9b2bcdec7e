//! Lossless conversion of bytes to text.

use std::borrow::Cow;

use bstr::ByteSlice;

/// Converts bytes to UTF-8: invalid bytes become `\xNN` and a backslash becomes `\\`, so that the bytes can be
/// restored. Almost every name is unchanged.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    match bytes.to_str() {
        Ok(plain) if !plain.contains('\\') => return Cow::Borrowed(plain),
        _ => {}
    }
    let mut text = String::with_capacity(bytes.len() + 8);
    for chunk in bytes.utf8_chunks() {
        text += &chunk.valid().replace('\\', r"\\");
        for byte in chunk.invalid() {
            text += &format!(r"\x{byte:02x}");
        }
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reverse of [`text()`].
    fn bytes(text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut rest = text;
        while let Some((plain, escaped)) = rest.split_once('\\') {
            bytes.extend(plain.as_bytes());
            rest = match escaped.strip_prefix('x') {
                Some(hex) => {
                    bytes.push(u8::from_str_radix(&hex[..2], 16).expect("is hex"));
                    &hex[2..]
                }
                None => {
                    bytes.push(b'\\');
                    &escaped[1..]
                }
            };
        }
        bytes.extend(rest.as_bytes());
        bytes
    }

    #[test]
    fn names_are_unchanged_and_invalid_bytes_are_escaped() {
        assert_eq!(text(b"/usr/lib/libgmp.so.10"), "/usr/lib/libgmp.so.10");
        assert_eq!(text("/é".as_bytes()), "/é");
        assert_eq!(text(b"/a\xff\\b"), r"/a\xff\\b");
    }

    proptest! {
        #[test]
        fn nothing_is_lost(name in prop::collection::vec(any::<u8>(), 0..40)) {
            prop_assert_eq!(bytes(&text(&name)), name);
        }
    }
}
