//! Interpreters of extension modules: which one opens an extension, and where it is in a root.
//!
//! An app states one interpreter for all its extensions. A whole root file system has several: one for each venv, one
//! for each prefix below which a Python is installed, and the system's own.

use bstr::{BStr, ByteSlice};

use super::abi::{abi_in_path, python_of_venv};
use super::kind::AppKind;
use super::role::Language;
use super::trees::App;
use crate::tree::inventory::Content;
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::RootedPath;

/// Properties of the interpreter that opens an extension. Extensions with equal requests share an interpreter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct InterpreterRequest {
    /// Language that it interprets.
    pub language: Language,
    /// Venv that the extension is in.
    pub venv: Option<RootedPath>,
    /// Prefix that the extension is below: `/usr/local` of `/usr/local/lib/python3.12/…`.
    pub prefix: Option<RootedPath>,
    /// ABI version that the extension is built for: `3.11` for CPython, `3.1.0` for Ruby.
    pub version: Option<String>,
}

impl InterpreterRequest {
    /// Request for an extension at a path of an app.
    pub(super) fn of(root: &Root<'_>, app: &App, object: &RootedPath, language: Language) -> Self {
        if app.kind == AppKind::Rootfs {
            return Self::in_root(root, object, language);
        }
        let is_venv = app.kind == AppKind::Venv && language == Language::Python;
        let abi = app.abi.clone().filter(|abi| abi.language == language);
        Self {
            language,
            venv: is_venv.then(|| app.at.clone()),
            prefix: None,
            version: abi.map(|abi| abi.version),
        }
    }

    /// Request for an extension at a path of a whole root file system.
    pub fn in_root(root: &Root<'_>, object: &RootedPath, language: Language) -> Self {
        let library = python_library(object).filter(|_| language == Language::Python);
        let prefix = library.as_ref().map(|(prefix, _)| prefix.clone());
        let venv = prefix.clone().filter(|prefix| venv_config(root, prefix).is_some());
        let of_directory = library.map(|(_, version)| version);
        let abi = abi_in_path(BStr::new(object.as_bytes())).filter(|abi| abi.language == language);
        let of_venv = venv.as_ref().and_then(|venv| python_of_venv(venv_config(root, venv)?));
        let version = of_directory.or_else(|| of_venv.or(abi).map(|abi| abi.version));
        Self { language, venv, prefix, version }
    }

    /// Finds the interpreter: the venv's own link first, then its names below the prefix, `/usr/local` and `/usr`.
    pub fn find(&self, root: &Root<'_>) -> Option<NodeId> {
        let mut paths: Vec<RootedPath> = Vec::new();
        if let Some(venv) = &self.venv {
            paths.extend([venv.join("bin/python3"), venv.join("bin/python")]);
        }
        let prefixes =
            [self.prefix.clone(), Some(RootedPath::new("/usr/local")), Some(RootedPath::new("/usr"))];
        for name in self.language.program_names(self.version.as_deref()) {
            paths.extend(prefixes.iter().flatten().map(|prefix| prefix.join("bin").join(&name)));
        }
        paths.iter().find_map(|path| {
            let node = root.resolve(root.top(), path.as_bytes()).ok()?;
            matches!(root.content(node), Some(Content::Object(facts)) if facts.is_program()).then_some(node)
        })
    }
}

/// Text of the `pyvenv.cfg` in a directory.
fn venv_config<'root>(root: &'root Root<'_>, directory: &RootedPath) -> Option<&'root [u8]> {
    let node = root.resolve(root.top(), directory.join("pyvenv.cfg").as_bytes()).ok()?;
    match root.content(node)? {
        Content::Text(text) => Some(text),
        _ => None,
    }
}

/// Parses prefix and version of a path `PREFIX/lib/pythonX.Y/…`.
pub fn python_library(path: &RootedPath) -> Option<(RootedPath, String)> {
    let components: Vec<&[u8]> = path.components().collect();
    let place = components
        .windows(2)
        .rposition(|pair| matches!(pair[0], b"lib" | b"lib64") && python_version(pair[1]).is_some())?;
    let version = python_version(components[place + 1])?;
    Some((RootedPath::of_components(&components[..place]), version.to_owned()))
}

/// Parses the version of a directory name `pythonX.Y`.
fn python_version(name: &[u8]) -> Option<&str> {
    let version = name.strip_prefix(b"python")?.to_str().ok()?;
    let (major, minor) = version.split_once('.')?;
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(major) && is_number(minor.strip_suffix('t').unwrap_or(minor))).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_of_a_python_is_the_directory_above_its_library() {
        let parsed = |path: &str| {
            python_library(&RootedPath::new(path)).map(|(prefix, version)| format!("{prefix} {version}"))
        };
        assert_eq!(parsed("/venv/lib/python3.11/site-packages/x.so").as_deref(), Some("/venv 3.11"));
        assert_eq!(parsed("/usr/local/lib/python3.12/lib-dynload/y.so").as_deref(), Some("/usr/local 3.12"));
        assert_eq!(parsed("/usr/lib/python3/dist-packages/z.so"), None);
    }
}
