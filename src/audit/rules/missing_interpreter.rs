//! missing-interpreter: what would start a program or script is not in the image.

use bstr::{BStr, ByteSlice};

use super::Rule;
use crate::audit::entrypoint::interpreter_words;
use crate::audit::finding::{Fix, Reach, Severity};
use crate::audit::owners::OwnerKind;
use crate::audit::view::{Findings, View};
use crate::tree::inventory::Content;
use crate::tree::root::NodeId;
use crate::vocabulary::RootedPath;

pub(super) static RULE: Rule = Rule {
    code: "missing-interpreter",
    severity: Severity::Error,
    title: "what starts a program or script is missing",
    explanation: "The kernel starts a program by its dynamic linker (PT_INTERP) and a script by the interpreter that its \
                  first line names. Where that is not in the image, starting it fails with \"no such file or \
                  directory\", which names the program and not what is missing. Looked at are all programs, what the \
                  image starts, and the scripts in the directories of PATH and beside a venv's Python.",
    fix: "Take an image that has the interpreter, add its package, or make the script anew in the image: a venv's \
           scripts name the Python of the place where it was made.",
    check,
};

fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    for (index, start) in view.starts() {
        if let Some(interpreter) = start.map.interpreter.filter(|interpreter| interpreter.node.is_none()) {
            let path = view.root.path(start.map.start().node);
            let message = format!("its dynamic linker {} is not in the image", interpreter.path);
            let reach = view.reach_of_start(index);
            let finding = findings.report_at(&path, reach, interpreter.path, message);
            let package = "libc6".to_owned();
            finding.fix.push(Fix::Packages(vec![package]));
        }
    }
    if let Some(absent) = &view.entry.absent {
        let message = format!("the image starts {absent:?}, and there is no such file");
        findings.report_at(&RootedPath::root(), Reach::Entrypoint, absent, message);
    }
    for (node, entry, _) in view.entries() {
        let Some(Content::Script(line)) = entry.content() else { continue };
        let path = view.root.path(node);
        let is_started = view.entry.scripts.contains(&node);
        if !is_started && !is_command(view, &path) {
            continue;
        }
        let words = interpreter_words(BStr::new(line));
        let Some(missing) = words.into_iter().find(|word| !is_there(view, word)) else { continue };
        let name = BStr::new(missing);
        let message = format!("its interpreter {name} is not in the image");
        let reach = match (is_started, view.entry.is_open) {
            (true, _) => Reach::Entrypoint,
            (false, true) => Reach::Possible,
            (false, false) => Reach::Unreached,
        };
        let finding = findings.report_at(&path, reach, name, message);
        // Whether anyone uses a script that is not what the image starts is not known; of those of Debian's packages,
        // which come along with libraries, it is not likely.
        let is_of_package = finding.owner.as_ref().is_some_and(|owner| owner.kind == OwnerKind::Deb);
        if !is_started {
            finding.at_most(if is_of_package { Severity::Note } else { Severity::Warning });
        }
    }
}

fn is_there(view: &View<'_>, word: &[u8]) -> bool {
    let found: Option<NodeId> = view.entry.find(view.root, word, &RootedPath::root());
    found.is_some()
}

/// Whether a path is that of a command: in a directory of PATH, or in the `bin` of a venv.
fn is_command(view: &View<'_>, path: &RootedPath) -> bool {
    let directory = path.parent();
    let is_in_path = view.entry.path.iter().any(|element| {
        let resolved = view.root.resolve(view.root.top(), element.as_bytes());
        resolved.is_ok_and(|node| view.root.path(node) == directory)
    });
    let venv = directory.parent().join("pyvenv.cfg");
    is_in_path || directory.as_bytes().ends_with_str("/bin") && view.node_at(&venv).is_some()
}
