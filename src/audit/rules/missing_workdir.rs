//! missing-workdir: the working directory of the image does not exist.

use crate::audit::finding::{Fix, Reach};
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::tree::root::PathError;
use crate::vocabulary::{RootedPath, Severity};

pub(super) static RULE: Rule = Rule {
    code: "missing-workdir",
    scope: RuleScope::Everywhere,
    severity: Severity::Error,
    title: "the working directory of the image is not a directory",
    explanation: "The working directory leads to a file, so that the container does not start. A directory that \
                  does not exist is a note: container engines create it, empty and owned by root.",
    fix: "Set the working directory to one that the image contains.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    let path = RootedPath::new(&view.config.workdir);
    let resolved = view.root.resolve(view.root.top(), path.as_bytes());
    let is_file = match resolved {
        Ok(node) if view.root.is_directory(node) => return,
        Ok(_) | Err(PathError::NotADirectory) => true,
        Err(PathError::Absent | PathError::Loop) => false,
    };
    let what = if is_file { "is not a directory" } else { "does not exist; container engines create it" };
    let message = format!("the working directory {path} {what}");
    let finding = findings.report_at(&path, Reach::Entrypoint, &path, message);
    finding.fix.push(Fix::Instruction("set the working directory to one that exists".to_owned()));
    if !is_file {
        finding.at_most(Severity::Note);
    }
}
