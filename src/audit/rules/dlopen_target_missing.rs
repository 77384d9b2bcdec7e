//! dlopen-target-missing: a library that an object or source file opens by name is not in the image.

use std::collections::BTreeSet;

use bstr::ByteSlice;

use super::source_code::{loads_of_code, reach_of_code};
use crate::app::OpenCall;
use crate::audit::finding::Fix;
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::debian::catalog::host_provider;
use crate::loader::NeedKind;
use crate::tree::root::NodeId;
use crate::vocabulary::{RootedPath, Severity, Soname};

pub(super) static RULE: Rule = Rule {
    code: "dlopen-target-missing",
    scope: RuleScope::Images,
    severity: Severity::Warning,
    title: "a library that is opened by name is missing",
    explanation: "dlopen(3) of a library that the image does not contain: an object's `.note.dlopen` (UAPI.12) \
                  requires or recommends it, glibc opens libgcc_s.so.1 to end a thread, or Python, \
                  Ruby or JavaScript opens it by a name that the code states. Of names that code tries in turn one is enough, and \
                  a library that code does without is not reported. Names that come from outside, such as an \
                  argument or a directory's listing, are not known.",
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
    let mut reported: BTreeSet<(&RootedPath, &[Soname])> = BTreeSet::new();
    for load in loads_of_code(view, OpenCall::Dlopen) {
        let (path, line) = (&load.by, load.line.unwrap_or_default());
        let is_satisfied =
            |name: &Soname| exists(view, name.as_bytes()) || host_provider(name.as_bytes()).is_some();
        let Some(soname) = load.names.first() else { continue };
        if load.names.iter().any(is_satisfied) || !reported.insert((path, &load.names)) {
            continue;
        }
        let names = load.names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" or ");
        let message = format!("line {line} opens {names}, which is not in the image");
        let reach = reach_of_code(view, path);
        let finding = findings.report_at(path, reach, soname, message);
        finding.fix.extend(load.names.iter().find_map(|name| view.packages_with(name)));
        if finding.fix.is_empty() {
            let soname = soname.file_name().as_bstr();
            finding.fix.push(Fix::Instruction(format!(
                "find the package that provides it: `sodeb index find {soname}`"
            )));
        }
    }
}

/// True if the image contains a library of this name: at the path, or in any directory. A pattern is that of find_library.
fn exists(view: &View<'_>, name: &[u8]) -> bool {
    if name.contains(&b'/') {
        return view.root.resolve(view.root.top(), name).is_ok();
    }
    if let Some(stem) = name.strip_suffix(b"*") {
        let is_found = |node: &NodeId| view.root.follow(*node).is_ok();
        let named = view.by_name().iter().filter(|(name, _)| name.starts_with(stem));
        return named.flat_map(|(_, nodes)| nodes).any(is_found);
    }
    let named = view.by_name().get(name).into_iter().flatten();
    named.copied().any(|node| view.root.follow(node).is_ok())
}
