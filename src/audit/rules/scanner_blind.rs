//! scanner-blind: libraries that no package's metadata lists.

use std::collections::BTreeMap;

use crate::audit::finding::Fix;
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::support::humanize::{counted, thousands};
use crate::tree::root::NodeId;
use crate::vocabulary::{RootedPath, Severity};

/// Maximum number of files that a finding lists.
const SHOWN: usize = 20;

pub(super) static RULE: Rule = Rule {
    code: "scanner-blind",
    scope: RuleScope::Images,
    severity: Severity::Note,
    title: "vulnerability scanners do not know these libraries",
    explanation: "Vulnerability scanners learn what is installed from the metadata of packages: dpkg's status \
                  or status.d, the RECORD of wheels, the directories of gems and npm packages. A scanner does \
                  not see objects that none of them lists, whatever vulnerabilities they have: files that were \
                  copied by hand or built in the image. One finding covers all objects of a directory.",
    fix: "Take the libraries from a package, with its metadata: `sodeb layer` writes status.d for the files \
          that it includes.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    let mut unlisted: BTreeMap<RootedPath, Vec<NodeId>> = BTreeMap::new();
    for (node, _) in view.objects() {
        if view.owners().of_file(view.root, node).is_none() {
            unlisted.entry(view.root.path(node).parent()).or_default().push(node);
        }
    }
    for (directory, mut nodes) in unlisted {
        nodes.sort_by_cached_key(|node| view.root.path(*node));
        let most_certain = nodes.iter().copied().min_by_key(|node| view.reach_map().reach(*node));
        let Some(most_certain) = most_certain else { continue };
        let count = nodes.len();
        let message = format!("{} that no package's metadata lists", counted(count, "object"));
        let finding =
            findings.report_at(&directory, view.reach_map().reach(most_certain), "objects", message);
        finding.layer = view.layer(&view.root.path(most_certain));
        finding.evidence = nodes.iter().take(SHOWN).map(|node| view.root.path(*node).to_string()).collect();
        if count > SHOWN {
            finding.evidence.push(format!("and {} more", thousands(count - SHOWN)));
        }
        finding.fix.push(Fix::Instruction("add them with dpkg's metadata, as `sodeb layer` does".to_owned()));
    }
}
