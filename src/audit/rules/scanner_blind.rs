//! scanner-blind: libraries that no package's metadata accounts for.

use std::collections::BTreeMap;

use super::Rule;
use crate::audit::finding::{Fix, Severity};
use crate::audit::view::{Findings, View};
use crate::tree::root::NodeId;
use crate::vocabulary::RootedPath;

/// How many files of a directory are named.
const SHOWN: usize = 20;

pub(super) static RULE: Rule = Rule {
    code: "scanner-blind",
    severity: Severity::Note,
    title: "no scanner knows whose these libraries are",
    explanation: "Scanners for vulnerabilities learn what is installed from the metadata of packages: dpkg's status or \
                  status.d, RECORD of wheels, the directories of gems and of npm. Objects that none of them lists are not \
                  seen by a scanner, whatever holes they have: what was copied by hand, or built in the image. One \
                  finding tells of all in a directory.",
    fix: "Take the libraries from a package, with its metadata: `sodeb layer` writes status.d for what it ships.",
    check,
};

fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    let mut blind: BTreeMap<RootedPath, Vec<NodeId>> = BTreeMap::new();
    for (node, _) in view.objects() {
        if view.owners.of_file(view.root, node).is_none() {
            blind.entry(view.root.path(node).parent()).or_default().push(node);
        }
    }
    for (directory, mut nodes) in blind {
        nodes.sort_by_cached_key(|node| view.root.path(*node));
        let surest = nodes.iter().copied().min_by_key(|node| view.reached.reach(*node));
        let Some(surest) = surest else { continue };
        let count = nodes.len();
        let noun = if count == 1 { "an object" } else { "objects" };
        let number = if count == 1 { String::new() } else { format!("{count} ") };
        let message = format!("{number}{noun} that no package's metadata lists");
        let finding = findings.report_at(&directory, view.reached.reach(surest), "objects", message);
        finding.layer = view.layer(&view.root.path(surest));
        finding.why = nodes.iter().take(SHOWN).map(|node| view.root.path(*node).to_string()).collect();
        if count > SHOWN {
            finding.why.push(format!("and {} more", count - SHOWN));
        }
        finding.fix.push(Fix::Words("ship them with dpkg's metadata: `sodeb layer` does".to_owned()));
    }
}
