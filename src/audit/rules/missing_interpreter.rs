//! missing-interpreter: the interpreter of a program, a script, a venv or extension modules does not exist.

use std::collections::BTreeMap;

use bstr::{BStr, ByteSlice};

use super::interpreters::{Extension, extensions};
use super::python_abi_mismatch::OwnPythons;
use super::pythons::{fixes_of_venv, reach_of_venv};
use crate::app::{InterpreterRequest, Language, Venv, VenvPython, venvs};
use crate::audit::entrypoint::interpreter_words;
use crate::audit::finding::{Fix, Reach};
use crate::audit::findings::Findings;
use crate::audit::owners::OwnerKind;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::elf::Machine;
use crate::loader::{Libc, Platform};
use crate::support::humanize::counted;
use crate::tree::inventory::Content;
use crate::tree::root::MountId;
use crate::vocabulary::{RootedPath, Severity};

pub(super) static RULE: Rule = Rule {
    code: "missing-interpreter",
    scope: RuleScope::Everywhere,
    severity: Severity::Error,
    title: "the interpreter of a program, a script or a venv is missing",
    explanation: "The kernel starts a program through its dynamic linker (PT_INTERP) and a script through the \
                  interpreter named in its first line. If that is not in the image, starting it fails with \
                  \"no such file or directory\", which names the program and not what is missing. All programs \
                  are checked, and the scripts in the directories of PATH and next to the Python of a venv. The \
                  same is true for a venv whose `bin/python` leads to a file outside of it that the image does \
                  not have (venvs of uv, pyenv or another image), and for extension modules of Python, Ruby and \
                  Node.js in an image without their interpreter.",
    fix: "Use an image that contains the interpreter, add its package, or create the venv or script again in the \
          image: they name the Python of the place where they were created. `--relink-python` lets a venv start \
          the base's Python of the same version.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    // Without a base nothing is known of what will be there.
    if !view.is_complete {
        return;
    }
    check_programs(view, findings);
    let venvs = venvs(view.root, view.trees);
    for venv in &venvs {
        check_venv(view, venv, findings);
    }
    check_scripts(view, &venvs, findings);
    for language in [Language::Python, Language::Ruby, Language::Node] {
        check_extensions(view, language, &venvs, findings);
    }
}

fn check_programs(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    for (index, start) in view.starts() {
        if let Some(interpreter) = start.map.interpreter.filter(|interpreter| interpreter.node.is_none()) {
            let path = view.root.path(start.map.start().node);
            let message = format!("its dynamic linker {} does not exist", interpreter.path);
            let reach = view.reach_of_start(index);
            let finding = findings.report_at(&path, reach, interpreter.path, message);
            finding.fix.push(fix_of_linker(interpreter.path.as_bytes(), start.map.start().facts.machine));
        }
    }
}

fn check_venv(view: &View<'_>, venv: &Venv, findings: &mut Findings<'_, '_>) {
    let (path, target, message) = match &venv.python {
        VenvPython::Found(_) => return,
        VenvPython::Dangling(link, target) => {
            let message = format!("the venv's Python is a link to {target}, which does not exist");
            (view.root.path(*link), Some(target), message)
        }
        VenvPython::Absent => (view.root.path(venv.config), None, "the venv has no bin/python3".to_owned()),
    };
    let finding = findings.report_at(&path, reach_of_venv(view, venv), target.unwrap_or(&path), message);
    finding.fix = fixes_of_venv(view, venv.version.as_deref(), target);
}

fn check_scripts(view: &View<'_>, venvs: &[Venv], findings: &mut Findings<'_, '_>) {
    let is_of_broken_venv = |interpreter: &[u8]| {
        let path = RootedPath::new(interpreter);
        venvs
            .iter()
            .any(|venv| !matches!(venv.python, VenvPython::Found(_)) && path.below(&venv.directory).is_some())
    };
    let given: Vec<_> = view.linked.scripts.iter().map(|script| script.node).collect();
    for (node, entry) in view.entries() {
        // Of a source, which an interpreter reads, the first line does not matter.
        let Some(line) = entry.content_of_tree().and_then(Content::script) else { continue };
        let path = view.root.path(node);
        // What the image starts has a rule of its own.
        let is_given = given.contains(&node);
        if view.entrypoint.scripts.contains(&node) || !is_given && !is_command(view, &path) {
            continue;
        }
        let words = interpreter_words(BStr::new(line));
        let Some(missing) = words.into_iter().find(|word| view.entrypoint.find(view.root, word).is_none())
        else {
            continue;
        };
        if is_of_broken_venv(missing) {
            continue;
        }
        let name = BStr::new(missing);
        let message = format!("its interpreter {name} does not exist");
        let reach = if view.entrypoint.may_start_anything { Reach::Possible } else { Reach::Unreached };
        let finding = findings.report_at(&path, reach, name, message);
        // It is unknown if a script that the image does not start is used; a script of a Debian package that was
        // installed for its libraries probably is not.
        let is_of_package = finding.owner.as_ref().is_some_and(|owner| owner.kind == OwnerKind::Deb);
        if !is_given {
            finding.at_most(if is_of_package { Severity::Note } else { Severity::Warning });
        }
    }
}

