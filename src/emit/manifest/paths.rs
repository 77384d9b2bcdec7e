//! Paths and link targets as text, for formats that cannot contain arbitrary bytes.

use super::ManifestFault;
use crate::solve::plan::TakenFile;
use crate::vocabulary::RootedPath;

/// Returns a path as text.
pub(super) fn path_text(path: &RootedPath) -> Result<&str, ManifestFault> {
    text(path.as_bytes()).ok_or_else(|| ManifestFault::Path(path.clone()))
}

/// Returns a path as text without control characters.
pub(super) fn path_line(path: &RootedPath) -> Result<&str, ManifestFault> {
    line(path.as_bytes()).ok_or_else(|| ManifestFault::Path(path.clone()))
}

/// Returns the target of a link as text.
pub(super) fn target_text<'plan>(link: &TakenFile, target: &'plan [u8]) -> Result<&'plan str, ManifestFault> {
    text(target).ok_or_else(|| ManifestFault::Target(link.path.clone()))
}

/// Returns the target of a link as text without control characters.
pub(super) fn target_line<'plan>(link: &TakenFile, target: &'plan [u8]) -> Result<&'plan str, ManifestFault> {
    line(target).ok_or_else(|| ManifestFault::Target(link.path.clone()))
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn line(bytes: &[u8]) -> Option<&str> {
    text(bytes).filter(|text| !text.contains(char::is_control))
}
