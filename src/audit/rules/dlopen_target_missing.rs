//! dlopen-target-missing: a library that an object or source file opens by name is not in the image.

use std::collections::BTreeSet;

use bstr::ByteSlice;

use super::source_code::{calls_in_code, reach_of_code};
use crate::audit::finding::Fix;
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::debian::catalog::host_provider;
use crate::loader::NeedKind;
use crate::tree::inventory::OpenCall;
use crate::vocabulary::{RootedPath, Severity, Soname};

pub(super) static RULE: Rule = Rule {
    code: "dlopen-target-missing",
    scope: RuleScope::Images,
    severity: Severity::Warning,
    title: "a library that is opened by name is missing",
    explanation: "dlopen(3) of a library that the image does not contain: an object's `.note.dlopen` (UAPI.12) \
                  requires or recommends it, glibc opens libgcc_s.so.1 to end a thread, or a line of Python, \
                  Ruby or JavaScript opens it by a literal name. Code often tries several names in turn or \
                  catches the error, which is not analysed; names that are composed at run time are not \
                  analysed either.",
    fix: "Add the package that is named: `sodeb layer PATH --base IMAGE --dlopen recommended`, or `--include`.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    for unmet in view.unmet().iter().filter(|unmet| unmet.kind != NeedKind::Needed) {
        if host_provider(unmet.soname.as_bytes()).is_some() {
            continue;
        }
        let message = match unmet.kind {
            NeedKind::Unwinder => format!("{} is missing; glibc opens it to end a thread", unmet.soname),
            NeedKind::Dlopen | NeedKind::Needed => {
                format!("{} is missing; the object's .note.dlopen lists it", unmet.soname)
            }
        };
        findings.report_unmet(unmet, message);
    }
    let mut reported: BTreeSet<(&RootedPath, &Soname)> = BTreeSet::new();
    for (path, line, soname) in calls_in_code(view, OpenCall::Dlopen) {
        let name = soname.as_bytes();
        if !is_library(name) || exists(view, path, name) || host_provider(name).is_some() {
            continue;
        }
        if !reported.insert((path, soname)) {
            continue;
        }
        let message = format!("line {line} opens {soname}, which is not in the image");
        let reach = reach_of_code(view, path);
        let finding = findings.report_at(path, reach, soname, message);
        finding.fix.extend(view.packages_with(soname));
        if finding.fix.is_empty() {
            let soname = soname.file_name().as_bstr();
            finding.fix.push(Fix::Instruction(format!(
                "find the package that provides it: `sodeb index find {soname}`"
            )));
        }
    }
}

/// True if a name is that of a Linux library, not of another system's.
fn is_library(name: &[u8]) -> bool {
    name.ends_with(b".so") || name.contains_str(".so.")
}

/// True if the image contains a library of this name: at the path, relative to the source file or absolute, or in any
/// directory.
fn exists(view: &View<'_>, code: &RootedPath, name: &[u8]) -> bool {
    if name.contains(&b'/') {
        let path = code.parent().join(name);
        let found = if name.starts_with(b"/") { RootedPath::new(name) } else { path };
        return view.root.resolve(view.root.top(), found.as_bytes()).is_ok();
    }
    let named = view.by_name().get(name).into_iter().flatten();
    named.copied().any(|node| view.root.follow(node).is_ok())
}
