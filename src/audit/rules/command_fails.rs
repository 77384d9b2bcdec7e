//! command-fails: the command of the image cannot be started.

use crate::audit::entrypoint::{StartFault, StartFaultCause};
use crate::audit::finding::{Fix, Reach};
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::vocabulary::{RootedPath, Severity};

pub(super) static RULE: Rule = Rule {
    code: "command-fails",
    scope: RuleScope::Everywhere,
    severity: Severity::Error,
    title: "the command of the image cannot be started",
    explanation: "The first word of the image's entrypoint, or the command that a launcher such as tini is \
                  given, names no file, a link that leads nowhere, a directory, a file that is not executable or \
                  that is neither a program nor a script, or a script whose interpreter does not exist. The \
                  container ends at once, with \"no such file or directory\", \"permission denied\" or \"exec \
                  format error\". A script that is given to an interpreter (`python3 main.py`) is code: its first \
                  line does not matter.",
    fix: "Correct the entrypoint, `chmod +x` the file before it is copied, or start the script by its \
          interpreter.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    let Some(StartFault { word, node, cause }) = &view.entrypoint.fault else { return };
    let path = node.map_or_else(RootedPath::root, |node| view.root.path(node));
    let (what, fix) = match cause {
        StartFaultCause::Absent => ("which does not exist".to_owned(), "correct the entrypoint".to_owned()),
        StartFaultCause::Dangling(link) => {
            let (link, target) = view.root.end_of_link(*link);
            let link = view.root.path(link);
            (format!("but the link {link} leads to {target}, which does not exist"), format!("add {target}"))
        }
        StartFaultCause::NoFile => ("which is a directory".to_owned(), "correct the entrypoint".to_owned()),
        StartFaultCause::NotExecutable => {
            ("which is not executable".to_owned(), format!("chmod +x {path}, or start it by its interpreter"))
        }
        StartFaultCause::UnknownFormat => (
            "which is neither a program nor a script with an interpreter in its first line".to_owned(),
            "start it by its interpreter".to_owned(),
        ),
        StartFaultCause::NoInterpreter(interpreter) => (
            format!("a script whose interpreter {interpreter} does not exist"),
            format!("start the script by an interpreter that exists, or add {interpreter}"),
        ),
    };
    let message = format!("the image starts {word:?}, {what}");
    findings.report_at(&path, Reach::Entrypoint, word, message).fix.push(Fix::Instruction(fix));
}
