//! `sodeb.toml`, and the settings that flags, environment and `sodeb.toml` give together.

mod archive;
mod audit;
mod catalog;
mod closure;
mod file;
mod image;
mod linker;

pub(super) use archive::{archive_settings, cached_archive, registry_settings};
pub(super) use catalog::{catalog_source, requested_release};
pub(super) use closure::{closure_options, dlopen_priority, package_choice};
pub(super) use file::Config;
pub(super) use image::{image_settings, linker_arguments};
pub(super) use linker::{linker_settings, path_in_image};
