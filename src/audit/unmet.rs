//! Libraries that objects need and the dynamic linker does not find.

use super::finding::Reach;
use crate::loader::NeedKind;
use crate::tree::root::NodeId;
use crate::vocabulary::{RootedPath, Soname};

/// A library that an object needs and that is not found.
pub struct UnmetNeed<'root> {
    /// Start object in whose process it is not found, as an index of [`LinkedApps::starts`](crate::app::LinkedApps::starts).
    pub start: usize,
    /// Object that needs it.
    pub by: NodeId,
    /// Name of the library.
    pub soname: &'root Soname,
    /// Origin of the need.
    pub kind: NeedKind,
    /// Reach of the object in that process.
    pub reach: Reach,
    /// Reason why it is not found.
    pub cause: UnmetCause,
    /// Paths that were tried, each with the reason why it was refused.
    pub tried: Vec<String>,
}

/// Reason why a library is not found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnmetCause {
    /// Nowhere in the image.
    Absent,
    /// Provided by a driver of the host, which is named here.
    Host(&'static str),
    /// Present in the image, but not in a directory that is searched.
    OffPath(NodeId),
    /// Link of the library's name whose target does not exist.
    Dangling(NodeId),
    /// Found only if one of these start objects, which load it for themselves, is opened first.
    LoadOrder(Vec<RootedPath>),
}
