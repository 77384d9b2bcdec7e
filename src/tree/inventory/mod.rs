//! The files of one tree as a value: its paths, links and ELF facts.
//!
//! A source (a directory, a .deb, an image in files) is read once into an [`Inventory`]. The parts of a file's bytes that
//! later stages need are kept while it is read: ELF facts, a script's interpreter and a few small texts
//! (`captured.rs`).
//!
//! Some files are opened later, each through the [`FileStore`] of its inventory and through nothing else:
//! - files of a base that is a directory, and files of an app whose names show that they are no objects
//!   (`deferred.rs`): their content is read on the first request and then kept;
//! - files that are copied into a layer or digested: their bytes are too many to keep.
//!
//! Another kind of input that can be an app (a zip, a tar, an image) is one file that lists its entries and implements
//! [`FileStore`].

mod cache;
mod captured;
mod changes;
mod classify;
mod content;
mod deb;
mod deferred;
mod digest;
mod entry;
mod error;
mod evidence;
mod file_content;
mod file_store;
mod host;
mod image;
mod input_format;
mod launcher;
mod layer;
mod listing;
mod payload;
mod permissions;
mod streamed;
mod tar;

pub use cache::{Cacheable, DebCache, DigestCache, LayerCache};
pub use changes::Changes;
pub use content::{Content, FileFormat, Launcher, ReadDepth};
pub use deb::{Deb, DebError, DebFile, control_field, each_file_of_deb, read_deb, read_layer_files};
pub use entry::{Diagnostic, Entry, EntryKind};
pub use error::InventoryError;
pub use evidence::Evidence;
pub use file_content::FileContent;
pub use file_store::{FileIdentity, FileKind, FileMetadata, FileStore, StoredFile, TreeFiles};
pub use host::{KERNEL_DIRECTORIES, read_base, read_directory, read_file_as, read_root};
pub use image::{
    Descriptor, ImageFacts, ImageFault, ImagePart, ImageParts, ImagePlatform, ReadImage, StartCommand,
    choose_image, is_image, read_image, read_parts,
};
pub use input_format::{InputFormat, is_lock};
pub use layer::{LayerMember, LayerNumber, MemberKind, ReadLayer, each_layer_member};
pub use listing::Inventory;
pub use permissions::Permissions;
