//! musl-on-glibc: an object is for another C library than the image.

use super::interpreters::would_be_opened;
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::loader::{Foreign, Libc, foreign, libc_of};
use crate::solve::resolve::TargetAbi;
use crate::vocabulary::Severity;

pub(super) static RULE: Rule = Rule {
    code: "musl-on-glibc",
    scope: RuleScope::Everywhere,
    severity: Severity::Error,
    title: "an object is for another C library",
    explanation: "The image has the dynamic linker of glibc and the object is for musl, or the reverse. \
                  Neither loads objects for the other; a program fails with \"no such file or directory\". \
                  Many npm packages contain files for both: files that nothing would open are notes.",
    fix: "Install the app in an image with the same C library: Debian's and distroless images have glibc, \
          Alpine's have musl.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    for object in &view.linked.objects {
        let is_foreign = matches!(foreign(view.root, object.facts), Some(Foreign::Libc(_)));
        let libc = libc_of(object.facts);
        let differs = |target: TargetAbi| target.machine == object.facts.machine && target.libc != libc;
        if is_foreign || view.target_abi.is_some_and(differs) {
            let other = match libc {
                Libc::Musl => "glibc",
                Libc::Glibc => "musl",
            };
            let message = format!("built for {libc}; the image has {other}");
            let would_be_opened = would_be_opened(view, object);
            let finding = findings.report(object.node, libc, message);
            if would_be_opened {
                finding.severity = Severity::Error;
            } else {
                finding.at_most(Severity::Note);
            }
        }
    }
}
