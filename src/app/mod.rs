//! The trees that were pointed at: what kind each is, and which of its objects something starts or opens.

mod interpreter;
mod kind;
mod link;
mod role;
mod scripts;
mod sources;

pub use interpreter::{Home, python_library};
pub use kind::{Abi, Tree, TreeKind, abi_in_path, recognise};
pub use link::{AppObject, Linked, Scope, Started, link};
pub use role::{Language, Role};
pub use scripts::Script;
pub use sources::{Apps, BaseQuestion, Included, Source, Sources};

use crate::tree::root::Root;
use crate::vocabulary::RootedPath;

/// The ABI that a tree's extensions are built for, and where the interpreter is that would start with the tree, if by its
/// name that is of another one: CPython 3.13 looks for nothing in `lib/python3.11`.
pub fn other_interpreter<'source>(
    root: &Root<'_>,
    source: &'source Source,
) -> Option<(&'source Abi, RootedPath)> {
    let abi = source.tree.abi.as_ref().filter(|abi| abi.language == Language::Python)?;
    let home = Home::of(root, source, &source.at, abi.language);
    let path = root.path(home.interpreter(root)?);
    let version = path.file_name().strip_prefix(b"python")?;
    let is_other = version.contains(&b'.') && version != abi.version.as_bytes();
    is_other.then_some((abi, path))
}
