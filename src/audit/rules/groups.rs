//! Helpers of the rules that report all objects of a tree as one finding.

use std::collections::BTreeMap;

use crate::audit::finding::Finding;
use crate::audit::findings::Findings;
use crate::audit::view::View;
use crate::support::humanize::counted;
use crate::tree::root::{MountId, NodeId};
use crate::vocabulary::RootedPath;

/// Maximum number of objects that a finding on a group lists.
const SHOWN: usize = 10;

/// Groups objects by their tree and a number.
pub(super) fn grouped_by_tree(
    objects: impl Iterator<Item = (MountId, u64, NodeId)>,
) -> BTreeMap<(MountId, u64), Vec<NodeId>> {
    let mut groups: BTreeMap<(MountId, u64), Vec<NodeId>> = BTreeMap::new();
    for (mount, number, node) in objects {
        groups.entry((mount, number)).or_default().push(node);
    }
    groups
}

/// Reports a group of objects of one tree at the first of them; `message` takes their number in words.
pub(super) fn report_group<'findings>(
    view: &View<'_>,
    findings: &'findings mut Findings<'_, '_>,
    nodes: &[NodeId],
    subject: &str,
    message: impl FnOnce(String) -> String,
) -> Option<&'findings mut Finding> {
    let mut paths: Vec<(RootedPath, NodeId)> =
        nodes.iter().map(|node| (view.root.path(*node), *node)).collect();
    paths.sort();
    let (first, _) = paths.first()?;
    let reach = nodes.iter().map(|node| view.reach_map().reach(*node)).min()?;
    let finding = findings.report_at(first, reach, subject, message(counted(nodes.len(), "object")));
    finding.evidence = paths.iter().take(SHOWN).map(|(path, _)| path.to_string()).collect();
    Some(finding)
}
