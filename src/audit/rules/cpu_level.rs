//! cpu-level: an object needs a newer processor than the architecture guarantees.

use std::collections::BTreeMap;

use super::groups::{grouped_by_tree, report_group};
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::vocabulary::Severity;

/// Level of x86-64 that every processor since 2009 has.
const COMMON_LEVEL: u8 = 2;

pub(super) static RULE: Rule = Rule {
    code: "cpu-level",
    scope: RuleScope::Everywhere,
    severity: Severity::Warning,
    title: "an object needs a newer processor",
    explanation: "The object states that it is built for a level of x86-64 above the baseline \
                  (GNU_PROPERTY_X86_ISA_1_NEEDED). On an older processor ld.so refuses it: \"CPU ISA level is lower \
                  than required\". x86-64-v3 needs AVX2 (2013), x86-64-v4 AVX-512. Level v2, which every processor \
                  since 2009 has, is a note. One finding covers all objects of a tree.",
    fix: "Build it with -march=x86-64, or run it only on such processors.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    let objects = view.linked.objects.iter().filter(|object| view.is_for_target(object.facts));
    let levels = objects
        .filter(|object| object.facts.cpu_level > 1)
        .map(|object| (object.mount, u64::from(object.facts.cpu_level), object.node));
    let groups: BTreeMap<_, _> = grouped_by_tree(levels);
    for ((_, level), nodes) in groups {
        let is_common = level <= u64::from(COMMON_LEVEL);
        let subject = format!("x86-64-v{level}");
        let finding = report_group(view, findings, &nodes, &subject, |count| {
            format!("{count} for processors of level {subject} and newer")
        });
        if let Some(finding) = finding.filter(|_| is_common) {
            finding.at_most(Severity::Note);
        }
    }
}
