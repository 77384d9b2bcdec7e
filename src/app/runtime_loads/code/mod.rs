//! Loads by source files: the calls that open libraries, with the names that they may have.
//!
//! A distribution's modules call one another's helpers, so they are evaluated together (`evaluator.rs`): each module runs as
//! an import would run it, then each function that nothing has called. A value is the set of those that it can have on
//! Linux (`value.rs`); a branch for another system does not run. A loop, a chain of `or` or a handler that tries another
//! name gives the names of one load in their order.

mod builtins;
mod calls;
mod evaluator;
mod expressions;
mod guards;
mod import;
mod imports;
mod modules;
mod names;
mod open_calls;
mod package;
mod platform;
mod relevance;
mod site;
mod statements;
#[cfg(test)]
mod tests;
mod value;

pub(in crate::app) use package::Sources;
