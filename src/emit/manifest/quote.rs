//! How text stands in the languages that manifests are written in, so that none of it is taken for anything else.

use std::fmt::Write as _;

use super::ManifestFault;
use crate::solve::plan::TakenFile;
use crate::vocabulary::RootedPath;

/// A string of Starlark (<https://github.com/bazelbuild/starlark/blob/master/spec.md#string-literals>), quotes and
/// all. Bazel knows octal escapes and none with `\u`.
pub(super) fn starlark(text: &str) -> String {
    quoted(text, |character| character.is_ascii_control().then(|| format!("\\{:03o}", u32::from(character))))
}

/// An attribute of a rule that is a list of strings, as buildifier lays it out: one item stays on the attribute's line.
pub(super) fn starlark_list(name: &str, items: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| starlark(item.as_ref())).collect();
    match &items[..] {
        [] | [_] => format!("    {name} = [{}],\n", items.concat()),
        several => {
            let lines: String = several.iter().map(|item| format!("        {item},\n")).collect();
            format!("    {name} = [\n{lines}    ],\n")
        }
    }
}

/// A double-quoted scalar of YAML (<https://yaml.org/spec/1.2.2/#731-double-quoted-style>).
pub(super) fn yaml(text: &str) -> String {
    quoted(text, |character| {
        let is_printable = matches!(character,
            ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202f}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}'
            | '\u{10000}'..);
        (!is_printable).then(|| format!("\\u{:04x}", u32::from(character)))
    })
}

/// A mapping's key or a list's item of YAML: plain where it can be nothing else, such as a path.
pub(super) fn yaml_plain(text: &str) -> String {
    let is_plain = text.starts_with(|first: char| first == '/' || first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-+".contains(&byte))
        && !YAML_WORDS.contains(&text.to_ascii_lowercase().as_str());
    if is_plain { text.to_owned() } else { yaml(text) }
}

/// Plain words that YAML 1.1 takes for a truth value or for nothing.
const YAML_WORDS: [&str; 9] = ["y", "n", "yes", "no", "true", "false", "on", "off", "null"];

fn quoted(text: &str, escape: impl Fn(char) -> Option<String>) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            other => match escape(other) {
                Some(escaped) => quoted.push_str(&escaped),
                None => quoted.push(other),
            },
        }
    }
    quoted.push('"');
    quoted
}

/// A word of the shell (POSIX §2.2). It must not hold control characters: a Dockerfile's instruction ends with its
/// line, quoted or not.
pub(in crate::emit) fn shell(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+:=@%,".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A word of an mtree specification (mtree(5)): what is not plain as `\` with three octal digits. Rules of Bazel may
/// expand variables in it, so that `$` is not plain either.
pub(super) fn mtree(bytes: &[u8]) -> String {
    let mut word = String::with_capacity(bytes.len());
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || b"/._-+:,@%".contains(byte) {
            word.push(char::from(*byte));
        } else {
            // Writing to a String can't fail.
            let _ = write!(word, "\\{byte:03o}");
        }
    }
    word
}

/// A path as text, where it is one.
pub(super) fn path_text(path: &RootedPath) -> Result<&str, ManifestFault> {
    std::str::from_utf8(path.as_bytes()).map_err(|_| ManifestFault::Path(path.clone()))
}

/// A path as text without control characters.
pub(super) fn path_line(path: &RootedPath) -> Result<&str, ManifestFault> {
    path_text(path)
        .ok()
        .filter(|text| !text.contains(char::is_control))
        .ok_or_else(|| ManifestFault::Path(path.clone()))
}

/// The target of a link as text.
pub(super) fn target_text<'plan>(link: &TakenFile, target: &'plan [u8]) -> Result<&'plan str, ManifestFault> {
    std::str::from_utf8(target).map_err(|_| ManifestFault::Target(link.path.clone()))
}

/// The target of a link as text without control characters.
pub(super) fn target_line<'plan>(link: &TakenFile, target: &'plan [u8]) -> Result<&'plan str, ManifestFault> {
    target_text(link, target)
        .ok()
        .filter(|text| !text.contains(char::is_control))
        .ok_or_else(|| ManifestFault::Target(link.path.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "/a\"'`$(id)\\\n#: \u{1b}\u{7f}\u{85}\u{2028}é";

    #[test]
    fn nothing_breaks_out_of_a_string_of_starlark() {
        assert_eq!(
            starlark(HOSTILE),
            "\"/a\\\"'`$(id)\\\\\\n#: \\033\\177\u{85}\u{2028}é\"",
            "control characters in octal"
        );
    }

    #[test]
    fn nothing_breaks_out_of_a_scalar_of_yaml() {
        assert_eq!(yaml(HOSTILE), "\"/a\\\"'`$(id)\\\\\\n#: \\u001b\\u007f\\u0085\\u2028é\"");
        assert_eq!(yaml_plain("/usr/lib/libstdc++.so.6"), "/usr/lib/libstdc++.so.6");
        for not_plain in ["a: b", "a #b", "- a", "*a", "1.0", "no", "Null", "", "/a\n"] {
            assert!(yaml_plain(not_plain).starts_with('"'), "{not_plain}");
        }
    }

    #[test]
    fn nothing_breaks_out_of_a_word_of_the_shell() {
        assert_eq!(shell("libssl3=3.0.17-1+b1"), "libssl3=3.0.17-1+b1");
        assert_eq!(shell("a=1~b"), "'a=1~b'");
        assert_eq!(shell("a'; $(id) `id` \\"), r"'a'\''; $(id) `id` \'");
        assert_eq!(shell(""), "''");
    }

    #[test]
    fn a_word_of_mtree_has_no_blanks() {
        assert_eq!(mtree(b"./a b\\#=$\n\xff"), "./a\\040b\\134\\043\\075\\044\\012\\377");
    }
}
