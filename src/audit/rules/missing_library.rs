//! missing-library: a library that an object asks for is nowhere in the image.

use super::Rule;
use crate::audit::finding::{Fix, Severity};
use crate::audit::view::{Cause, Findings, View};
use crate::loader::NeedKind;

pub(super) static RULE: Rule = Rule {
    code: "missing-library",
    severity: Severity::Error,
    title: "a library is missing",
    explanation: "An object asks for a library (DT_NEEDED) that the image does not have. Loading the object fails: a \
                  program does not start, an extension raises ImportError or LoadError. Every object is linked as \
                  ld.so would, in the process that loads it; with --strict each by itself, as ldd does. A library \
                  that a driver of the host brings is a note.",
    fix: "Add the package that is named, or only the needed files: `sodeb layer TREE --base IMAGE -o layer.tar`, where \
           TREE is what was copied into the image.",
    check,
};

fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    for unmet in view.unmet.iter().filter(|unmet| unmet.kind == NeedKind::Needed) {
        match &unmet.cause {
            Cause::Absent => {
                let message = format!("{} is missing", unmet.soname);
                let finding = findings.report_unmet(unmet, message);
                let answer = view.answer(unmet.soname);
                if finding.fix.is_empty()
                    && let Some((release, package)) = answer.and_then(|answer| answer.elsewhere.first())
                {
                    let release = format!("{package} of {release} has it; this release has it not");
                    finding.fix.push(Fix::Words(release));
                }
            }
            Cause::Host(provider) => {
                let message = format!("{} is not in the image; {provider} brings it", unmet.soname);
                findings.report_unmet(unmet, message).at_most(Severity::Note);
            }
            Cause::OffPath(_) | Cause::Dangling(_) | Cause::LoadOrder(_) => {}
        }
    }
}
