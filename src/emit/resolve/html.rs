//! `sodeb resolve --format html`: missing libraries, the packages that provide them and the graph of what is loaded, as
//! one page.

use super::problem_rules::{problem_finding, rule_of_status, rules_of};
use super::unread::unread_by_cause;
use crate::emit::choice::choice_words;
use crate::emit::escape::printable;
use crate::emit::html::{
    Fact, FindingView, ObjectDetails, PartKind, Report, SizeView, SubjectView, graph_view, html,
    largest_first,
};
use crate::emit::humanize::{counted, listed, release_words};
use crate::solve::graph::Graph;
use crate::solve::resolve::{ChosenPackage, Resolution, SonameAnswer, Status};

/// Writes a resolution as a page. `graph` is that of the same apps, `release_from` the reason for the choice of the
/// release.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn resolve_html(
    resolution: &Resolution,
    graph: &Graph,
    release_from: &str,
) -> serde_json::Result<String> {
    let name = listed(resolution.apps.iter().map(|app| printable(app.host_path.display())));
    let findings: Vec<FindingView> = missing(resolution).chain(other_problems(resolution)).collect();
    html(&Report {
        title: format!("Missing libraries of {name}"),
        noun: "app",
        size_label: "To add",
        rules: rules_of(&findings.iter().collect::<Vec<_>>()),
        not_checked: not_checked(resolution),
        unread: Vec::new(),
        subjects: vec![SubjectView {
            name,
            facts: facts(resolution, release_from),
            files: Some(resolution.apps.iter().map(|app| app.files).sum()),
            objects: resolution.apps.iter().map(|app| app.objects).sum(),
            reclaimable: 0,
            findings,
            graph: graph_view(graph, |_| ObjectDetails::default()),
            sizes: packages(resolution),
        }],
    })
}

fn not_checked(resolution: &Resolution) -> Vec<String> {
    let words = |(cause, packages)| printable(format_args!("dependencies of {}: {cause}", listed(packages)));
    unread_by_cause(resolution).into_iter().map(words).collect()
}

fn facts(resolution: &Resolution, release_from: &str) -> Vec<Fact> {
    let mut facts = Vec::new();
    for app in &resolution.apps {
        let abi = app.abi.as_ref().map(|abi| format!(", {abi}")).unwrap_or_default();
        let words = format!("{}{abi}, mounted at {}", app.kind.name(), app.at);
        facts.push(Fact::words("App", printable(words)));
    }
    let base = match &resolution.base {
        Some(base) => printable(base.display()),
        None => "none: nothing is assumed present".to_owned(),
    };
    facts.push(Fact::words("Base", base));
    let index = printable(release_words(&resolution.provenance, release_from));
    facts.push(Fact::words("Package index", index));
    facts
}

/// Returns the sonames that neither the apps nor the base provide, as findings.
fn missing(resolution: &Resolution) -> impl Iterator<Item = FindingView> {
    resolution.sonames.iter().filter_map(|answer| {
        let rule = rule_of_status(answer.status)?;
        let id = printable(format_args!("{}/{}", rule.code, answer.soname));
        let path = answer.needed_by.first().map(printable).unwrap_or_default();
        Some(FindingView {
            subject: printable(&answer.soname),
            owner: answer.package.as_ref().map(|(package, _)| printable(package)),
            evidence: evidence(answer),
            fix: fixes(answer),
            ..FindingView::new(id, rule.code, rule.severity, printable(message(answer)), path)
        })
    })
}

fn message(answer: &SonameAnswer) -> String {
    let soname = &answer.soname;
    match (answer.status, &answer.package, &answer.path) {
        (Status::Package, Some((package, _)), _) => format!("{soname} is missing, provided by {package}"),
        (Status::Host, ..) => {
            format!("{soname} is provided by {}", answer.host.unwrap_or("a driver of the host"))
        }
        (Status::OffPath, _, Some(path)) => format!("{soname} is at {path}, which is not on the search path"),
        _ => format!("{soname} is missing, no package provides it"),
    }
}

fn evidence(answer: &SonameAnswer) -> Vec<String> {
    let mut evidence: Vec<String> =
        answer.needed_by.iter().map(|object| format!("needed by {object}")).collect();
    if !answer.searched.is_empty() {
        evidence.push(format!("searched in {}", listed(&answer.searched)));
    }
    evidence.extend(choice(answer));
    evidence.extend(
        answer
            .hidden_by
            .iter()
            .map(|object| format!("load-order dependent: found if {object} is loaded first")),
    );
    evidence.into_iter().map(printable).collect()
}

fn choice(answer: &SonameAnswer) -> Option<String> {
    let (package, reason) = answer.package.as_ref()?;
    let others = listed(answer.alternatives().map(|other| &other.package.name));
    choice_words(*reason, &others).map(|reason| format!("{package}: {reason}"))
}

fn fixes(answer: &SonameAnswer) -> Vec<String> {
    let package = answer.package.as_ref().map(|(package, _)| format!("add {package}"));
    let others = answer.alternatives().map(|other| format!("or {}", other.package.name));
    let elsewhere = answer.elsewhere.iter();
    let elsewhere = elsewhere.map(|(release, package)| format!("{release} provides it in {package}"));
    package.into_iter().chain(others).chain(elsewhere).map(printable).collect()
}

/// Returns the problems that are not reported for a soname, as findings.
fn other_problems(resolution: &Resolution) -> impl Iterator<Item = FindingView> {
    resolution.problems.iter().filter(|problem| !problem.kind.is_of_soname()).map(problem_finding)
}

/// Returns the packages to add by installed size; none if no package is needed.
fn packages(resolution: &Resolution) -> Option<SizeView> {
    let view = |chosen: &ChosenPackage| SizeView {
        name: printable(&chosen.package.name),
        detail: Some(printable(&chosen.package.version)),
        kind: PartKind::Package,
        bytes: chosen.package.installed_size_kib.saturating_mul(1024),
        files: None,
        parts: Vec::new(),
    };
    let parts = largest_first(resolution.packages.iter().map(view).collect());
    let name = format!("{} to add, installed size", counted(parts.len(), "package"));
    (!parts.is_empty()).then(|| SizeView::sum(name, PartKind::Layer, parts))
}
