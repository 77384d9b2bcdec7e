//! page-size: an object does not load with the larger pages that some kernels have.

use super::groups::{grouped_by_tree, report_group};
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::vocabulary::Severity;

/// EM_AARCH64.
const AARCH64: u16 = 183;

/// Sizes of pages of kernels for arm64 beyond the usual 4 KiB.
const PAGES: [u64; 2] = [16 << 10, 64 << 10];

pub(super) static RULE: Rule = Rule {
    code: "page-size",
    scope: RuleScope::Everywhere,
    severity: Severity::Warning,
    title: "an object does not load on kernels with larger pages",
    explanation: "Kernels for arm64 have pages of 4, 16 (Apple hardware) or 64 KiB (some server distributions). \
                  ld.so refuses an object whose segments are aligned to less than a page: \"ELF load command \
                  alignment not page-aligned\". Debian's objects are aligned to 64 KiB. An object that is aligned \
                  to 16 KiB is a note. One finding covers all objects of a tree.",
    fix: "Link it with -Wl,-z,max-page-size=65536, or run it only on kernels with small pages.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    let objects = view.linked.objects.iter().filter(|object| view.is_for_target(object.facts));
    let small = objects.filter(|object| {
        let alignment = object.facts.load_alignment;
        object.facts.machine.number == AARCH64 && alignment > 0 && alignment < PAGES[1]
    });
    let groups =
        grouped_by_tree(small.map(|object| (object.mount, object.facts.load_alignment, object.node)));
    for ((_, alignment), nodes) in groups {
        let subject = format!("{} KiB", alignment >> 10);
        let finding = report_group(view, findings, &nodes, &subject, |count| {
            format!("{count} aligned to {subject}, less than the pages of some kernels")
        });
        if let Some(finding) = finding.filter(|_| alignment >= PAGES[0]) {
            finding.at_most(Severity::Note);
        }
    }
}
