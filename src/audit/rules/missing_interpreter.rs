//! missing-interpreter: the interpreter of a program or script is not in the image.

use bstr::{BStr, ByteSlice};

use crate::audit::entrypoint::interpreter_words;
use crate::audit::finding::{Fix, Reach};
use crate::audit::findings::Findings;
use crate::audit::owners::OwnerKind;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::elf::Machine;
use crate::loader::{Libc, Platform};
use crate::tree::inventory::Content;
use crate::tree::root::NodeId;
use crate::vocabulary::{RootedPath, Severity};

pub(super) static RULE: Rule = Rule {
    code: "missing-interpreter",
    scope: RuleScope::Everywhere,
    severity: Severity::Error,
    title: "the interpreter of a program or script is missing",
    explanation: "The kernel starts a program through its dynamic linker (PT_INTERP) and a script through the \
                  interpreter named in its first line. If that is not in the image, starting it fails with \
                  \"no such file or directory\", which names the program and not what is missing. All programs \
                  are checked, what the image starts, and the scripts in the directories of PATH and next to \
                  the Python of a venv.",
    fix: "Use an image that contains the interpreter, add its package, or create the script again in the \
          image: the scripts of a venv name the Python of the place where the venv was created.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    // Without a base nothing is known of what will be there.
    if !view.is_complete() {
        return;
    }
    for (index, start) in view.starts() {
        if let Some(interpreter) = start.map.interpreter.filter(|interpreter| interpreter.node.is_none()) {
            let path = view.root.path(start.map.start().node);
            let message = format!("its dynamic linker {} does not exist", interpreter.path);
            let reach = view.reach_of_start(index);
            let finding = findings.report_at(&path, reach, interpreter.path, message);
            finding.fix.push(fix_of_linker(interpreter.path.as_bytes(), start.map.start().facts.machine));
        }
    }
    if let Some(command) = &view.entrypoint.missing_command {
        let message = format!("the image starts {command:?}, which does not exist");
        findings.report_at(&RootedPath::root(), Reach::Entrypoint, command, message);
    }
    for (node, entry) in view.entries() {
        let Some(line) = entry.content().and_then(Content::script) else { continue };
        let path = view.root.path(node);
        let is_started = view.entrypoint.scripts.contains(&node);
        if !is_started && !is_command(view, &path) {
            continue;
        }
        let words = interpreter_words(BStr::new(line));
        let Some(missing) = words.into_iter().find(|word| !exists(view, word)) else { continue };
        let name = BStr::new(missing);
        let message = format!("its interpreter {name} does not exist");
        let reach = match (is_started, view.entrypoint.may_start_anything) {
            (true, _) => Reach::Entrypoint,
            (false, true) => Reach::Possible,
            (false, false) => Reach::Unreached,
        };
        let finding = findings.report_at(&path, reach, name, message);
        // It is unknown if a script that the image does not start is used; a script of a Debian package that was
        // installed for its libraries probably is not.
        let is_of_package = finding.owner.as_ref().is_some_and(|owner| owner.kind == OwnerKind::Deb);
        if !is_started {
            finding.at_most(if is_of_package { Severity::Note } else { Severity::Warning });
        }
    }
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

/// True if the image contains the file that a word of a command names.
fn exists(view: &View<'_>, word: &[u8]) -> bool {
    let found: Option<NodeId> = view.entrypoint.find(view.root, word, &RootedPath::root());
    found.is_some()
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
