//! .debs (deb(5)).

mod ar_guard;
mod package;
mod read;

pub use package::{Deb, DebError, DebFile, control_field};
pub use read::{each_file_of_deb, read_deb, read_layer_files};
