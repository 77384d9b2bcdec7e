//! Kinds of needs.

use crate::vocabulary::named;

named! {
    /// Cause for which an object needs a library.
    NeedKind("kind of need") {
        /// DT_NEEDED.
        Needed = "needed",
        /// The object opens it at run time, as a note states (`.note.dlopen`).
        Dlopen = "dlopen",
        /// glibc opens it to unwind the stack when a thread is cancelled or exits.
        Unwinder = "unwinder",
    }
}
