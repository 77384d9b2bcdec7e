//! load-order-dependent: a library is found only if another object was loaded first.

use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::unmet::UnmetCause;
use crate::audit::view::View;
use crate::loader::NeedKind;
use crate::support::humanize::thousands;
use crate::vocabulary::Severity;

pub(super) static RULE: Rule = Rule {
    code: "load-order-dependent",
    scope: RuleScope::Images,
    severity: Severity::Warning,
    title: "a library is found only after another object was loaded",
    explanation: "The object does not find the library by itself. Another start object loads a library of the \
                  same soname through its own search path; if that happens first in the same process, the \
                  loaded library satisfies the need without a search. So whether an import works depends on \
                  what was imported before.",
    fix: "Import the other module first on purpose, or move the library to a directory that is searched for \
          every object.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    for unmet in view.unmet().iter().filter(|unmet| unmet.kind == NeedKind::Needed) {
        if let UnmetCause::LoadOrder(others) = &unmet.cause {
            let first = others.iter().map(ToString::to_string).next().unwrap_or_default();
            let more = others.len().saturating_sub(1);
            let others =
                if more == 0 { first } else { format!("{first} or one of {} others", thousands(more)) };
            let message = format!("{} is found only if {others} was loaded first", unmet.soname);
            findings.report_unmet(unmet, message);
        }
    }
}
