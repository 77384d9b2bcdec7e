//! Tests without a network: each module is named for the command or the room of `src/` that it tests.
//!
//! README.md beside this directory says which modules need which programs, and how long they take.

#![allow(clippy::print_stderr, reason = "a test that cannot compare something on this machine says so")]

mod archive;
mod audit;
mod base_images;
mod catalog;
mod command_line;
mod diff;
mod graph;
mod hostile;
mod image;
mod index;
mod layer;
mod linker_oracle;
mod linker_rules;
mod lock;
mod manifest;
mod registry;
mod resolve;
mod solver;
#[path = "../support/mod.rs"]
mod support;
mod verdicts;
