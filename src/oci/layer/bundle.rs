//! The bundle of trusted certificates, which ca-certificates makes of its files when it is installed
//! (update-ca-certificates(8)).

use std::io;

use super::contents::Contents;
use super::places::Places;
use super::{LayerEntry, LayerError, LayerKind};
use crate::solve::plan::{PlannedPackage, TakenKind};
use crate::tree::inventory::Permissions;
use crate::vocabulary::RootedPath;

/// The package, and where it has the certificates.
const PACKAGE: &str = "ca-certificates";
const CERTIFICATES: &str = "/usr/share/ca-certificates/";
const ENDING: &[u8] = b".crt";

/// Where programs look for the bundle.
const BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Puts in the bundle of the certificates that the Plan takes, one after the other by their paths; none where the
/// base has one.
pub(super) fn put_bundle<'plan>(
    places: &mut Places<'_>,
    packages: impl IntoIterator<Item = &'plan PlannedPackage>,
    contents: &Contents,
) -> Result<(), LayerError> {
    let place = RootedPath::new(BUNDLE);
    let mut packages = packages.into_iter();
    let Some(planned) = packages.find(|planned| planned.package.name.as_str() == PACKAGE) else {
        return Ok(());
    };
    if places.base_has(&place) {
        return Ok(());
    }
    let mut bundle = Vec::new();
    for file in &planned.files {
        let path = file.path.as_bytes();
        let TakenKind::File { sha256, .. } = &file.kind else { continue };
        if path.starts_with(CERTIFICATES.as_bytes()) && path.ends_with(ENDING) {
            let failed = |source: io::Error| LayerError::Write { output: BUNDLE.into(), source };
            contents.write(*sha256, &mut bundle).map_err(failed)?;
            if !bundle.ends_with(b"\n") {
                bundle.push(b'\n');
            }
        }
    }
    if bundle.is_empty() {
        return Ok(());
    }
    let permissions = Permissions { mode: 0o644, uid: 0, gid: 0 };
    places.put(&place, LayerEntry { kind: LayerKind::Text(bundle), permissions, package: None })
}
