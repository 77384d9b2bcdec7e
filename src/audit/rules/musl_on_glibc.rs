//! musl-on-glibc: an object is for another C library than the image.

use super::platforms::report;
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::vocabulary::Severity;

pub(super) static RULE: Rule = Rule {
    code: "musl-on-glibc",
    scope: RuleScope::Everywhere,
    severity: Severity::Error,
    title: "an object is for another C library",
    explanation: "The image has the dynamic linker of glibc and the object is for musl, or the reverse. \
                  Neither loads objects for the other; a program fails with \"no such file or directory\". \
                  Many npm packages contain files for both, of which one suffices: the others are notes.",
    fix: "Install the app in an image with the same C library: Debian's and distroless images have glibc, \
          Alpine's have musl.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    report(view, findings, true);
}
