//! dlopen-target-missing: what an object or code opens by name is not in the image.

use std::collections::BTreeSet;

use bstr::{BString, ByteSlice};

use super::Rule;
use super::abi::reach_of_home;
use crate::app::{Home, Language};
use crate::audit::finding::{Fix, Reach, Severity};
use crate::audit::view::{Findings, View};
use crate::debian::catalog::host_provider;
use crate::loader::NeedKind;
use crate::tree::inventory::OpenCall;
use crate::vocabulary::{RootedPath, Soname};

pub(super) static RULE: Rule = Rule {
    code: "dlopen-target-missing",
    severity: Severity::Warning,
    title: "a library that is opened by name is missing",
    explanation: "dlopen(3) of a library that the image does not have: an object says in `.note.dlopen` (UAPI.12) that it \
                  requires or recommends it, glibc opens libgcc_s.so.1 to end a thread, or a line of Python, Ruby or \
                  JavaScript opens it by a name that stands there. Code often tries one name after the other or \
                  catches the error, which is not seen; names that are put together at run time are not seen either.",
    fix: "Add the package that is named: `sodeb layer TREE --base IMAGE --dlopen recommended`, or `--include`.",
    check,
};

fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    for unmet in view.unmet.iter().filter(|unmet| unmet.kind != NeedKind::Needed) {
        if host_provider(unmet.soname.as_bytes()).is_some() {
            continue;
        }
        let message = match unmet.kind {
            NeedKind::Unwinder => format!("{} is missing, which glibc opens to end a thread", unmet.soname),
            NeedKind::Dlopen | NeedKind::Needed => {
                format!("{} is missing, which its .note.dlopen names", unmet.soname)
            }
        };
        findings.report_unmet(unmet, message);
    }
    let mut told: BTreeSet<(RootedPath, BString)> = BTreeSet::new();
    for (path, opening) in view.openings().filter(|(_, opening)| opening.call == OpenCall::Open) {
        let name = &opening.name;
        if !is_library(name) || is_there(view, &path, name) || host_provider(name).is_some() {
            continue;
        }
        if is_of_tests_or_interpreter(&path) || !told.insert((path.clone(), name.clone())) {
            continue;
        }
        let message = format!("line {} opens {name}, which is not in the image", opening.line);
        let reach = reach_of_code(view, &path);
        let finding = findings.report_at(&path, reach, name, message);
        finding.fix.extend(view.packages_with(&Soname::new(name.to_vec())));
        if finding.fix.is_empty() {
            let soname = name.rsplit_str("/").next().unwrap_or_default().as_bstr();
            finding.fix.push(Fix::Words(format!("`sodeb index find {soname}` tells which package has it")));
        }
    }
}

/// The directories of code that no program of the image runs.
const OF_TESTS: [&[u8]; 6] = [b"test", b"tests", b"testing", b"examples", b"_examples", b"example"];

/// Whether a name is one of Linux's libraries, not another system's.
fn is_library(name: &[u8]) -> bool {
    name.ends_with(b".so") || name.contains_str(".so.")
}

/// Whether a library of this name is somewhere in the image: beside the code, at the path, or in any directory.
fn is_there(view: &View<'_>, code: &RootedPath, name: &[u8]) -> bool {
    if name.contains(&b'/') {
        let path = code.parent().join(name);
        let found = if name.starts_with(b"/") { RootedPath::new(name) } else { path };
        return view.root.resolve(view.root.top(), found.as_bytes()).is_ok();
    }
    let named = view.by_name.get(name).into_iter().flatten();
    named.copied().any(|node| view.root.follow(node).is_ok())
}

/// Whether code is a package's tests or examples, or an interpreter's own library, which tries what other systems have.
pub(super) fn is_of_tests_or_interpreter(path: &RootedPath) -> bool {
    let text = path.as_bytes();
    let is_test = path.components().any(|component| OF_TESTS.contains(&component))
        || path.file_name().starts_with(b"test_");
    let is_packages =
        [&b"/site-packages/"[..], b"/dist-packages/"].iter().any(|directory| text.contains_str(directory));
    let is_library = crate::app::python_library(path).is_some() || text.starts_with(b"/usr/lib/python3/");
    is_test || is_library && !is_packages
}

/// What gets to a line of code: the interpreter that its file name tells.
pub(super) fn reach_of_code(view: &View<'_>, path: &RootedPath) -> Reach {
    let language = match path.file_name().rsplit_str(".").next() {
        Some(b"py") => Language::Python,
        Some(b"rb") => Language::Ruby,
        _ => Language::Node,
    };
    reach_of_home(view, Home::in_root(view.root, path, language).interpreter(view.root))
}
