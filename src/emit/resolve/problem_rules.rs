//! Rules of the findings in reports on resolutions and images.

use crate::audit::{Rule, RuleScope, rules};
use crate::emit::escape::printable;
use crate::emit::html::{FindingView, RuleView};
use crate::solve::resolve::{PackageProblem, Problem, ProblemKind, Status};
use crate::vocabulary::Severity;

const UNRESOLVED: Rule = Rule {
    code: "unresolved",
    scope: RuleScope::Everywhere,
    severity: Severity::Error,
    title: "a library is missing, and no package provides it",
    explanation: "An object needs a library that is neither in the app nor in the base, and no package of the release \
                  provides it. Loading the object fails.",
    fix: "Check if another release provides it, or if the object was built for another system.",
};

const OFF_PATH: Rule = Rule {
    code: "off-path",
    scope: RuleScope::Everywhere,
    severity: Severity::Error,
    title: "a library is outside the search path",
    explanation: "The app contains a library of this name, in a directory that the dynamic linker does not search for \
                  the object that needs it.",
    fix: "Set LD_LIBRARY_PATH, or give the object a RUNPATH that contains the directory.",
};

const MISSING: Rule = Rule {
    code: "missing",
    scope: RuleScope::Everywhere,
    severity: Severity::Warning,
    title: "a library is missing, and a package provides it",
    explanation: "An object needs a library that is neither in the app nor in the base. A package of the release \
                  provides it.",
    fix: "Add the package, or only the files that are loaded: `sodeb layer` writes them.",
};

const HOST: Rule = Rule {
    code: "host",
    scope: RuleScope::Everywhere,
    severity: Severity::Note,
    title: "the host provides the library",
    explanation: "The library belongs to a driver of the host on which the app runs: no package in Debian's main \
                  contains it.",
    fix: "Run the app on a host with the driver, in a container runtime that mounts it.",
};

const VERSION: Rule = Rule {
    code: "version",
    scope: RuleScope::Everywhere,
    severity: Severity::Error,
    title: "a library is too old",
    explanation: "The library that is found does not define a symbol version that the object needs.",
    fix: "Use a newer release, or an object that was built for this one.",
};

const UNREAD: Rule = Rule {
    code: "unread",
    scope: RuleScope::Everywhere,
    severity: Severity::Error,
    title: "the dependencies of a package are unknown",
    explanation: "A package provides a library, but could not be downloaded or read, so that its dependencies are \
                  unknown.",
    fix: "Run the command once with network access.",
};

/// Rules on packages and libraries, in the order in which findings are shown.
const RULES: [&Rule; 6] = [&UNRESOLVED, &OFF_PATH, &MISSING, &HOST, &VERSION, &UNREAD];

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

fn rule_of_problem(kind: PackageProblem) -> &'static Rule {
    match kind {
        PackageProblem::Unresolved => &UNRESOLVED,
        PackageProblem::OffPath => &OFF_PATH,
        PackageProblem::Version => &VERSION,
        PackageProblem::Unread => &UNREAD,
    }
}

/// Converts a problem to a finding.
pub(in crate::emit) fn problem_finding(problem: &Problem) -> FindingView {
    let Problem { kind, object, detail, grade, fix } = problem;
    let code = match kind {
        ProblemKind::Package(kind) => rule_of_problem(*kind).code,
        ProblemKind::Rule(code) => code,
    };
    let id = printable(format_args!("{code}/{object}/{detail}"));
    let finding = FindingView::new(id, code, *grade, printable(detail), printable(object));
    FindingView { fix: fix.iter().map(printable).collect(), ..finding }
}

/// Returns the rules of findings, in the order in which they are shown.
pub(in crate::emit) fn rules_of(findings: &[&FindingView]) -> Vec<RuleView> {
    let has_findings = |rule: &&Rule| findings.iter().any(|finding| finding.rule == rule.code);
    RULES.into_iter().chain(rules::all()).filter(has_findings).map(RuleView::new).collect()
}
