//! Code that interpreters run, recognised by its name or its first line.

use std::collections::BTreeSet;

use bstr::ByteSlice;

use super::role::Language;
use crate::tree::inventory::{Content, Entry, Inventory};

/// Extensions of code, with the language.
const EXTENSIONS: [(&[u8], Language); 6] = [
    (b"py", Language::Python),
    (b"pyc", Language::Python),
    (b"rb", Language::Ruby),
    (b"js", Language::Node),
    (b"mjs", Language::Node),
    (b"cjs", Language::Node),
];

/// Beginnings of the names of interpreters.
const INTERPRETERS: [(&[u8], Language); 4] = [
    (b"python", Language::Python),
    (b"pypy", Language::Python),
    (b"ruby", Language::Ruby),
    (b"node", Language::Node),
];

/// Languages of the code in a tree.
pub fn code_languages(inventory: &Inventory) -> BTreeSet<Language> {
    let mut languages = BTreeSet::new();
    for entry in inventory.entries() {
        // Few languages and many files: most are of one that is known already.
        languages.extend(language_of(entry));
        if languages.len() == Language::ALL.len() {
            break;
        }
    }
    languages
}

/// Language of a file with code: by its extension, or by the first line of a script.
pub(super) fn language_of(entry: &Entry) -> Option<Language> {
    if !Entry::is_file(entry) {
        return None;
    }
    let name = entry.path.rsplit_str("/").next().unwrap_or_default();
    let extension = name.rsplit_once_str(".").map(|(_, extension)| extension);
    let by_name = EXTENSIONS.iter().find(|(listed, _)| extension == Some(*listed));
    let by_first_line = || match entry.content_of_tree() {
        Some(Content::Script(line)) => language_of_script(line),
        _ => None,
    };
    by_name.map(|(_, language)| *language).or_else(by_first_line)
}

fn language_of_script(line: &[u8]) -> Option<Language> {
    let names = line.split(u8::is_ascii_whitespace).filter_map(|word| word.rsplit_str("/").next());
    let language = |name: &[u8]| INTERPRETERS.iter().find(|(stem, _)| name.starts_with(stem));
    names.filter_map(language).map(|(_, language)| *language).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_name_their_language() {
        for (line, language) in [
            ("/venv/bin/python3", Some(Language::Python)),
            ("/usr/bin/env -S node --no-warnings", Some(Language::Node)),
            ("/usr/bin/ruby3.1", Some(Language::Ruby)),
            ("/bin/sh", None),
            ("", None),
        ] {
            assert_eq!(language_of_script(line.as_bytes()), language, "{line}");
        }
    }
}
