//! Rules of the findings in reports on resolutions and images.

use crate::audit::{Rule, Severity};
use crate::emit::escape::printable;
use crate::emit::html::{FindingView, RuleView};
use crate::solve::resolve::{Problem, ProblemKind, Status};

const UNRESOLVED: Rule = Rule {
    code: "unresolved",
    severity: Severity::Error,
    title: "a library is missing, and no package provides it",
    explanation: "An object needs a library that is neither in the app nor in the base, and no package of the release \
                  provides it. Loading the object fails.",
    fix: "Check if another release provides it, or if the object was built for another system.",
};

const OFF_PATH: Rule = Rule {
    code: "off-path",
    severity: Severity::Error,
    title: "a library is outside the search path",
    explanation: "The app contains a library of this name, in a directory that the dynamic linker does not search for \
                  the object that needs it.",
    fix: "Set LD_LIBRARY_PATH, or give the object a RUNPATH that contains the directory.",
};

const MISSING: Rule = Rule {
    code: "missing",
    severity: Severity::Warning,
    title: "a library is missing, and a package provides it",
    explanation: "An object needs a library that is neither in the app nor in the base. A package of the release \
                  provides it.",
    fix: "Add the package, or only the files that are loaded: `sodeb layer` writes them.",
};

const HOST: Rule = Rule {
    code: "host",
    severity: Severity::Note,
    title: "the host provides the library",
    explanation: "The library belongs to a driver of the host on which the app runs: no package in Debian's main \
                  contains it.",
    fix: "Run the app on a host with the driver, in a container runtime that mounts it.",
};

const VERSION: Rule = Rule {
    code: "version",
    severity: Severity::Error,
    title: "a library is too old",
    explanation: "The library that is found does not define a symbol version that the object needs.",
    fix: "Use a newer release, or an object that was built for this one.",
};

const INTERPRETER: Rule = Rule {
    code: "interpreter",
    severity: Severity::Error,
    title: "the dynamic linker is missing",
    explanation: "The dynamic linker that a program names does not exist: the kernel cannot start it.",
    fix: "Add the C library that the program was built for.",
};

const UNREAD: Rule = Rule {
    code: "unread",
    severity: Severity::Error,
    title: "the dependencies of a package are unknown",
    explanation: "A package provides a library, but could not be downloaded or read, so that its dependencies are \
                  unknown.",
    fix: "Run the command once with network access.",
};

const ARCHITECTURE: Rule = Rule {
    code: "architecture",
    severity: Severity::Note,
    title: "an object is for another machine",
    explanation: "The object is reported, not resolved: many packages contain such objects, which are not used.",
    fix: "Leave it out if nothing else uses it.",
};

const MUSL: Rule = Rule {
    code: "musl",
    severity: Severity::Note,
    title: "an object is for another C library",
    explanation: "The object is reported, not resolved: many packages contain such objects, which are not used.",
    fix: "Leave it out if nothing else uses it.",
};

/// Every rule, in the order in which findings are shown.
const RULES: [&Rule; 9] =
    [&UNRESOLVED, &OFF_PATH, &MISSING, &HOST, &VERSION, &INTERPRETER, &UNREAD, &ARCHITECTURE, &MUSL];

/// Returns the rule for the status of a soname; none if it is found.
pub(super) fn rule_of_status(status: Status) -> Option<&'static Rule> {
    match status {
        Status::App | Status::Base => None,
        Status::Package => Some(&MISSING),
        Status::Host => Some(&HOST),
        Status::OffPath => Some(&OFF_PATH),
        Status::Unresolved => Some(&UNRESOLVED),
    }
}

fn rule_of_problem(kind: ProblemKind) -> &'static Rule {
    match kind {
        ProblemKind::Unresolved => &UNRESOLVED,
        ProblemKind::OffPath => &OFF_PATH,
        ProblemKind::Version => &VERSION,
        ProblemKind::Interpreter => &INTERPRETER,
        ProblemKind::Unread => &UNREAD,
        ProblemKind::Architecture => &ARCHITECTURE,
        ProblemKind::Musl => &MUSL,
    }
}

/// Converts a problem to a finding.
pub(in crate::emit) fn problem_finding(Problem { kind, object, detail }: &Problem) -> FindingView {
    let rule = rule_of_problem(*kind);
    let id = printable(format_args!("{}/{object}/{detail}", rule.code));
    FindingView::new(id, rule.code, rule.severity, printable(detail), printable(object))
}

/// Returns the rules of findings, in the order in which they are shown.
pub(in crate::emit) fn rules_of(findings: &[&FindingView]) -> Vec<RuleView> {
    let has_findings = |rule: &&&Rule| findings.iter().any(|finding| finding.rule == rule.code);
    RULES.iter().filter(has_findings).map(|rule| RuleView::new(rule)).collect()
}
