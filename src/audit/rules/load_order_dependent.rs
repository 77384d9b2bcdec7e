//! load-order-dependent: a library is found only if something else was loaded before.

use super::Rule;
use crate::audit::finding::Severity;
use crate::audit::view::{Cause, Findings, View};
use crate::loader::NeedKind;

pub(super) static RULE: Rule = Rule {
    code: "load-order-dependent",
    severity: Severity::Warning,
    title: "a library is found only after another object was loaded",
    explanation: "The object does not find the library by itself. Another start object loads a library of the same \
                  soname by its own search path; if that happens first in the same process, the loaded library \
                  satisfies the need without a search. So whether an import works depends on what was imported \
                  before.",
    fix: "Import the other module first on purpose, or put the library where the linker looks for everyone.",
    check,
};

fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    for unmet in view.unmet.iter().filter(|unmet| unmet.kind == NeedKind::Needed) {
        if let Cause::LoadOrder(others) = &unmet.cause {
            let first = others.iter().map(ToString::to_string).next().unwrap_or_default();
            let more = others.len().saturating_sub(1);
            let others = if more == 0 { first } else { format!("{first} or {more} others") };
            let message = format!("{} is found only if {others} was loaded before", unmet.soname);
            findings.report_unmet(unmet, message);
        }
    }
}
