//! From missing sonames to the minimal set of packages and the files to take from each.

pub mod closure;
pub mod graph;
pub mod plan;
pub mod resolve;
pub mod solver;
