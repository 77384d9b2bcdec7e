//! Helpers of the tests: compiled fixtures, packages, a signed archive and a registry in memory, runs of the program, and
//! comparisons with the real dynamic linker.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub(crate) mod archive_server;
pub(crate) mod audits;
pub(crate) mod command_line;
pub(crate) mod fixture;
pub(crate) mod golden;
pub(crate) mod host;
pub(crate) mod images;
pub(crate) mod judge;
pub(crate) mod package;
pub(crate) mod real;
pub(crate) mod registry_server;
pub(crate) mod sodeb;
pub(crate) mod world;
