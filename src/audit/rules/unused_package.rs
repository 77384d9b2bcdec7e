//! unused-package: nothing gets to any object of a package.

use super::Rule;
use super::unused::by_owner;
use crate::audit::finding::{Fix, Reach, Severity};
use crate::audit::owners::OwnerKind;
use crate::audit::view::{Findings, View};

pub(super) static RULE: Rule = Rule {
    code: "unused-package",
    severity: Severity::Note,
    title: "nothing gets to any object of a package",
    explanation: "A Debian package brings programs and libraries, and nothing that the image starts is seen to load any \
                  of them, or to have the name of one among its strings. Reported only where the image names what it \
                  starts and that is no shell. What is started by a name that is put together at run time is not seen.",
    fix: "Leave the package out: smaller images have fewer holes. Try the image without it first.",
    check,
};

fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    let files = view.owners.files();
    for (owner, objects) in by_owner(view) {
        let Some(owner) = owner.as_ref().filter(|owner| owner.kind == OwnerKind::Deb) else { continue };
        if objects.iter().any(|(_, is_used)| *is_used) {
            continue;
        }
        let bytes: u64 = files.get(owner).into_iter().flatten().map(|node| view.size_bytes(*node)).sum();
        let Some((first, _)) = objects.iter().min_by_key(|(node, _)| view.root.path(*node)) else { continue };
        let message = format!("nothing is seen to use {}", owner.name);
        let finding = findings.report_at(&view.root.path(*first), Reach::Unreached, &owner.name, message);
        finding.saves_bytes = bytes;
        finding.fix.push(Fix::Words(format!("leave out {}", owner.name)));
    }
}
