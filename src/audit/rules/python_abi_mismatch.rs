//! python-abi-mismatch: a venv or an extension module is for another CPython than the one that would open it.

use std::collections::BTreeSet;

use bstr::ByteSlice;

use super::interpreters::{Extension, extensions, reach_by_interpreter, stem_of};
use super::pythons::{fixes_of_venv, reach_of_venv};
use super::wheel_mismatch::wheels;
use crate::app::{Language, Venv, python_version, system_pythons, venvs};
use crate::audit::finding::{Fix, Reach};
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::tree::root::NodeId;
use crate::vocabulary::{RootedPath, Severity};

pub(super) static RULE: Rule = Rule {
    code: "python-abi-mismatch",
    scope: RuleScope::Everywhere,
    severity: Severity::Error,
    title: "a venv or an extension is for another version of Python",
    explanation: "CPython 3.11 opens `NAME.cpython-311-….so` and no other version does (PEP 3149), and each \
                  version looks for packages in its own `lib/pythonX.Y`. A venv that was created by another \
                  version than the one that its `bin/python` links to in the image finds none of its packages, \
                  whether they have extensions or not. Modules of the stable ABI (`.abi3.so`) fit every version \
                  and are not reported; neither is a module next to the same module for the right version, nor \
                  one with its own libpython.",
    fix: "Create the venv with the Python of the image, or use an image with the Python of the venv.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    if !view.is_complete {
        return;
    }
    let venvs = venvs(view.root, view.trees);
    for venv in &venvs {
        check_venv(view, venv, findings);
    }
    let extensions = extensions(view, Language::Python);
    let system = system_pythons(view.root);
    let broken: Vec<&RootedPath> =
        venvs.iter().filter(|venv| !venv.works(view.root)).map(|venv| &venv.directory).collect();
    let own = OwnPythons::of(view);
    let is_reported = |extension: &Extension<'_>| {
        broken.iter().any(|venv| extension.path.below(venv).is_some()) || own.has(extension)
    };
    let wheels = wheels(view, &venvs);
    let mismatched = wheels.iter().filter(|wheel| wheel.cause().is_some());
    let of_wheels: BTreeSet<RootedPath> =
        mismatched.map(|wheel| view.root.path(wheel.node).parent().parent()).collect();
    let fitting: BTreeSet<(RootedPath, Vec<u8>)> = extensions
        .iter()
        .filter(|extension| mismatch(view, extension, &system).is_none())
        .map(|extension| (extension.path.parent(), stem_of(&extension.path)))
        .collect();
    for extension in extensions.iter().filter(|extension| !is_reported(extension)) {
        let Some((built_for, opener, version)) = mismatch(view, extension, &system) else { continue };
        if fitting.contains(&(extension.path.parent(), stem_of(&extension.path)))
            || of_wheels.iter().any(|directory| extension.path.below(directory).is_some())
        {
            continue;
        }
        let message = format!("built for CPython {built_for}, but opened by CPython {version}");
        let reach = reach_by_interpreter(view, Some(opener));
        let subject = format!("CPython {built_for}");
        let finding = findings.report_at(&extension.path, reach, subject, message);
        finding.evidence.push(format!("the interpreter is {}", view.root.path(opener)));
        finding.fix.push(Fix::Instruction(format!("install the packages again with Python {version}")));
    }
}

fn check_venv(view: &View<'_>, venv: &Venv, findings: &mut Findings<'_, '_>) {
    let (Some(own), Some((node, version))) = (&venv.version, venv.other_python(view.root)) else { return };
    let python = view.root.path(node);
    let message = format!("a venv of CPython {own}, but its Python is {python} of version {version}");
    // The Python that is started looks for packages elsewhere.
    let reach = match reach_of_venv(view, venv) {
        Reach::Unreached if view.entrypoint.programs.contains(&node) => Reach::Entrypoint,
        reach => reach,
    };
    let finding = findings.report_at(&view.root.path(venv.config), reach, format!("CPython {own}"), message);
    finding.evidence.push(format!("CPython {version} looks for packages in lib/python{version}"));
    finding.fix = fixes_of_venv(view, Some(own), None);
}

/// Returns the version that an extension is for, and the Python of another version that would open it; none if it fits
/// or no Python is known.
fn mismatch(
    view: &View<'_>,
    extension: &Extension<'_>,
    system: &[(NodeId, String)],
) -> Option<(String, NodeId, String)> {
    let directory = extension.home.version.clone();
    let built_for = extension.built_for.clone().or_else(|| directory.clone())?;
    let Some(interpreter) = extension.interpreter else {
        // No Python of its version: another one opens it.
        let (node, version) = system.first()?;
        return (*version != built_for).then(|| (built_for, *node, version.clone()));
    };
    let version = python_version(view.root, interpreter)?;
    let is_stable = extension.built_for.is_none();
    let is_searched = directory.as_ref().is_none_or(|directory| *directory == version);
    if is_searched && (is_stable || version == built_for) {
        return None;
    }
    Some((built_for, interpreter, version))
}

/// Directories with a libpython outside of the system's: a program there has its own Python, as one that PyInstaller makes.
pub(super) struct OwnPythons(Vec<(RootedPath, Vec<u8>)>);

impl OwnPythons {
    pub(super) fn of(view: &View<'_>) -> Self {
        let names = view.by_name().iter().filter(|(name, _)| name.starts_with(b"libpython"));
        let places = names.flat_map(|(name, nodes)| nodes.iter().map(move |node| (*name, *node)));
        let own = places.filter_map(|(name, node)| {
            let directory = view.root.path(node).parent();
            let version = name.strip_prefix(b"libpython")?.split_str(".so").next()?.to_vec();
            (!view.default_directories.contains(&directory)).then_some((directory, version))
        });
        Self(own.collect())
    }

    /// True if the libpython of an extension's version is in a directory above it, or in the `lib` of one.
    pub(super) fn has(&self, extension: &Extension<'_>) -> bool {
        let version = extension.built_for.as_ref().or(extension.home.version.as_ref());
        let is_above = |directory: &RootedPath| {
            extension.path.below(directory).is_some()
                || directory.file_name() == b"lib" && extension.path.below(&directory.parent()).is_some()
        };
        self.0.iter().any(|(directory, its)| {
            version.is_none_or(|version| version.as_bytes() == its.as_slice()) && is_above(directory)
        })
    }
}
