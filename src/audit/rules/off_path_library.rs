//! off-path-library: a library is in the image, but not where the dynamic linker searches.

use crate::audit::finding::{Fix, Reach};
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::unmet::UnmetCause;
use crate::audit::view::View;
use crate::loader::NeedKind;
use crate::vocabulary::{RootedPath, Severity};

pub(super) static RULE: Rule = Rule {
    code: "off-path-library",
    scope: RuleScope::Images,
    severity: Severity::Error,
    title: "a library is outside the search path",
    explanation: "An object needs a library that the image contains, for the same machine, in a directory that \
                  is not searched for this object: not in an applicable RPATH or RUNPATH, not in \
                  LD_LIBRARY_PATH, not in ld.so.cache and not in a default directory. Loading fails as if the \
                  library were missing. An unreached library that is above or below the directory of the \
                  library that it needs, as in a Java runtime, is a note: whatever opens it has loaded the \
                  other one before.",
    fix: "Move the library to a directory that is searched, set LD_LIBRARY_PATH in the image, build with a \
          RUNPATH, or run ldconfig if ld.so.conf lists the directory.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    for unmet in view.unmet().iter().filter(|unmet| unmet.kind == NeedKind::Needed) {
        if let UnmetCause::OffPath(file) = unmet.cause {
            let path = view.root.path(file);
            let message = format!("{} is at {path}, which is not on the search path", unmet.soname);
            let (directory, own_directory) = (path.parent(), view.root.path(unmet.by).parent());
            let finding = findings.report_unmet(unmet, message);
            if unmet.reach == Reach::Unreached && are_nested(&directory, &own_directory) {
                finding.at_most(Severity::Note);
            }
            finding.fix.insert(
                0,
                Fix::Instruction(format!("set LD_LIBRARY_PATH={directory} in the image's environment")),
            );
        }
    }
}

/// True if one directory is below the other, and neither is the root.
fn are_nested(one: &RootedPath, other: &RootedPath) -> bool {
    one.below(other).is_some() || other.below(one).is_some()
}
