//! python-abi-mismatch: an extension module is for another CPython than the one that would open it.

use std::collections::BTreeSet;

use super::Rule;
use super::abi::{Extension, extensions, reach_of_home, stem_of, version_of_program};
use crate::app::Language;
use crate::audit::finding::{Fix, Severity};
use crate::audit::view::{Findings, View};
use crate::vocabulary::RootedPath;

pub(super) static RULE: Rule = Rule {
    code: "python-abi-mismatch",
    severity: Severity::Error,
    title: "an extension is for another version of Python",
    explanation: "CPython opens `NAME.cpython-311-….so` only if it is 3.11 itself (PEP 3149), and looks for packages in \
                  `lib/pythonX.Y` of its own version. A venv that was made by another version than the one that its \
                  `bin/python` leads to in the image finds none of its packages. Modules of the stable ABI \
                  (`.abi3.so`) fit every version and are not reported, nor is one beside which the same module lies for \
                  the right version.",
    fix: "Make the venv with the Python of the image, or take an image with the Python of the venv.",
    check,
};

fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    let extensions = extensions(view, Language::Python);
    let fitting: BTreeSet<(RootedPath, Vec<u8>)> = extensions
        .iter()
        .filter(|extension| mismatch(view, extension).is_none())
        .map(|extension| (extension.path.parent(), stem_of(&extension.path)))
        .collect();
    for extension in &extensions {
        let Some((built_for, opened_by)) = mismatch(view, extension) else { continue };
        if fitting.contains(&(extension.path.parent(), stem_of(&extension.path))) {
            continue;
        }
        let message = match &opened_by {
            Some(version) => format!("built for CPython {built_for}, and opened by CPython {version}"),
            None => format!("built for CPython {built_for}, which the image does not have"),
        };
        let reach = reach_of_home(view, extension.interpreter);
        let subject = format!("CPython {built_for}");
        let finding = findings.report_at(&extension.path, reach, subject, message);
        if let Some(node) = extension.interpreter {
            finding.why.push(format!("the interpreter is {}", view.root.path(node)));
        }
        let version = opened_by.unwrap_or_else(|| built_for.clone());
        finding.fix.push(Fix::Words(format!("install the packages again with Python {version}")));
    }
}

/// The version that an extension is for, and the other one that would open it; none if it fits or nothing tells.
fn mismatch(view: &View<'_>, extension: &Extension<'_>) -> Option<(String, Option<String>)> {
    let directory = extension.home.version.clone();
    let built_for = extension.built_for.clone().or_else(|| directory.clone())?;
    let Some(interpreter) = extension.interpreter else {
        // A root without any Python at all is no place for extensions; nothing would look for them.
        let has_other = Language::Python;
        let other = crate::app::Home { language: has_other, venv: None, prefix: None, version: None };
        let node = other.interpreter(view.root)?;
        let version = version_of_program(view, node)?;
        return (version != built_for).then_some((built_for, Some(version)));
    };
    let version = version_of_program(view, interpreter)?;
    let is_stable = extension.built_for.is_none();
    let looks_there = directory.as_ref().is_none_or(|directory| *directory == version);
    if looks_there && (is_stable || version == built_for) {
        return None;
    }
    Some((built_for, Some(version)))
}
