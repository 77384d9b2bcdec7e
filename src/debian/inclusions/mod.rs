//! Files of packages that are included though no object loads them: data files and plugins that libraries need
//! ([`data_rules()`]), the interpreters of `--with` ([`Runtime`]), and files that the user names.
//!
//! Both are tables, and each line has its reason, which goes into the Plan.

mod data_rules;
mod glob;
mod inclusion;
mod named_packages;
mod paths;
mod pattern;
mod runtimes;

pub use data_rules::{DataRule, RuleOwner, data_rules};
pub use glob::matches_glob;
pub use inclusion::{FileSet, Inclusion};
pub use named_packages::may_be_named;
pub use paths::{is_documentation, is_processor_copy};
pub use pattern::{BadPattern, Pattern};
pub use runtimes::{Runtime, UnknownRuntime};
