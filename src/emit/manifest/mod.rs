//! `sodeb manifest`: a Plan in the formats of other tools. Each format is one file with a function `emit`, which depends
//! on the Plan alone: no clock and no random number, so that equal Plans give equal bytes. [`mod@format`] registers it.
//!
//! A Plan may come from a lock of unknown origin. Names, versions and suites are validated before anything is written
//! ([`check`]); all other text, such as paths, is quoted (`emit/quote.rs`). A format that cannot represent the Plan returns
//! a [`ManifestFault`] instead of an incorrect text.

mod apt;
mod bazel_legacy;
mod check;
mod chisel;
mod closure;
mod common;
mod cyclonedx;
mod dockerfile;
mod dockerfile_apt;
mod dockerfile_layer;
mod dockerfile_sodeb;
mod encode;
mod error;
mod fault;
mod format;
mod identity;
mod json;
mod mmdebstrap;
mod paths;
mod purl;
mod rules_distroless;
mod rules_distroless_lock;
mod rules_distroless_lock_v2;
mod rules_distroless_module;
mod rules_oci;
mod sources;
mod spdx;
mod write;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;

pub use error::ManifestError;
pub use fault::ManifestFault;
pub use format::ManifestFormat;
pub use write::manifest;
