//! Where the interpreter of an extension is looked for. A tree that was pointed at is one home; a whole root has many:
//! each venv, each prefix below which a Python lies, the system's own.

use bstr::{BStr, ByteSlice};

use super::kind::{abi_in_path, python_of_venv};
use super::{Abi, Language, Source, TreeKind};
use crate::tree::inventory::Content;
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::RootedPath;

/// What decides which interpreter opens an extension.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Home {
    /// RuleOwner extension it is.
    pub language: Language,
    /// The venv that it is in.
    pub venv: Option<RootedPath>,
    /// The prefix that it is below: `/usr/local` of `/usr/local/lib/python3.12/…`.
    pub prefix: Option<RootedPath>,
    /// The version that it is for: `3.11` for CPython, `3.1.0` for Ruby.
    pub version: Option<String>,
}

impl Home {
    /// That of an extension in a tree.
    pub(super) fn of(root: &Root<'_>, source: &Source, object: &RootedPath, language: Language) -> Self {
        let of_language = |abi: &Abi| abi.language == language;
        if source.tree.kind != TreeKind::Rootfs {
            let is_venv = source.tree.kind == TreeKind::Venv && language == Language::Python;
            let abi = source.tree.abi.clone().filter(of_language);
            return Self {
                language,
                venv: is_venv.then(|| source.at.clone()),
                prefix: None,
                version: abi.map(|abi| abi.version),
            };
        }
        Self::in_root(root, object, language)
    }

    /// That of an extension at a path of a whole root.
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

    /// The interpreter, if the root has it: the venv's own link to it first, then that of the prefix, then the usual
    /// places, by the version where that is known.
    pub fn interpreter(&self, root: &Root<'_>) -> Option<NodeId> {
        let names = self.language.program_names(self.version.as_deref());
        let mut places: Vec<RootedPath> = Vec::new();
        if let Some(venv) = &self.venv {
            places.extend([venv.join("bin/python3"), venv.join("bin/python")]);
        }
        let prefixes =
            [self.prefix.clone(), Some(RootedPath::new("/usr/local")), Some(RootedPath::new("/usr"))];
        for name in names {
            places.extend(prefixes.iter().flatten().map(|prefix| prefix.join("bin").join(&name)));
        }
        places.iter().find_map(|place| {
            let node = root.resolve(root.top(), place.as_bytes()).ok()?;
            matches!(root.content(node), Some(Content::Object(facts)) if facts.is_program()).then_some(node)
        })
    }
}

/// The text of the `pyvenv.cfg` of a directory.
fn venv_config<'root>(root: &'root Root<'_>, directory: &RootedPath) -> Option<&'root [u8]> {
    let node = root.resolve(root.top(), directory.join("pyvenv.cfg").as_bytes()).ok()?;
    match root.content(node)? {
        Content::Text(text) => Some(text),
        _ => None,
    }
}

/// The prefix and the version of `PREFIX/lib/pythonX.Y/…`.
pub fn python_library(path: &RootedPath) -> Option<(RootedPath, String)> {
    let components: Vec<&[u8]> = path.components().collect();
    let place = components
        .windows(2)
        .rposition(|pair| matches!(pair[0], b"lib" | b"lib64") && python_version(pair[1]).is_some())?;
    let version = python_version(components[place + 1])?;
    Some((RootedPath::of_components(&components[..place]), version.to_owned()))
}

/// The version of a directory's name `pythonX.Y`.
fn python_version(name: &[u8]) -> Option<&str> {
    let version = name.strip_prefix(b"python")?.to_str().ok()?;
    let (major, minor) = version.split_once('.')?;
    let is_number = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(major) && is_number(minor)).then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_of_a_python_is_what_its_library_lies_below() {
        let told = |path: &str| {
            python_library(&RootedPath::new(path)).map(|(prefix, version)| format!("{prefix} {version}"))
        };
        assert_eq!(told("/venv/lib/python3.11/site-packages/x.so").as_deref(), Some("/venv 3.11"));
        assert_eq!(told("/usr/local/lib/python3.12/lib-dynload/y.so").as_deref(), Some("/usr/local 3.12"));
        assert_eq!(told("/usr/lib/python3/dist-packages/z.so"), None);
    }
}
