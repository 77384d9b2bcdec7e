//! Globs of bytes.

/// Matches a glob with a text: `*` stands for any bytes, including slashes, and `?` for one byte. The time is at most
/// the product of the two lengths.
pub fn matches_glob(glob: &[u8], text: &[u8]) -> bool {
    let (mut in_glob, mut in_text) = (0, 0);
    // Positions to resume at when the last `*` has to match one more byte.
    let mut last_star: Option<(usize, usize)> = None;
    while in_text < text.len() {
        match glob.get(in_glob) {
            Some(b'*') => {
                last_star = Some((in_glob, in_text));
                in_glob += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[in_text] => {
                in_glob += 1;
                in_text += 1;
            }
            _ => match last_star {
                Some((star, matched)) => {
                    last_star = Some((star, matched + 1));
                    in_glob = star + 1;
                    in_text = matched + 1;
                }
                None => return false,
            },
        }
    }
    glob[in_glob..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_match_any_bytes_and_question_marks_one() {
        for (glob, text, expected) in [
            ("usr/share/*", "usr/share/x/y", true),
            ("usr/*/y*.so.?", "usr/x/yz.so.1", true),
            ("x", "x", true),
            ("**10", "libgmp.so.10", true),
            ("usr/*.so", "usr/x.so.1", false),
            ("usr", "usr/x", false),
            ("usr/?", "usr/xy", false),
            ("x", "xy", false),
            ("x?", "x", false),
        ] {
            assert_eq!(matches_glob(glob.as_bytes(), text.as_bytes()), expected, "{glob} {text}");
        }
    }

    #[test]
    fn many_stars_take_no_exponential_time() {
        let glob = "*a".repeat(30);
        assert!(!matches_glob(glob.as_bytes(), "a".repeat(29).as_bytes()));
        assert!(!matches_glob(format!("{glob}b").as_bytes(), "a".repeat(4_000).as_bytes()));
        let text = format!("{}b{}", "a".repeat(5000), "a".repeat(5000));
        assert!(matches_glob(glob.as_bytes(), text.as_bytes()));
    }
}
