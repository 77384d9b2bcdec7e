//! unused-package: no object of a package is reached.

use super::unused::by_owner;
use crate::audit::finding::{Fix, Reach};
use crate::audit::findings::Findings;
use crate::audit::owners::OwnerKind;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::vocabulary::Severity;

pub(super) static RULE: Rule = Rule {
    code: "unused-package",
    scope: RuleScope::Images,
    severity: Severity::Note,
    title: "no object of a package is used",
    explanation: "A Debian package contains programs and libraries, and nothing that the image starts would \
                  load any of them or contains the name of one among its strings. Reported only if the image \
                  defines what it starts and that is not a shell. Programs that are started by a name composed \
                  at run time are not detected.",
    fix: "Remove the package: smaller images have fewer vulnerabilities. Test the image without it first.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    let files = view.owners().files();
    for (owner, objects) in by_owner(view) {
        let Some(owner) = owner.as_ref().filter(|owner| owner.kind == OwnerKind::Deb) else { continue };
        if objects.iter().any(|(_, is_used)| *is_used) {
            continue;
        }
        let bytes: u64 = files.get(owner).into_iter().flatten().map(|node| view.size_bytes(*node)).sum();
        let Some((first, _)) = objects.iter().min_by_key(|(node, _)| view.root.path(*node)) else { continue };
        let message = format!("nothing that the image starts uses {}", owner.name);
        let finding = findings.report_at(&view.root.path(*first), Reach::Unreached, &owner.name, message);
        finding.reclaimable_bytes = bytes;
        finding.fix.push(Fix::Instruction(format!("remove {}", owner.name)));
    }
}
