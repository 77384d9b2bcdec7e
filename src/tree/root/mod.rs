//! One file system made of overlaid inventories, and the resolution of paths in it.
//!
//! Later mounts lie over earlier ones as layers do: a directory over a directory adds to it, and anything else replaces
//! the entry below it. Links are followed inside the root only: an absolute target starts at its top, and `..` stops
//! there (path_resolution(7)).
//!
//! A package is not mounted but installed: if it has a directory where the root has a link to one, dpkg unpacks through
//! the link, so a package's `/lib` ends up in the `/usr/lib` of a merged root. A tree that is put into an image is
//! treated in the same way.
//!
//! A root can lie over another one without copying it ([`Root::over`]), so trying out a package costs no more than the
//! package has entries.

mod nodes;
mod overlay;
mod path_resolution;
#[cfg(test)]
mod tests;

pub use nodes::{MountId, NodeId, Root};
pub use path_resolution::PathError;
