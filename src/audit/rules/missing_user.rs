//! missing-user: the user or group of the image is not in its databases.

use bstr::ByteSlice;

use crate::audit::finding::{Fix, Reach};
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::vocabulary::{RootedPath, Severity};

pub(super) static RULE: Rule = Rule {
    code: "missing-user",
    scope: RuleScope::Everywhere,
    severity: Severity::Error,
    title: "the user or group of the image does not exist",
    explanation: "The image runs as a user or group whose name is not in /etc/passwd or /etc/group: container \
                  engines refuse to start it (\"unable to find user\"). Numbers need no entry.",
    fix: "Use a number (`--user 65532`), or a name that the base has.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    let (user, group) = view.config.user.split_once(':').unwrap_or((&view.config.user, ""));
    for (kind, name, database) in [("user", user, "/etc/passwd"), ("group", group, "/etc/group")] {
        let path = RootedPath::new(database);
        let is_number = name.bytes().all(|byte| byte.is_ascii_digit());
        if is_number || view.text_at(&path).is_some_and(|text| has_name(text, name)) {
            continue;
        }
        let message = format!("the image runs as {kind} {name:?}, which is not in {database}");
        let finding = findings.report_at(&path, Reach::Entrypoint, name, message);
        finding.fix.push(Fix::Instruction(format!("use the number of the {kind}, which needs no entry")));
    }
}

/// True if the first field of a line of a database is this name.
fn has_name(text: &[u8], name: &str) -> bool {
    text.lines().any(|line| line.split(|byte| *byte == b':').next() == Some(name.as_bytes()))
}
