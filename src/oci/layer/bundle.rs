//! Bundle of trusted certificates, as the installation of ca-certificates would make it (update-ca-certificates(8)).

use super::builder::LayerBuilder;
use super::content_store::ContentStore;
use super::entries::LayerEntry;
use super::error::LayerError;
use crate::solve::plan::{PlannedPackage, TakenKind};
use crate::vocabulary::RootedPath;

/// Package with the certificates.
const PACKAGE: &str = "ca-certificates";

/// Directory of the certificates in the package.
const CERTIFICATES: &str = "/usr/share/ca-certificates/";

/// File name extension of a certificate.
const EXTENSION: &[u8] = b".crt";

/// Path at which programs look for the bundle.
const BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Adds the bundle of the planned certificates, concatenated in the order of their paths, unless the base has one.
pub(super) fn put_bundle<'plan>(
    builder: &mut LayerBuilder<'_>,
    packages: impl IntoIterator<Item = &'plan PlannedPackage>,
    contents: &ContentStore,
) -> Result<(), LayerError> {
    let path = RootedPath::new(BUNDLE);
    let mut packages = packages.into_iter();
    let Some(planned) = packages.find(|planned| planned.package.name.as_str() == PACKAGE) else {
        return Ok(());
    };
    if builder.base_has(&path) {
        return Ok(());
    }
    let mut bundle = Vec::new();
    for file in &planned.files {
        let certificate = file.path.as_bytes();
        let TakenKind::File { sha256, .. } = &file.kind else { continue };
        if certificate.starts_with(CERTIFICATES.as_bytes()) && certificate.ends_with(EXTENSION) {
            contents.write(*sha256, &mut bundle).map_err(LayerError::Scratch)?;
            if !bundle.ends_with(b"\n") {
                bundle.push(b'\n');
            }
        }
    }
    if bundle.is_empty() {
        return Ok(());
    }
    builder.put(&path, LayerEntry::text(bundle))
}
