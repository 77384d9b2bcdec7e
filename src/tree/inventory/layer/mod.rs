//! Layers of an image (OCI Image Format, "Image Layer Filesystem Changeset").

mod flatten;
mod members;
mod paths;
mod read;
mod read_layer;

pub use flatten::LayerNumber;
pub(super) use flatten::flatten;
pub use members::{LayerMember, MemberKind, each_layer_member};
pub(super) use read::read_layer;
pub use read_layer::ReadLayer;
