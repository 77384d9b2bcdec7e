//! sodeb finds the shared libraries that a built tree lacks, and the Debian packages that have them.

pub mod app;
pub mod archive;
pub mod catalog;
pub mod cli;
pub mod elf;
pub mod emit;
pub mod inventory;
pub mod loader;
pub mod pipeline;
pub mod progress;
pub mod resolve;
pub mod root;
pub mod vocabulary;
