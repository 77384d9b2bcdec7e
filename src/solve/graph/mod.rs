//! The graph of what is loaded: objects, the names that they need, and the packages that provide them.
//!
//! | node | stands for | its edges lead to |
//! |---|---|---|
//! | [`LoadedObject`] | a file that the dynamic linker loads, of an app, the base or a package | the names that it needs ([`Edge::Needs`]); its package ([`Edge::OfPackage`]) |
//! | [`NeededName`] | a needed soname *and its outcome* | the one object that is loaded for it ([`Edge::FoundAt`]), or the package that would provide it ([`Edge::OfPackage`]), or nothing |
//! | [`Package`](crate::debian::catalog::Package) | a package of the answer | the packages whose files its files load ([`Edge::Loads`]) |
//!
//! One soname may be found at one path by one object, at another path by another, and nowhere by a third: each is
//! a node of its own, so that a `NeededName` never leads to two nodes. The same object may even need one name with
//! different outcomes in different processes, since search paths are inherited and objects that are already loaded count.
//! So each [`Edge::Needs`] lists the start objects in whose processes it holds, and a chain
//! ([`Graph::chains_to`]) follows only edges of the process that it begins in.
//!
//! A graph made from the apps alone ([`Graph::from_apps`]) is *open*: a package is then a node that
//! names lead to, without objects of its own. It is *closed* if the packages were read and laid
//! over the apps ([`Graph::from_links`]): their files are objects like any other.
//!
//! Nodes are numbered in a fixed order: objects by path, names by soname and then by outcome, packages by name; edges
//! by their ends.

mod builder;
mod chains;
mod from_links;
mod model;
#[cfg(test)]
pub(crate) mod sample;
mod unloaded;

pub use chains::{Chain, Chains, MAX_CHAINS};
pub use from_links::GraphContext;
pub use model::{Edge, EdgeWithEnds, Graph, GraphNodeId, LoadedObject, NeededName, Node, ObjectOwner};
pub use unloaded::UnloadedName;
