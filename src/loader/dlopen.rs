//! Libraries that objects open at run time. The caller of the linker states them; the linker assumes that each object makes
//! all its calls.

use super::need_kind::NeedKind;
use crate::tree::root::{NodeId, Root};
use crate::vocabulary::{Grade, Soname};

/// Call of dlopen(3) by the code of an object, or by the C library on its behalf.
#[derive(Clone, Copy, Debug)]
pub struct DlopenCall<'root> {
    /// Kind of the need. The C library opens an unwinder, the object itself any other library.
    pub kind: NeedKind,
    /// Names that satisfy the need, the best first.
    pub names: &'root [Soname],
    /// Grade of the need.
    pub grade: Grade,
}

/// Function that returns the calls by the object at a node, in order.
pub type DlopenCalls = for<'root> fn(&'root Root<'root>, NodeId) -> Vec<DlopenCall<'root>>;
