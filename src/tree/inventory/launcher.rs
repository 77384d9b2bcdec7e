//! Launchers: shell scripts that set LD_LIBRARY_PATH for the program that they start.
//!
//! Assignments are evaluated as far as they are about the script's own place (`$(dirname "$0")/../lib`) or absolute paths;
//! nothing is run, and conditions are not looked at.

use std::collections::BTreeMap;

use bstr::{BStr, BString, ByteSlice};

/// Size limit of a launcher; longer scripts are looked at up to here.
pub(super) const MAX_LAUNCHER_BYTES: u64 = 64 << 10;

/// Variable that launchers set.
const VARIABLE: &[u8] = b"LD_LIBRARY_PATH";

/// Shells, by the ends of their paths.
const SHELLS: [&[u8]; 6] = [b"sh", b"bash", b"dash", b"ash", b"zsh", b"ksh"];

/// The script's own path, in a value.
const SCRIPT: u8 = 1;

/// Anything that is not known, in a value.
const UNKNOWN: u8 = 2;

/// Limit of nested substitutions.
const MAX_DEPTH: usize = 8;

/// True if a script with this first line may be a launcher.
pub(super) fn is_shell(line: &BStr) -> bool {
    let mut words =
        line.split(u8::is_ascii_whitespace).map(|word| word.rsplit_str("/").next().unwrap_or(word));
    let first = words.next().unwrap_or_default();
    let name = if first == b"env" { words.next().unwrap_or_default() } else { first };
    SHELLS.contains(&name)
}

/// Returns the directories that a script adds to LD_LIBRARY_PATH: absolute, or with `$ORIGIN` for the script's directory.
pub(super) fn library_path(text: &[u8]) -> Vec<BString> {
    if !text.contains_str(VARIABLE) {
        return Vec::new();
    }
    let mut variables: BTreeMap<&[u8], Vec<u8>> = BTreeMap::new();
    let mut directories: Vec<BString> = Vec::new();
    for line in text.lines() {
        for (name, value) in assignments(line) {
            let value = expand(value, &variables, 0);
            if name == VARIABLE {
                let elements = value.split(|byte| *byte == b':').filter(|element| is_known(element));
                directories.extend(elements.map(BString::from));
            }
            variables.insert(name, value);
        }
    }
    directories.dedup();
    directories
}

fn is_known(element: &[u8]) -> bool {
    let is_place = element.starts_with(b"/") || element.starts_with(b"$ORIGIN");
    is_place && !element.contains(&UNKNOWN) && !element.contains(&SCRIPT)
}

/// Assignments at the start of a command.
fn assignments(line: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut rest = line.trim_ascii();
    let mut found = Vec::new();
    loop {
        for word in ["export ", "exec ", "env ", "local ", "readonly ", "then ", "declare -x "] {
            rest = rest.strip_prefix(word.as_bytes()).unwrap_or(rest).trim_ascii_start();
        }
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        if length == 0 || rest.get(length) != Some(&b'=') {
            return found;
        }
        let value = &rest[length + 1..];
        let end = end_of_word(value);
        found.push((&rest[..length], &value[..end]));
        rest = value[end..].trim_start_with(|letter| letter.is_ascii_whitespace() || letter == ';');
    }
}

/// Length of the word at the start of a text: up to white space or an operator outside of quotes and substitutions.
fn end_of_word(text: &[u8]) -> usize {
    let (mut depth, mut quote) = (0_usize, None);
    for (place, byte) in text.iter().enumerate() {
        match (*byte, quote) {
            (b'(' | b'{', _) => depth += 1,
            (b')' | b'}', _) => depth = depth.saturating_sub(1),
            (b'"' | b'`', Some(open)) if open == *byte && depth == 0 => quote = None,
            (b'"' | b'`', None) if depth == 0 => quote = Some(*byte),
            (b' ' | b'\t' | b';' | b'&' | b'|', None) if depth == 0 => return place,
            _ => {}
        }
    }
    text.len()
}

/// Expands variables and command substitutions.
fn expand(text: &[u8], variables: &BTreeMap<&[u8], Vec<u8>>, depth: usize) -> Vec<u8> {
    let mut value = Vec::new();
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        match byte {
            b'"' | b'\'' => rest = after,
            _ if depth > MAX_DEPTH => {
                value.push(UNKNOWN);
                return value;
            }
            b'$' if after.starts_with(b"(") => {
                let end = closing(after, b'(', b')');
                value.extend(command(&after[1..end], variables, depth + 1));
                rest = after.get(end + 1..).unwrap_or_default();
            }
            b'`' => {
                let end = after.find_byte(b'`').unwrap_or(after.len());
                value.extend(command(&after[..end], variables, depth + 1));
                rest = after.get(end + 1..).unwrap_or_default();
            }
            b'$' if after.starts_with(b"{") => {
                let end = closing(after, b'{', b'}');
                value.extend(parameter(&after[1..end], variables));
                rest = after.get(end + 1..).unwrap_or_default();
            }
            b'$' => {
                let length =
                    after.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
                value.extend(variable(&after[..length], variables));
                rest = &after[length..];
            }
            _ => {
                value.push(byte);
                rest = after;
            }
        }
    }
    value
}

