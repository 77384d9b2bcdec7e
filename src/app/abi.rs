//! Versions of the binary interface between an interpreter and its extensions, as file names and `pyvenv.cfg` state them.

use std::collections::BTreeMap;

use bstr::{BStr, ByteSlice};

use super::role::Language;
use crate::tree::inventory::Inventory;

/// Binary interface that extensions are built for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Abi {
    /// Language of the interpreter.
    pub language: Language,
    /// Version of the interface: `3.11` for CPython, `3.1.0` for Ruby.
    pub version: String,
}

impl std::fmt::Display for Abi {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let implementation = if self.language == Language::Python { "C" } else { "" };
        write!(formatter, "{implementation}{} {}", self.language.title(), self.version)
    }
}

/// Returns the ABI that a tree states in its `pyvenv.cfg`, or else the one that most of its objects' paths name.
pub(super) fn abi_of(inventory: &Inventory) -> Option<Abi> {
    inventory.text("pyvenv.cfg").and_then(python_of_venv).or_else(|| most_common_abi(inventory))
}

/// Parses the `version` (venv) or `version_info` (virtualenv) of a `pyvenv.cfg`; keeps its first two numbers.
pub(super) fn python_of_venv(text: &[u8]) -> Option<Abi> {
    let text = text.to_str().ok()?;
    let value = text.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        matches!(key.trim(), "version" | "version_info").then(|| value.trim())
    })?;
    let version = value.split('.').take(2).collect::<Vec<_>>().join(".");
    Some(Abi { language: Language::Python, version })
}

fn most_common_abi(inventory: &Inventory) -> Option<Abi> {
    let mut counts: BTreeMap<Abi, usize> = BTreeMap::new();
    for abi in inventory.objects().filter_map(|(path, _)| abi_in_path(path)) {
        *counts.entry(abi).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(_, count)| *count).map(|(abi, _)| abi)
}

/// Parses the ABI in an object's path: `NAME.cpython-311-….so` (PEP 3149), or Ruby's `…/ruby/3.1.0/…` and
/// `extensions/PLATFORM/3.1.0/…`.
pub fn abi_in_path(path: &BStr) -> Option<Abi> {
    let text = path.to_str().ok()?;
    if let Some((_, tag)) = text.rsplit_once(".cpython-") {
        let digits: String = tag.chars().take_while(char::is_ascii_digit).collect();
        let (major, minor) = digits.split_at_checked(1)?;
        // Python without a global lock has an ABI of its own (PEP 703).
        let threads = if tag[digits.len()..].starts_with('t') { "t" } else { "" };
        return Some(Abi { language: Language::Python, version: format!("{major}.{minor}{threads}") });
    }
    let components: Vec<&str> = text.split('/').collect();
    let version = components.windows(3).find_map(|window| match window {
        ["extensions", _, version] | ["ruby" | "vendor_ruby", version, _] => {
            is_ruby_version(version).then_some(*version)
        }
        _ => None,
    })?;
    Some(Abi { language: Language::Ruby, version: version.to_owned() })
}

/// True for three numbers: Ruby's ABI changes with its minor version and is written `3.1.0`.
fn is_ruby_version(word: &str) -> bool {
    word.split('.').count() == 3 && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abis_are_read_from_paths() {
        let abi = |path: &str| abi_in_path(BStr::new(path)).map(|abi| abi.to_string());
        assert_eq!(abi("x/gmpy2.cpython-311-x86_64-linux-gnu.so").as_deref(), Some("CPython 3.11"));
        assert_eq!(abi("extensions/x86_64-linux/3.1.0/ffi-1.15/ffi_c.so").as_deref(), Some("Ruby 3.1.0"));
        assert_eq!(abi("lib/ruby/vendor_ruby/3.1.0/x.so").as_deref(), Some("Ruby 3.1.0"));
        assert_eq!(abi("lib/x.so"), None);
    }
}
