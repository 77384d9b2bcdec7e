//! Trees that are directories or files of the host.

mod directory;
mod files;

pub use directory::{KERNEL_DIRECTORIES, read_base, read_directory, read_file_as, read_root};
