//! Apps: the trees that the user points at, the kind of each, and its objects that something starts or opens, linked.

mod abi;
mod families;
mod hosts;
mod interpreter;
mod judge;
mod kind;
mod launchers;
mod link;
mod linked;
mod node_abi;
mod platform_words;
mod read;
mod role;
mod runtime_loads;
mod scripts;
mod stage;
mod standing;
mod target_abi;
mod test_files;
mod trees;
mod variants;

pub use abi::{Abi, abi_in_path};
pub use families::{VendoredFamilies, VendoredFamily};
pub use hosts::{Host, Opening, is_module};
pub use interpreter::{InterpreterRequest, other_interpreter};
pub use kind::{AppKind, recognise};
pub use launchers::Launchers;
pub use link::{LinkScope, link};
pub use linked::{AppObject, ForeignFile, LinkedApps, StartObject};
pub use read::{Apps, BaseRequest};
pub use role::{Language, Role};
pub use runtime_loads::{LoadEvidence, LoadKind, RuntimeLoad, linker};
pub use scripts::Script;
pub use standing::{OptionalReason, Standings, UnfitModule};
pub use target_abi::{TargetAbi, machine_words};
pub use trees::{App, Base, IncludedFiles, InputTrees};