/// Place of the bracket that closes the one at the start of a text.
fn closing(text: &[u8], open: u8, close: u8) -> usize {
    let mut depth = 0_usize;
    for (place, byte) in text.iter().enumerate() {
        depth += usize::from(*byte == open);
        if *byte == close {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return place;
            }
        }
    }
    text.len()
}

/// Value of `${…}`: a variable, one with a default, or its directory (`${X%/*}`).
fn parameter(text: &[u8], variables: &BTreeMap<&[u8], Vec<u8>>) -> Vec<u8> {
    let length = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let (name, operation) = text.split_at(length);
    let operation = operation.strip_prefix(b"[0]").unwrap_or(operation);
    let value = variable(name, variables);
    if operation.starts_with(b"%/*") || operation.starts_with(b"%/") {
        return directory_of(value);
    }
    // `${X:+:$X}` adds what the environment has.
    if operation.starts_with(b":+") || operation.starts_with(b"+") { Vec::new() } else { value }
}

fn variable(name: &[u8], variables: &BTreeMap<&[u8], Vec<u8>>) -> Vec<u8> {
    match name {
        b"0" | b"BASH_SOURCE" => vec![SCRIPT],
        // What the environment has is not known, and adds elements of its own.
        VARIABLE => variables.get(name).cloned().unwrap_or_default(),
        _ => variables.get(name).cloned().unwrap_or_else(|| vec![UNKNOWN]),
    }
}

/// Output of a command about a place: `dirname`, `readlink -f`, `realpath`, `cd … && pwd`.
fn command(text: &[u8], variables: &BTreeMap<&[u8], Vec<u8>>, depth: usize) -> Vec<u8> {
    let text = text.trim_ascii();
    let length = text.iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
    let mut argument = text[length..].trim_ascii_start();
    while argument.starts_with(b"-") {
        let end = argument.iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
        argument = argument[end..].trim_ascii_start();
    }
    let end = end_of_word(argument);
    let value = expand(&argument[..end], variables, depth);
    match text[..length].rsplit_str("/").next().unwrap_or_default() {
        b"dirname" => directory_of(value),
        b"readlink" | b"realpath" | b"cd" | b"echo" => value,
        _ => vec![UNKNOWN],
    }
}

fn directory_of(value: Vec<u8>) -> Vec<u8> {
    if value == [SCRIPT] { b"$ORIGIN".to_vec() } else { [&value[..], b"/.."].concat() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<String> {
        library_path(text.as_bytes()).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn places_that_scripts_compute() {
        for (text, expected) in [
            ("export LD_LIBRARY_PATH=\"$(dirname \"$0\")/../lib:$LD_LIBRARY_PATH\"", "$ORIGIN/../lib"),
            ("LD_LIBRARY_PATH=`dirname $0`/lib exec `dirname $0`/prog \"$@\"", "$ORIGIN/lib"),
            (
                "HERE=\"$(cd \"$(dirname \"${BASH_SOURCE[0]}\")/..\" && pwd)\"\n\
                 export LD_LIBRARY_PATH=\"${HERE}/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}\"",
                "$ORIGIN/../lib",
            ),
            (
                "SELF=$(readlink -f \"$0\")\nHERE=${SELF%/*}\nexport LD_LIBRARY_PATH=$HERE/usr/lib",
                "$ORIGIN/usr/lib",
            ),
            ("LD_LIBRARY_PATH=/opt/x/lib:$OTHER/lib\nexport LD_LIBRARY_PATH", "/opt/x/lib"),
        ] {
            assert_eq!(path(text), [expected], "{text}");
        }
        assert_eq!(path("export LD_LIBRARY_PATH=$SOMEWHERE/lib"), [""; 0]);
        assert_eq!(path("# LD_LIBRARY_PATH=/opt/lib"), [""; 0]);
        assert_eq!(path(&format!("LD_LIBRARY_PATH={}", "$(".repeat(100))), [""; 0]);
    }

    #[test]
    fn shells_by_the_first_line() {
        for line in ["/bin/sh", "/usr/bin/env bash", "/bin/bash -e"] {
            assert!(is_shell(BStr::new(line)), "{line}");
        }
        assert!(!is_shell(BStr::new("/usr/bin/python3")));
    }
}
