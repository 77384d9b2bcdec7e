//! wrong-architecture: an object is for another machine than the image.

use super::platforms::report;
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::vocabulary::Severity;

pub(super) static RULE: Rule = Rule {
    code: "wrong-architecture",
    scope: RuleScope::Everywhere,
    severity: Severity::Error,
    title: "an object is for another machine or operating system",
    explanation: "The image has the dynamic linker of one machine, and this object is for another machine or \
                  another operating system: a wheel or a binary for the machine on which the image was built. \
                  npm packages and some wheels contain files for several platforms, of which one is opened, \
                  so it suffices that one is for the image; the others are notes. If none is, the module or \
                  program is reported once.",
    fix: "Install the app for the platform of the image (`pip download --platform`, `docker build \
          --platform`).",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    report(view, findings, false);
}
