//! Lookup of a soname: the packages that may provide it, the preferred one, and similar names if there is none.
//!
//! A `.so` of a -dev package is a link or a linker script, a -dbg package has no code and a -cross package is for
//! another machine: they never provide a soname. Among several packages that do, Debian's own order decides
//! ([`ProviderOrder`](super::ProviderOrder)); where it is not known, Debian Policy §8.1 prefers the library's own: the
//! one that is named for the soname.

mod candidates;
mod near_miss;
mod package_name;
mod soname;

pub use candidates::{LibraryCandidate, Preference, Visibility};
pub use near_miss::NearMiss;
pub use package_name::is_named_for;
pub use soname::{SonameLookup, look_up};
