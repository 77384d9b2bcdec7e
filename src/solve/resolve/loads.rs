//! Run-time loads that a resolution reports.

use crate::app::TargetAbi;
use crate::app::{LinkedApps, LoadEvidence, RuntimeLoad};
use crate::tree::inventory::Content;
use crate::tree::root::Root;

/// Returns the run-time loads of source files and of objects for the target. Names among an object's strings are left
/// out: many of them are no more than text.
pub(super) fn reported(
    root: &Root<'_>,
    linked: &LinkedApps<'_>,
    target: Option<TargetAbi>,
) -> Vec<RuntimeLoad<'static>> {
    let is_for_target = |load: &RuntimeLoad<'_>| {
        let content = root.resolve(root.top(), load.by.as_bytes()).ok().and_then(|node| root.content(node));
        match content {
            Some(Content::Object(facts)) => target.is_some_and(|target| target.matches(facts)),
            _ => true,
        }
    };
    let loads = linked.loads.iter().filter(|load| load.evidence != LoadEvidence::String);
    loads.filter(|load| is_for_target(load)).map(RuntimeLoad::to_owned).collect()
}
