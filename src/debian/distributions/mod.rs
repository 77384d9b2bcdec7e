//! Distributions: one profile file each, with the names, layout, keys and servers of its archive.
//!
//! A new distribution is a file with its [`Profile`], a line in [`profile()`] and a variant of
//! [`Distribution`](crate::vocabulary::Distribution). No other code depends on which distribution it is.

mod debian;
mod lookup;
mod names;
mod profile;
mod release_choice;
mod similar;
mod ubuntu;

pub use lookup::{
    age_order, default_release, distribution_of, full_name, profile, release_of_version, version_of,
};
pub use names::{ReleaseNameError, release_named, similar_release};
pub use profile::{
    ArchiveKey, ContentsLayout, Directories, Pocket, Profile, PublishedKey, ReleaseProfile, SnapshotService,
    Suite, SuiteField,
};
pub use release_choice::{OS_RELEASE_FILES, ReleaseChoice};
pub use similar::edits;
