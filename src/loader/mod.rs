//! Dynamic linker, emulated on a [`Root`](crate::tree::root::Root): the objects that it loads for a start object, where
//! it finds each, and by which rule.
//!
//! The rules are those of glibc's ld.so (ld.so(8), elf/dl-load.c and elf/dl-deps.c of 2.36) and of musl's
//! (ldso/dynlink.c of 1.2); `search` states them for one name. Left out are LD_PRELOAD, ld.so.preload, audit modules,
//! prelinking and the sub-directories that glibc before 2.37 searched for old CPU names (`tls/`, `haswell/`). A missing
//! library does not end the run, so that all of them are reported at once.

mod dlopen;
mod foreign;
mod interner;
mod ld_so_cache;
mod ld_so_cache_writer;
mod ld_so_conf;
mod libc;
mod link_map;
mod linker;
mod need_kind;
mod outcome;
mod platform;
mod probe;
mod process;
mod search;
mod search_paths;
mod settings;
mod tokens;
mod versions;

pub use dlopen::{DlopenCall, DlopenCalls};
pub use foreign::{Foreign, foreign};
pub use ld_so_cache::{BrokenCache, LdSoCache};
pub use ld_so_cache_writer::{CachedLibrary, renewed_cache};
pub use ld_so_conf::configured_directories;
pub use libc::{Libc, libc_of};
pub use link_map::{Edge, Interpreter, LinkMap, LoadedObject, MissingVersion};
pub use linker::{Linker, Process, UnknownMachine};
pub use need_kind::NeedKind;
pub use outcome::{Attempt, ObjectIndex, Outcome, Refusal, SearchRule};
pub use platform::{CpuLevel, Platform};
pub use settings::{LinkerSettings, Traces};
