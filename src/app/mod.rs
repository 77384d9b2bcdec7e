//! The trees that were pointed at: what kind each is, and which of its objects something starts or opens.

mod kind;
mod role;
mod scripts;
mod sources;
mod starts;

pub use kind::{Abi, Tree, TreeKind, recognise};
pub use role::{Language, Role};
pub use scripts::Script;
pub use sources::{Apps, BaseQuestion, Included, Source, Sources};
pub use starts::{AppObject, Linked, Scope, Started, link};

use crate::inventory::Content;
use crate::root::{NodeId, Root};
use crate::vocabulary::RootedPath;

/// The ABI that a tree's extensions are built for, and where the interpreter is that would start with the tree, if by its
/// name that is of another one: CPython 3.13 looks for nothing in `lib/python3.11`.
pub fn other_interpreter<'source>(
    root: &Root<'_>,
    source: &'source Source,
) -> Option<(&'source Abi, RootedPath)> {
    let abi = source.tree.abi.as_ref().filter(|abi| abi.language == Language::Python)?;
    let path = root.path(interpreter(root, abi.language, &source.at, &source.tree)?);
    let version = path.file_name().strip_prefix(b"python")?;
    let is_other = version.contains(&b'.') && version != abi.version.as_bytes();
    is_other.then_some((abi, path))
}

/// The interpreter that would load a tree's extensions, if the root has it: the venv's own link to it first,
/// then the usual places, by the ABI's version where that is known.
fn interpreter(root: &Root<'_>, language: Language, at: &RootedPath, tree: &Tree) -> Option<NodeId> {
    let version = tree.abi.as_ref().filter(|abi| abi.language == language).map(|abi| abi.version.as_str());
    let mut places = Vec::new();
    if tree.kind == TreeKind::Venv && language == Language::Python {
        places.extend([at.join("bin/python3"), at.join("bin/python")]);
    }
    for name in language.program_names(version) {
        places.extend(["/usr/local/bin", "/usr/bin"].map(|folder| RootedPath::new(folder).join(&name)));
    }
    places.iter().find_map(|place| {
        let node = root.resolve(root.top(), place.as_bytes()).ok()?;
        matches!(root.content(node), Some(Content::Object(facts)) if facts.is_program()).then_some(node)
    })
}
