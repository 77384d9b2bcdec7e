//! find-library-unavailable: Python code looks for a library by what the image does not have.

use std::collections::BTreeSet;

use super::Rule;
use super::abi::has_program;
use super::dlopen_target_missing::{is_of_tests_or_interpreter, reach_of_code};
use crate::audit::finding::{Fix, Severity};
use crate::audit::view::{Findings, View};
use crate::tree::inventory::OpenCall;

/// What `ctypes.util.find_library` asks, in its order.
const ASKED: [&str; 6] = ["ldconfig", "gcc", "cc", "ld", "objdump", "clang"];

pub(super) static RULE: Rule = Rule {
    code: "find-library-unavailable",
    severity: Severity::Warning,
    title: "ctypes.util.find_library finds nothing in this image",
    explanation: "Python's ctypes.util.find_library runs ldconfig, a compiler or a linker to learn where a library is. \
                  An image that has none of them, as distroless images are, makes it return None, even for a library \
                  that is there; the code then fails or does without.",
    fix: "Give the code the soname itself (most packages have a variable or a parameter for it), or add ldconfig.",
    check,
};

fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    if ASKED.iter().any(|program| has_program(view, program)) {
        return;
    }
    let mut told = BTreeSet::new();
    for (path, opening) in view.openings().filter(|(_, opening)| opening.call == OpenCall::FindLibrary) {
        if is_of_tests_or_interpreter(&path) || !told.insert((path.clone(), opening.name.clone())) {
            continue;
        }
        let message = format!(
            "line {} looks for {:?} by find_library, which asks ldconfig and compilers: there are none",
            opening.line,
            opening.name.to_string()
        );
        let reach = reach_of_code(view, &path);
        let finding = findings.report_at(&path, reach, &opening.name, message);
        finding
            .fix
            .push(Fix::Words("name the soname to the code, or add /sbin/ldconfig (libc-bin)".to_owned()));
    }
}
