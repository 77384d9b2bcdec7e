//! Pythons of a root: those of the system, and venvs (PEP 405) of the trees, each with the Python that it starts.

use bstr::ByteSlice;

use super::abi::python_of_venv;
use super::interpreter::InterpreterRequest;
use super::role::Language;
use super::trees::InputTrees;
use crate::tree::inventory::{Content, Entry};
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::RootedPath;

/// Prefixes of a system's own Pythons.
const SYSTEM_PREFIXES: [&str; 2] = ["/usr/local", "/usr"];

/// Greatest minor version of Python 3 that is looked for.
const MAX_MINOR: u32 = 30;

/// A venv.
#[derive(Debug)]
pub struct Venv {
    /// Directory with its `pyvenv.cfg`.
    pub directory: RootedPath,
    /// File of its `pyvenv.cfg`.
    pub config: NodeId,
    /// Version of the Python that created it.
    pub version: Option<String>,
    /// Python that it starts.
    pub python: VenvPython,
}

/// Python of a venv: the file that `bin/python3` or `bin/python` is, or leads to.
#[derive(Debug)]
pub enum VenvPython {
    /// Program that exists.
    Found(NodeId),
    /// Link whose target does not exist, and the path of that.
    Dangling(NodeId, RootedPath),
    /// No such entry.
    Absent,
}

impl Venv {
    /// Returns the Python that it starts and its version, if that is another one than the venv's own.
    pub fn other_python(&self, root: &Root<'_>) -> Option<(NodeId, String)> {
        let VenvPython::Found(node) = self.python else { return None };
        let version = python_version(root, node)?;
        (self.version.as_ref().is_some_and(|own| *own != version)).then_some((node, version))
    }

    /// True if its Python starts and looks for packages in it.
    pub fn works(&self, root: &Root<'_>) -> bool {
        matches!(self.python, VenvPython::Found(_)) && self.other_python(root).is_none()
    }
}

/// Lists the venvs of the trees, in the order of the trees and their paths.
pub fn venvs(root: &Root<'_>, trees: &InputTrees) -> Vec<Venv> {
    let entries = trees.start_mounts().flat_map(|(mount, _)| root.entries_of(mount));
    let configs = entries.filter(|(_, entry)| entry.path.rsplit_str("/").next() == Some(b"pyvenv.cfg"));
    configs.filter_map(|(node, entry)| venv(root, node, entry)).collect()
}

fn venv(root: &Root<'_>, config: NodeId, entry: &Entry) -> Option<Venv> {
    let Some(Content::Text(text)) = entry.content() else { return None };
    let directory = root.path(config).parent();
    let version = python_of_venv(text).map(|abi| abi.version);
    let named = version.iter().map(|version| format!("bin/python{version}"));
    let names = ["bin/python3".to_owned(), "bin/python".to_owned()].into_iter().chain(named);
    let mut python = VenvPython::Absent;
    for path in names.map(|name| directory.join(name)) {
        let Some(node) = root.node_at(&path) else { continue };
        match root.follow(node) {
            Ok(program)
                if matches!(
                    root.content(program),
                    Some(Content::Object(_) | Content::Script(_) | Content::Launcher(_))
                ) =>
            {
                python = VenvPython::Found(program);
                break;
            }
            Err(_) if matches!(python, VenvPython::Absent) => {
                let (link, target) = root.end_of_link(node);
                python = VenvPython::Dangling(link, target);
            }
            _ => {}
        }
    }
    Some(Venv { directory, config, version, python })
}

/// Returns the version of a Python's program: that in its name, of the libpython that it needs, or of the standard library
/// next to it.
pub fn python_version(root: &Root<'_>, program: NodeId) -> Option<String> {
    let name = root.name(program).to_str().ok()?.strip_prefix("python")?;
    let by_library = || {
        let Some(Content::Object(facts)) = root.content(program) else { return None };
        facts.needed.iter().find_map(|soname| {
            let (version, _) =
                soname.as_bytes().to_str().ok()?.strip_prefix("libpython")?.split_once(".so")?;
            Some(version.to_owned())
        })
    };
    let by_directory = || {
        let prefix = root.path(program).parent().parent();
        let exists = |path: RootedPath| root.resolve(root.top(), path.as_bytes()).is_ok();
        let version = (0..MAX_MINOR).rev().map(|minor| format!("3.{minor}"));
        version.into_iter().find(|version| exists(prefix.join(format!("lib/python{version}/encodings"))))
    };
    let is_version =
        |name: &str| name.contains('.') && name.starts_with(|first: char| first.is_ascii_digit());
    Some(name.to_owned()).filter(|name| is_version(name)).or_else(by_library).or_else(by_directory)
}

/// Returns the system's own Pythons, each with its version: first the one that is called `python3`.
pub fn system_pythons(root: &Root<'_>) -> Vec<(NodeId, String)> {
    let any = InterpreterRequest { language: Language::Python, venv: None, prefix: None, version: None };
    let versions = (0..MAX_MINOR).map(|minor| format!("python3.{minor}"));
    let paths = versions.flat_map(|name| SYSTEM_PREFIXES.map(|prefix| format!("{prefix}/bin/{name}")));
    let named = paths.filter_map(|path| {
        let node = root.resolve(root.top(), path.as_bytes()).ok()?;
        matches!(root.content(node), Some(Content::Object(facts)) if facts.is_program()).then_some(node)
    });
    let mut found: Vec<(NodeId, String)> = Vec::new();
    for node in any.find(root).into_iter().chain(named) {
        let version = python_version(root, node).filter(|_| found.iter().all(|(one, _)| *one != node));
        found.extend(version.map(|version| (node, version)));
    }
    found
}
