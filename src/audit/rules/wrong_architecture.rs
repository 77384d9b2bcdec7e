//! wrong-architecture: an object is for another machine than the image.

use super::interpreters::would_be_opened;
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::loader::Platform;
use crate::vocabulary::Severity;

pub(super) static RULE: Rule = Rule {
    code: "wrong-architecture",
    scope: RuleScope::Everywhere,
    severity: Severity::Error,
    title: "an object is for another machine",
    explanation: "The image has the dynamic linker of one machine, and this object is for another: a wheel or \
                  a binary for the machine on which the image was built. npm packages and some wheels contain \
                  files for several machines, of which one is used: files that nothing would open are notes.",
    fix: "Install the app for the platform of the image (`pip download --platform`, `docker build \
          --platform`).",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    let Some(target) = view.target_abi else { return };
    for object in &view.linked.objects {
        let machine = object.facts.machine;
        if machine == target.machine {
            continue;
        }
        let name = Platform::of(machine).map_or_else(
            || format!("ELF machine {}", machine.number),
            |platform| platform.triplet.to_owned(),
        );
        let own = Platform::of(target.machine).map_or("another machine", |platform| platform.triplet);
        let message = format!("built for {name}; the image is for {own}");
        let would_be_opened = would_be_opened(view, object);
        let finding = findings.report(object.node, &name, message);
        if would_be_opened {
            finding.severity = Severity::Error;
        } else {
            finding.at_most(Severity::Note);
        }
    }
}
