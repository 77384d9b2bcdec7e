//! Comparison of a base with the one that a lock was made for.

use super::release::base_release;
use crate::app::{Base, InputTrees};
use crate::solve::plan::{Plan, PlannedBase};
use crate::tree::inventory::Content;
use crate::vocabulary::RootedPath;

/// Relation of a base to that of a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LockBase {
    /// It has everything that the lock's had.
    Same,
    /// The same base with another content.
    Changed,
    /// Another base, and what shows that.
    Other(String),
}

/// Compares the base of the trees with the one that a lock was made for. `is_modelled` is true if the lock's base was
/// modelled from packages, whose digest no real image has.
pub fn compare_base(lock: &Plan, trees: &InputTrees, is_modelled: bool) -> LockBase {
    let (Some(planned), Some(base)) = (&lock.base, &trees.base) else { return LockBase::Same };
    let target = &lock.provenance.target;
    if let (Some(own), Some(release)) = (&planned.release, base_release(trees))
        && *own != release.release
    {
        return LockBase::Other(format!("it is of {}, the lock's base of {own}", release.release));
    }
    let image = trees.image.as_ref();
    let architecture = image.and_then(|image| image.platform.as_ref()?.architecture());
    if let Some(other) = architecture.filter(|architecture| *architecture != target.architecture) {
        return LockBase::Other(format!("it is for {other}, the lock for {}", target.architecture));
    }
    if image.is_some_and(|image| image.digest == planned.digest) {
        return LockBase::Same;
    }
    if let Some(compared) = compare_objects(planned, base) {
        return compared;
    }
    let is_unknown = is_modelled || planned.digest == PlannedBase::digest_of(&[]);
    match () {
        () if is_unknown => LockBase::Same,
        () if base.host_path.as_os_str().as_encoded_bytes() == planned.name => LockBase::Changed,
        () => LockBase::Other(format!("the lock was made for {}", planned.name)),
    }
}

/// Compares the objects that were loaded from the lock's base; none if the lock names none.
fn compare_objects(planned: &PlannedBase, base: &Base) -> Option<LockBase> {
    let mut compared = (!planned.objects.is_empty()).then_some(LockBase::Same)?;
    for object in &planned.objects {
        let below = object.path.below(&RootedPath::root()).unwrap_or_default();
        let entry = base.inventory.get(below);
        if !matches!(entry.and_then(|entry| entry.content()), Some(Content::Object(_))) {
            return Some(LockBase::Other(format!("it has no {}", object.path)));
        }
        // Contents of an image cannot be read again.
        if base.inventory.content_digest(below).is_ok_and(|digest| digest != object.sha256) {
            compared = LockBase::Changed;
        }
    }
    Some(compared)
}
