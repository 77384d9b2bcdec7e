//! Apps: the trees that the user points at, the kind of each, and its objects that something starts or opens, linked.

mod abi;
mod interpreter;
mod kind;
mod link;
mod linked;
mod read;
mod role;
mod runtime_loads;
mod scripts;
mod stage;
mod trees;

pub use abi::{Abi, abi_in_path};
pub use interpreter::{InterpreterRequest, other_interpreter};
pub use kind::{AppKind, recognise};
pub use link::{LinkScope, link};
pub use linked::{AppObject, LinkedApps, StartObject};
pub use read::{Apps, BaseRequest};
pub use role::{Language, Role};
pub use runtime_loads::{LoadEvidence, LoadKind, RuntimeLoad, linker};
pub use scripts::Script;
pub use trees::{App, Base, IncludedFiles, InputTrees};
