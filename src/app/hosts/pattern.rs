//! Patterns of paths: `*` stands for any part of a name, `**` for any number of directories.

use bstr::ByteSlice;

/// True if the last components of a path match a pattern.
pub(super) fn is_match(path: &[&[u8]], pattern: &str) -> bool {
    ends_with(path, pattern.as_bytes())
}

fn ends_with(path: &[&[u8]], pattern: &[u8]) -> bool {
    // Every object is compared with every pattern, so nothing is allocated here.
    let (rest, name) = match pattern.rfind_byte(b'/') {
        Some(slash) => (Some(&pattern[..slash]), &pattern[slash + 1..]),
        None => (None, pattern),
    };
    if name == b"**" {
        return rest.is_none_or(|rest| (0..=path.len()).rev().any(|end| ends_with(&path[..end], rest)));
    }
    let Some((last, above)) = path.split_last() else { return false };
    is_name(last, name) && rest.is_none_or(|rest| ends_with(above, rest))
}

fn is_name(name: &[u8], pattern: &[u8]) -> bool {
    let Some(star) = pattern.find_byte(b'*') else { return name == pattern };
    let (before, after) = (&pattern[..star], &pattern[star + 1..]);
    let Some(rest) = name.strip_prefix(before) else { return false };
    if after.is_empty() {
        return true;
    }
    match after.contains(&b'*') {
        false => rest.ends_with(after),
        true => (0..=rest.len()).any(|start| is_name(&rest[start..], after)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(path: &str, pattern: &str) -> bool {
        let path: Vec<&[u8]> = path.split('/').map(str::as_bytes).collect();
        is_match(&path, pattern)
    }

    #[test]
    fn patterns_match_the_end_of_a_path() {
        assert!(matches("usr/lib/gstreamer-1.0/libgstx.so", "gstreamer-1.0/*.so"));
        assert!(!matches("usr/lib/gstreamer-1.0/deep/libgstx.so", "gstreamer-1.0/*.so"));
        assert!(matches("a/qml/QtQuick/x.so", "qml/**/*.so"));
        assert!(matches("a/qml/x.so", "qml/**/*.so"));
        assert!(matches("usr/lib/php/20220829/gd.so", "php/20*/*.so"));
        assert!(matches("x/libnss_files.so.2", "libnss_*.so.2"));
        assert!(!matches("libnss3.so", "libnss_*.so.2"));
        assert!(!matches("", "a/b"));
    }
}
