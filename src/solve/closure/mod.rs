//! Closure: the packages whose files, together with their own needs, leave nothing missing.
//!
//! A [`ClosureSolver`] begins with the sonames that a [`Resolution`](crate::solve::resolve::Resolution) has packages for.
//! Each soname with the directories in which it is searched for is a *requirement* (`requirements.rs`); the catalog
//! names the packages that could provide it, and the solver chooses ([`crate::solve::solver`], `encode.rs`). The needs of
//! a package are known only from its .deb, so that the first choice assumes that packages which were not read need
//! nothing. The packages of the choice are then read, their files linked (`probe.rs`), and the choice is made again. Since
//! a package never costs less than was assumed, a choice that uses only read packages is the best of all, and packages
//! that cannot be part of it are never fetched.
//!
//! Finally all chosen packages are laid over the apps and linked as a whole (`overlay.rs`, `closed_root.rs`). What is
//! still missing, because another package's file is found first or a search path is inherited, is a further requirement.
//! Exactly the files that are loaded are taken (`taken_files.rs`), and it is proven that they load the same.

mod apt_closure;
mod apt_comparison;
mod choice;
mod closed_root;
mod data_loads;
mod encode;
mod error;
mod included_files;
mod included_package;
mod inputs;
mod loads;
mod options;
mod overlay;
mod probe;
mod problems;
mod read_package;
mod release_check;
mod requirements;
mod result;
mod shared_names;
mod smaller;
mod solver;
mod state;
mod taken_files;
mod to_graph;
mod to_plan;
mod to_resolution;
mod versions;

pub use apt_closure::depends_closure;
pub use closed_root::PackageOf;
pub use data_loads::{DataLoad, data_loads, missing_data_loads};
pub use error::ClosureError;
pub use included_package::IncludedPackage;
pub use inputs::{ClosureInputs, Judge};
pub use options::ClosureOptions;
pub use release_check::{MissingCause, MissingEdge, ReleaseCheck, check_release};
pub use result::{ClosedResolution, Closure};
pub use shared_names::{ProviderException, SharedName, check_shared_names};
pub use solver::ClosureSolver;
pub use versions::{FirstRelease, Successor};
