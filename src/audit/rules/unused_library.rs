//! unused-library: libraries of a Debian package that is otherwise used are not reached.

use super::unused::by_owner;
use crate::audit::finding::{Fix, Reach};
use crate::audit::findings::Findings;
use crate::audit::owners::OwnerKind;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::support::humanize::thousands;
use crate::tree::root::NodeId;
use crate::vocabulary::Severity;

/// Minimum total size that is reported, in bytes: less is not worth a layer of its own.
const MIN_BYTES: u64 = 256 << 10;

/// Maximum number of files that a finding lists.
const SHOWN: usize = 20;

pub(super) static RULE: Rule = Rule {
    code: "unused-library",
    scope: RuleScope::Images,
    severity: Severity::Note,
    title: "a library is not used",
    explanation: "Libraries that nothing the image starts would load, of a Debian package of which other files are \
                  used. One finding covers all libraries of one package, if their size is at least 256 KiB. \
                  Files whose opener is not known, such as the modules of a host, are not reported, nor is what \
                  they load. Reported only if the image defines what it starts and that is not a shell. \
                  glibc's own libraries are not reported: they are opened by name and belong together.",
    fix: "Leave them out: `sodeb layer` includes only the files that are loaded.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    for (owner, objects) in by_owner(view) {
        let is_deb = owner.as_ref().is_some_and(|owner| owner.kind == OwnerKind::Deb);
        let has_used = objects.iter().any(|(_, is_used)| *is_used);
        // unused-package reports packages that are not used at all. What opens the files of a wheel, a gem or an npm package, or
        // files that are of no package, is not known.
        if !is_deb || !has_used {
            continue;
        }
        let mut unused: Vec<NodeId> =
            objects.iter().filter(|(_, is_used)| !is_used).map(|(node, _)| *node).collect();
        unused.sort_by_cached_key(|node| view.root.path(*node));
        let Some(first) = unused.first() else { continue };
        let bytes: u64 = unused.iter().map(|node| view.size_bytes(*node)).sum();
        if bytes < MIN_BYTES || is_glibc(view, objects) {
            continue;
        }
        let Some(owner) = owner.as_ref().map(ToString::to_string) else { continue };
        let message = format!(
            "{} of {} objects of {owner} are not loaded",
            thousands(unused.len()),
            thousands(objects.len())
        );
        let finding = findings.report_at(&view.root.path(*first), Reach::Unreached, &owner, message);
        finding.reclaimable_bytes = bytes;
        finding.evidence = unused.iter().take(SHOWN).map(|node| view.root.path(*node).to_string()).collect();
        finding.fix.push(Fix::Instruction(
            "include only the files that are loaded, as `sodeb layer` does".to_owned(),
        ));
    }
}

/// True if the objects are those of the C library.
fn is_glibc(view: &View<'_>, objects: &[(NodeId, bool)]) -> bool {
    objects.iter().any(|(node, _)| view.root.name(*node) == b"libc.so.6")
}
