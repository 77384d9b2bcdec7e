//! find-library-unavailable: Python code searches for a library with tools that the image does not have.

use std::collections::BTreeSet;

use super::interpreters::has_program;
use super::source_code::{loads_of_code, reach_of_code};
use crate::app::OpenCall;
use crate::audit::finding::Fix;
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::vocabulary::{Severity, Soname};

/// Programs that `ctypes.util.find_library` runs, in its order.
const TOOLS: [&str; 6] = ["ldconfig", "gcc", "cc", "ld", "objdump", "clang"];

pub(super) static RULE: Rule = Rule {
    code: "find-library-unavailable",
    scope: RuleScope::Images,
    severity: Severity::Warning,
    title: "ctypes.util.find_library does not work in this image",
    explanation: "Python's ctypes.util.find_library runs ldconfig, a compiler or a linker to find a library. \
                  In an image without any of them, such as a distroless image, it returns None even for a \
                  library that exists; the code then fails or does without the library.",
    fix: "Pass the soname itself to the code (most packages have a variable or a parameter for it), or add \
          ldconfig.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    if TOOLS.iter().any(|program| has_program(view, program)) {
        return;
    }
    let mut reported = BTreeSet::new();
    for load in loads_of_code(view, OpenCall::FindLibrary) {
        let (path, line) = (&load.by, load.line.unwrap_or_default());
        let searched: Vec<Soname> = load.names.iter().map(searched_name).collect();
        let Some(name) = searched.first() else { continue };
        if !reported.insert((path, &load.names)) {
            continue;
        }
        let names = searched.iter().map(|name| format!("{:?}", name.to_string()));
        let message = format!(
            "line {line} searches for {} with find_library, which needs ldconfig or a compiler; the image has neither",
            names.collect::<Vec<_>>().join(" or ")
        );
        let reach = reach_of_code(view, path);
        let finding = findings.report_at(path, reach, name, message);
        finding.fix.push(Fix::Instruction(
            "pass the soname to the code, or add /sbin/ldconfig (package libc-bin)".to_owned(),
        ));
    }
}

/// Name that code gives to find_library, of the pattern that it searches for.
fn searched_name(pattern: &Soname) -> Soname {
    let name = pattern.as_bytes().strip_prefix(b"lib").and_then(|name| name.strip_suffix(b".so.*"));
    name.map_or_else(|| pattern.clone(), Soname::new)
}
