//! missing-library: a library that an object needs is nowhere in the image.

use crate::audit::finding::Fix;
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::unmet::UnmetCause;
use crate::audit::view::View;
use crate::loader::NeedKind;
use crate::vocabulary::Severity;

pub(super) static RULE: Rule = Rule {
    code: "missing-library",
    scope: RuleScope::Images,
    severity: Severity::Error,
    title: "a library is missing",
    explanation: "An object needs a library (DT_NEEDED) that the image does not contain. Loading the object \
                  fails: a program does not start, an extension raises ImportError or LoadError. Every object \
                  is linked as ld.so would link it in the process that loads it; with --strict each object is \
                  linked by itself, as ldd does. A library that a driver of the host provides is a note.",
    fix: "Add the package that is named, or only the needed files: `sodeb layer PATH --base IMAGE -o \
          layer.tar`, where PATH is what was copied into the image.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    for unmet in view.unmet().iter().filter(|unmet| unmet.kind == NeedKind::Needed) {
        match &unmet.cause {
            UnmetCause::Absent => {
                let message = format!("{} is missing", unmet.soname);
                let finding = findings.report_unmet(unmet, message);
                let answer = view.answer(unmet.soname);
                if finding.fix.is_empty()
                    && let Some((release, package)) = answer.and_then(|answer| answer.elsewhere.first())
                {
                    let words =
                        format!("{release} provides it in {package}; this release does not provide it");
                    finding.fix.push(Fix::Instruction(words));
                }
            }
            UnmetCause::Host(provider) => {
                let message = format!("{} is not in the image; {provider} provides it", unmet.soname);
                findings.report_unmet(unmet, message).at_most(Severity::Note);
            }
            UnmetCause::OffPath(_) | UnmetCause::Dangling(_) | UnmetCause::LoadOrder(_) => {}
        }
    }
}