/// Reports the trees with extensions of a language for which the image has no interpreter at all.
fn check_extensions(view: &View<'_>, language: Language, venvs: &[Venv], findings: &mut Findings<'_, '_>) {
    let any = InterpreterRequest { language, venv: None, prefix: None, version: None };
    let own = OwnPythons::of(view);
    let is_open = |extension: &Extension<'_>| {
        extension.interpreter.is_none()
            && view.is_for_target(extension.object.facts)
            && !venvs.iter().any(|venv| extension.path.below(&venv.directory).is_some())
            && !own.has(extension)
    };
    let extensions: Vec<Extension<'_>> = extensions(view, language).into_iter().filter(is_open).collect();
    if extensions.is_empty() || any.find(view.root).is_some() || has_host(view, language) {
        return;
    }
    let mut by_tree: BTreeMap<MountId, Vec<&Extension<'_>>> = BTreeMap::new();
    for extension in &extensions {
        by_tree.entry(extension.object.mount).or_default().push(extension);
    }
    let name = match language {
        Language::Python => "Python",
        Language::Ruby => "Ruby",
        Language::Node => "Node.js",
    };
    for extensions in by_tree.into_values() {
        let Some(first) = extensions.first() else { continue };
        let version = first.built_for.as_deref().or(first.home.version.as_deref());
        let name = version.map_or_else(|| name.to_owned(), |version| format!("{name} {version}"));
        let count = counted(extensions.len(), "extension module");
        let message = format!("{count} for {name}, and there is no such interpreter");
        let reach = if view.entrypoint.may_start_anything { Reach::Possible } else { Reach::Unreached };
        let finding = findings.report_at(&first.path, reach, &name, message);
        finding.evidence =
            extensions.iter().take(SHOWN).map(|extension| extension.path.to_string()).collect();
        finding.fix.push(Fix::Instruction(format!("use a base with {name}")));
    }
}

/// Maximum number of extension modules that a finding lists.
const SHOWN: usize = 10;

/// True if a program of the judged trees opens addons itself: Electron, or another program with Node.js in it.
fn has_host(view: &View<'_>, language: Language) -> bool {
    let defines = |prefix: &str| {
        let programs = view.linked.objects.iter().filter(|object| object.facts.is_program());
        programs.flat_map(|object| &object.facts.defined).any(|symbol| symbol.starts_with(prefix))
    };
    language == Language::Node && defines("napi_")
}

/// Returns the package of a dynamic linker, if it is one of Debian's.
fn fix_of_linker(path: &[u8], machine: Machine) -> Fix {
    let platform = Platform::of(machine);
    let is_linker = |libc| platform.is_some_and(|platform| platform.linker(libc).as_bytes() == path);
    match (is_linker(Libc::Glibc), is_linker(Libc::Musl)) {
        (true, _) => Fix::Packages(vec!["libc6".to_owned()]),
        (_, true) => Fix::Packages(vec!["musl".to_owned()]),
        _ => Fix::Instruction(
            "use a base with this dynamic linker, or a program that is built for the one of the base"
                .to_owned(),
        ),
    }
}

/// True if a path is that of a command: in a directory of PATH, or in the `bin` of a venv.
fn is_command(view: &View<'_>, path: &RootedPath) -> bool {
    let directory = path.parent();
    let is_on_path = view.entrypoint.path.iter().any(|element| {
        let resolved = view.root.resolve(view.root.top(), element.as_bytes());
        resolved.is_ok_and(|node| view.root.path(node) == directory)
    });
    let venv = directory.parent().join("pyvenv.cfg");
    is_on_path || directory.as_bytes().ends_with_str("/bin") && view.node_at(&venv).is_some()
}
