//! python-abi-mismatch: an extension module is for another CPython than the one that would open it.

use std::collections::BTreeSet;

use super::interpreters::{Extension, extensions, reach_by_interpreter, stem_of, version_of_program};
use crate::app::Language;
use crate::audit::finding::Fix;
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::vocabulary::{RootedPath, Severity};

pub(super) static RULE: Rule = Rule {
    code: "python-abi-mismatch",
    scope: RuleScope::Everywhere,
    severity: Severity::Error,
    title: "an extension is for another version of Python",
    explanation: "CPython 3.11 opens `NAME.cpython-311-….so` and no other version does (PEP 3149), and each \
                  version looks for packages in its own `lib/pythonX.Y`. A venv that was created by another \
                  version than the one that its `bin/python` links to in the image finds none of its packages. \
                  Modules of the stable ABI (`.abi3.so`) fit every version and are not reported; neither is a \
                  module next to the same module for the right version.",
    fix: "Create the venv with the Python of the image, or use an image with the Python of the venv.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
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
            Some(version) => format!("built for CPython {built_for}, but opened by CPython {version}"),
            None => format!("built for CPython {built_for}, which is not in the image"),
        };
        let reach = reach_by_interpreter(view, extension.interpreter);
        let subject = format!("CPython {built_for}");
        let finding = findings.report_at(&extension.path, reach, subject, message);
        if let Some(node) = extension.interpreter {
            finding.evidence.push(format!("the interpreter is {}", view.root.path(node)));
        }
        let version = opened_by.unwrap_or_else(|| built_for.clone());
        finding.fix.push(Fix::Instruction(format!("install the packages again with Python {version}")));
    }
}

/// Returns the version that an extension is for and the other version that would open it; none if they are equal or
/// not known.
fn mismatch(view: &View<'_>, extension: &Extension<'_>) -> Option<(String, Option<String>)> {
    let directory = extension.home.version.clone();
    let built_for = extension.built_for.clone().or_else(|| directory.clone())?;
    let Some(interpreter) = extension.interpreter else {
        // In an image without any Python nothing opens the extensions.
        let other = crate::app::InterpreterRequest {
            language: Language::Python,
            venv: None,
            prefix: None,
            version: None,
        };
        let node = other.find(view.root)?;
        let version = version_of_program(view, node)?;
        return (version != built_for).then_some((built_for, Some(version)));
    };
    let version = version_of_program(view, interpreter)?;
    let is_stable = extension.built_for.is_none();
    let is_searched = directory.as_ref().is_none_or(|directory| *directory == version);
    if is_searched && (is_stable || version == built_for) {
        return None;
    }
    Some((built_for, Some(version)))
}
