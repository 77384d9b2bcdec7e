//! Run-time loads: the libraries, programs and data files that code opens by name.
//!
//! No ELF header states them; what shows them is evidence, of which each kind has a producer. A new kind is one file
//! with a producer and one line in `producers`. Source files are evaluated together (`code`). The rules on the data of libraries are about Debian's packages, so their
//! producer is in `solve`.

mod code;
mod load;
mod notes;
mod object_calls;
mod opener;
mod producers;
mod strings;
mod unwinder;

pub(super) use code::Sources;
pub use load::{LoadEvidence, LoadKind, OpenCall, RuntimeLoad};
pub use object_calls::linker;
pub(super) use opener::Opener;
pub(super) use producers::runtime_loads;
