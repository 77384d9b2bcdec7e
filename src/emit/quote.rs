//! String literals of the languages that outputs are written in, so that no text can break out of them.

use super::escape::bytes_escaped;

/// Plain words that YAML 1.1 parses as a boolean or null.
const YAML_WORDS: [&str; 9] = ["y", "n", "yes", "no", "true", "false", "on", "off", "null"];

/// Writes a string literal in double quotes. `"`, `\`, LF, TAB and CR are escaped by a backslash; `escape` returns the
/// escape sequence of any other character that needs one.
pub(super) fn quoted(text: &str, escape: impl Fn(char) -> Option<String>) -> String {
    format!("\"{}\"", backslashed(text, escape))
}

/// Writes the content of a string literal, as [`quoted`] does, without the quotes.
pub(super) fn backslashed(text: &str, escape: impl Fn(char) -> Option<String>) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '"' | '\\' => escaped.extend(['\\', character]),
            '\n' => escaped.push_str("\\n"),
            '\t' => escaped.push_str("\\t"),
            '\r' => escaped.push_str("\\r"),
            other => match escape(other) {
                Some(sequence) => escaped.push_str(&sequence),
                None => escaped.push(other),
            },
        }
    }
    escaped
}

/// Writes a string literal of Starlark (<https://github.com/bazelbuild/starlark/blob/master/spec.md#string-literals>).
/// Bazel supports octal escapes, but not `\u`.
pub(super) fn starlark(text: &str) -> String {
    quoted(text, |character| character.is_ascii_control().then(|| format!("\\{:03o}", u32::from(character))))
}

/// Writes an attribute of a Starlark rule that is a list of strings, in buildifier's layout: a single item stays on the
/// line of the attribute.
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

/// Writes a double-quoted scalar of YAML (<https://yaml.org/spec/1.2.2/#731-double-quoted-style>).
pub(super) fn yaml(text: &str) -> String {
    quoted(text, |character| {
        let is_printable = matches!(character,
            ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202f}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}'
            | '\u{10000}'..);
        (!is_printable).then(|| format!("\\u{:04x}", u32::from(character)))
    })
}

/// Writes a key of a YAML mapping or an item of a list: plain if it can only be parsed as that string, such as a path.
pub(super) fn yaml_plain(text: &str) -> String {
    let is_plain = text.starts_with(|first: char| first == '/' || first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/._-+".contains(&byte))
        && !YAML_WORDS.contains(&text.to_ascii_lowercase().as_str());
    if is_plain { text.to_owned() } else { yaml(text) }
}

/// Writes a word of the shell (POSIX §2.2). The text must not contain control characters: an instruction of a Dockerfile
/// ends with its line, quoted or not.
pub(crate) fn shell(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+:=@%,".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// Writes a word of an mtree specification (mtree(5)): `\` and three octal digits for each byte that is not plain. `$` is
/// not plain, since Bazel rules may expand variables in it.
pub(super) fn mtree(bytes: &[u8]) -> String {
    bytes_escaped(bytes, b"/._-+:,@%", |byte| format!("\\{byte:03o}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "/a\"'`$(id)\\\n#: \u{1b}\u{7f}\u{85}\u{2028}é";

    #[test]
    fn nothing_breaks_out_of_a_starlark_string() {
        assert_eq!(
            starlark(HOSTILE),
            "\"/a\\\"'`$(id)\\\\\\n#: \\033\\177\u{85}\u{2028}é\"",
            "control characters in octal"
        );
    }

    #[test]
    fn nothing_breaks_out_of_a_yaml_scalar() {
        assert_eq!(yaml(HOSTILE), "\"/a\\\"'`$(id)\\\\\\n#: \\u001b\\u007f\\u0085\\u2028é\"");
        assert_eq!(yaml_plain("/usr/lib/libstdc++.so.6"), "/usr/lib/libstdc++.so.6");
        for not_plain in ["a: b", "a #b", "- a", "*a", "1.0", "no", "Null", "", "/a\n"] {
            assert!(yaml_plain(not_plain).starts_with('"'), "{not_plain}");
        }
    }

    #[test]
    fn nothing_breaks_out_of_a_shell_word() {
        assert_eq!(shell("libssl3=3.0.17-1+b1"), "libssl3=3.0.17-1+b1");
        assert_eq!(shell("a=1~b"), "'a=1~b'");
        assert_eq!(shell("a'; $(id) `id` \\"), r"'a'\''; $(id) `id` \'");
        assert_eq!(shell(""), "''");
    }

    #[test]
    fn an_mtree_word_contains_no_blanks() {
        assert_eq!(mtree(b"./a b\\#=$\n\xff"), "./a\\040b\\134\\043\\075\\044\\012\\377");
    }
}
