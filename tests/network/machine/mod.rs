//! Things that tests take from this machine: trees that the scripts in `fixtures/` build, roots made of Debian's packages,
//! Debian's own tools, and real servers.

pub(crate) mod debian_tools;
pub(crate) mod python_base;
pub(crate) mod rootfs;
pub(crate) mod server;
pub(crate) mod trees;
