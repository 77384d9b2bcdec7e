//! Tests that reach the package archive and the package registries, and run other people's tools on real trees.
//!
//! README.md beside this directory says which modules need which programs, and how long they take.

#![allow(clippy::print_stderr, reason = "a test that cannot compare something on this machine says so")]

mod apt_closure;
mod archive;
mod audit;
mod base_images;
mod consumers;
mod dependencies;
mod graph;
mod html;
mod image;
mod layer;
mod linker;
mod lock;
mod machine;
mod manifest;
mod registry;
mod resolve;
mod runtime_loads;
mod runtimes;
#[path = "../support/mod.rs"]
mod support;
