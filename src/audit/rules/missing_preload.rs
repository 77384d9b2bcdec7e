//! missing-preload: a library that LD_PRELOAD or /etc/ld.so.preload names does not exist.

use bstr::{BStr, ByteSlice};

use crate::audit::finding::{Fix, Reach};
use crate::audit::findings::Findings;
use crate::audit::preloads::{PRELOAD_FILE, Preload};
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::vocabulary::{RootedPath, Severity};

pub(super) static RULE: Rule = Rule {
    code: "missing-preload",
    scope: RuleScope::Everywhere,
    severity: Severity::Warning,
    title: "a library to preload does not exist",
    explanation: "LD_PRELOAD of the image, or /etc/ld.so.preload, names a library that ld.so does not find. Every \
                  program prints \"cannot be preloaded … ignored\" and runs without it: an allocator or a fix that \
                  was meant to be there is not. What a preloaded library needs is checked as for any other: if that \
                  is missing, no program starts.",
    fix: "Include the library with `--include PACKAGE:PATH`, or remove the setting.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    if !view.is_complete {
        return;
    }
    for Preload { name, is_of_file, node } in &view.preloads {
        if node.is_some() {
            continue;
        }
        let name = BStr::new(name);
        let (path, origin) = match is_of_file {
            true => (RootedPath::new(PRELOAD_FILE), PRELOAD_FILE),
            false => (RootedPath::root(), "LD_PRELOAD"),
        };
        let message = format!("{origin} names {name}, which does not exist: ld.so ignores it");
        let finding = findings.report_at(&path, Reach::Entrypoint, name, message);
        let file = name.rsplit_str("/").next().unwrap_or_default().as_bstr();
        let words = format!(
            "`sodeb index find --soname {file}` names its package, `--include PACKAGE:PATH` ships it"
        );
        finding.fix.push(Fix::Instruction(words));
    }
}
