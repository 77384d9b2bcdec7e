//! Images in files: an archive of docker-save, an OCI layout as a directory or a tar, or the tar of a whole root file
//! system, plain or compressed.
//!
//! Nothing is unpacked: layers are read from the archive, each once, and are cached by their diff ID (the digest of the
//! tar, OCI Image Format, "Layer DiffID"). A blob for which a digest is stated is used only if it has that digest.

mod archive;
mod blobs;
mod choose;
mod described;
mod docker;
mod documents;
mod facts;
mod fault;
mod oci;
mod parts;
mod platform;
mod read;

pub use choose::choose_image;
pub use documents::Descriptor;
pub use facts::{ImageFacts, ReadImage, StartCommand};
pub use fault::ImageFault;
pub use parts::{ImagePart, ImageParts, read_parts};
pub use platform::ImagePlatform;
pub(super) use read::is_image_archive;
pub use read::{is_image, read_image};
