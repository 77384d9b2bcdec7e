//! `sodeb resolve --format html`: what trees lack, the packages that have it and what loads what, as one page.

use super::text::causes;
use crate::emit::escape::printable;
use crate::emit::html::{
    Fact, FindingView, Kind, Level, ObjectPlace, Report, RuleView, SizeView, State, Subject, graph_view, html,
};
use crate::emit::humanize::{counted, listed, release_words};
use crate::solve::graph::Graph;
use crate::solve::resolve::{Problem, ProblemKind, Resolution, SonameAnswer, Status};

/// What is said of findings of one kind.
struct Words {
    code: &'static str,
    level: Level,
    title: &'static str,
    explanation: &'static str,
    fix: &'static str,
}

/// The whole answer as a page; `graph` is that of the same trees, `release_from` says why this release was taken.
///
/// # Errors
/// Never for these types; the encoder's signature has it.
pub fn resolve_html(
    resolution: &Resolution,
    graph: &Graph,
    release_from: &str,
) -> serde_json::Result<String> {
    let name = resolution.apps.iter().map(|app| printable(app.host_path.display()));
    let name = name.collect::<Vec<_>>().join(", ");
    let findings: Vec<FindingView> = answered(resolution).chain(other_problems(resolution)).collect();
    html(&Report {
        title: format!("What {name} lacks"),
        noun: "tree",
        size_words: "To add",
        rules: rules(&findings.iter().collect::<Vec<_>>()),
        not_seen: not_seen(resolution),
        unread: Vec::new(),
        subjects: vec![Subject {
            name,
            facts: facts(resolution, release_from),
            files: Some(resolution.apps.iter().map(|app| app.files).sum()),
            objects: resolution.apps.iter().map(|app| app.objects).sum(),
            saves: 0,
            findings,
            graph: graph_view(graph, |_| ObjectPlace::default()),
            sizes: packages(resolution),
        }],
    })
}

/// What is not known of the packages.
fn not_seen(resolution: &Resolution) -> Vec<String> {
    let causes = causes(resolution.unread.iter().flatten());
    let words =
        |(cause, packages)| printable(format_args!("What is needed by {}: {cause}", listed(packages)));
    causes.into_iter().map(words).collect()
}

fn facts(resolution: &Resolution, release_from: &str) -> Vec<Fact> {
    let mut facts = Vec::new();
    for app in &resolution.apps {
        let abi = app.abi.as_ref().map(|abi| format!(", {abi}")).unwrap_or_default();
        let words = format!("{}{abi}, mounted at {}", app.kind.name(), app.at);
        facts.push(Fact::words("Tree", printable(words)));
    }
    let base = match &resolution.base {
        Some(base) => printable(base.display()),
        None => "none: nothing is assumed present".to_owned(),
    };
    facts.push(Fact::words("Base", base));
    let looked_up = printable(release_words(&resolution.provenance, release_from));
    facts.push(Fact::words("Packages looked up in", looked_up));
    facts
}

/// The sonames that the trees and the base lack.
fn answered(resolution: &Resolution) -> impl Iterator<Item = FindingView> {
    resolution.sonames.iter().filter_map(|answer| {
        let words = words_of_status(answer.status)?;
        let first = answer.needed_by.first();
        Some(FindingView {
            id: printable(format_args!("{}/{}", words.code, answer.soname)),
            rule: words.code.to_owned(),
            level: words.level,
            state: State::Counts,
            reason: None,
            subject: printable(&answer.soname),
            message: printable(message(answer)),
            path: first.map(printable).unwrap_or_default(),
            owner: answer.package.as_ref().map(|(package, _)| printable(package)),
            layer: None,
            reach: None,
            chain: Vec::new(),
            why: evidence(answer),
            fix: fixes(answer),
            saves: None,
        })
    })
}

fn message(answer: &SonameAnswer) -> String {
    let soname = &answer.soname;
    match (answer.status, &answer.package, &answer.path) {
        (Status::Package, Some((package, _)), _) => format!("{soname} is lacked; {package} has it"),
        (Status::Host, ..) => {
            format!("{soname} is brought by {}", answer.host.unwrap_or("a driver of the host"))
        }
        (Status::OffPath, _, Some(path)) => format!("{soname} lies at {path}, where nothing looks for it"),
        _ => format!("nothing has {soname}"),
    }
}

fn evidence(answer: &SonameAnswer) -> Vec<String> {
    let mut why: Vec<String> =
        answer.needed_by.iter().map(|object| printable(format_args!("needed by {object}"))).collect();
    if !answer.searched.is_empty() {
        let directories: Vec<String> = answer.searched.iter().map(ToString::to_string).collect();
        why.push(printable(format_args!("searched in {}", directories.join(", "))));
    }
    why.extend(answer.hidden_by.iter().map(|object| {
        printable(format_args!("{object} loads one for itself: when that is loaded before, the need is met"))
    }));
    why
}

fn fixes(answer: &SonameAnswer) -> Vec<String> {
    let package =
        answer.package.as_ref().map(|(package, reason)| format!("add {package} ({})", reason.name()));
    let others = answer.alternatives.iter().map(|other| format!("or {}", other.package));
    let elsewhere =
        answer.elsewhere.iter().map(|(release, package)| format!("{package} of {release} has it"));
    package.into_iter().chain(others).chain(elsewhere).map(printable).collect()
}

/// What else keeps an object from loading, as a finding.
pub(in crate::emit) fn problem_finding(Problem { kind, object, detail }: &Problem) -> FindingView {
    let words = words_of_problem(*kind);
    FindingView {
        id: printable(format_args!("{}/{object}/{detail}", words.code)),
        rule: words.code.to_owned(),
        level: words.level,
        state: State::Counts,
        reason: None,
        subject: String::new(),
        message: printable(detail),
        path: printable(object),
        owner: None,
        layer: None,
        reach: None,
        chain: Vec::new(),
        why: Vec::new(),
        fix: Vec::new(),
        saves: None,
    }
}

/// The problems that are not told by the answer to a soname.
fn other_problems(resolution: &Resolution) -> impl Iterator<Item = FindingView> {
    let of_soname = |kind| matches!(kind, ProblemKind::Unresolved | ProblemKind::OffPath);
    resolution.problems.iter().filter(move |problem| !of_soname(problem.kind)).map(problem_finding)
}

/// The packages to add, by the size that they have when installed; none where there is none.
fn packages(resolution: &Resolution) -> Option<SizeView> {
    let view = |chosen: &crate::solve::resolve::ChosenPackage| SizeView {
        name: printable(&chosen.package.name),
        detail: Some(printable(&chosen.package.version)),
        kind: Kind::Package,
        bytes: chosen.package.installed_size_kib.saturating_mul(1024),
        files: None,
        parts: Vec::new(),
    };
    let mut parts: Vec<SizeView> = resolution.packages.iter().map(view).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.bytes));
    let name = format!("{} to add, as installed", counted(parts.len(), "package"));
    (!parts.is_empty()).then(|| SizeView::of(name, Kind::Layer, parts))
}

/// The rules that findings are of, in the order of the findings.
pub(in crate::emit) fn rules(findings: &[&FindingView]) -> Vec<RuleView> {
    let known = STATUSES.iter().map(|(_, words)| words).chain(PROBLEMS.iter().map(|(_, words)| words));
    let mut rules: Vec<RuleView> = Vec::new();
    for words in known {
        let is_found = findings.iter().any(|finding| finding.rule == words.code);
        if is_found && !rules.iter().any(|rule| rule.code == words.code) {
            rules.push(RuleView {
                code: words.code.to_owned(),
                title: words.title.to_owned(),
                explanation: words.explanation.to_owned(),
                fix: words.fix.to_owned(),
            });
        }
    }
    rules
}

fn words_of_status(status: Status) -> Option<&'static Words> {
    STATUSES.iter().find(|(of, _)| *of == status).map(|(_, words)| words)
}

fn words_of_problem(kind: ProblemKind) -> &'static Words {
    PROBLEMS.iter().find(|(of, _)| *of == kind).map_or(&UNRESOLVED, |(_, words)| words)
}

const UNRESOLVED: Words = Words {
    code: "unresolved",
    level: Level::Error,
    title: "nothing has the library",
    explanation: "An object asks for a library that is neither in the tree nor in the base, and no package of the \
                  release has it. Loading the object fails.",
    fix: "Look whether another release has it, or whether the object is made for another system.",
};

const OFF_PATH: Words = Words {
    code: "off-path",
    level: Level::Error,
    title: "the library lies where nothing looks",
    explanation: "The tree has a library of this name, in a directory that the dynamic linker does not search for the \
                  object that asks.",
    fix: "Set LD_LIBRARY_PATH, or give the object a RUNPATH that leads there.",
};

const STATUSES: [(Status, Words); 4] = [
    (Status::Unresolved, UNRESOLVED),
    (Status::OffPath, OFF_PATH),
    (
        Status::Package,
        Words {
            code: "lacked",
            level: Level::Warning,
            title: "a package has the library",
            explanation: "An object asks for a library that is neither in the tree nor in the base. A package of the \
                          release has it.",
            fix: "Add the package, or only the files that are loaded: `sodeb layer` writes them.",
        },
    ),
    (
        Status::Host,
        Words {
            code: "host",
            level: Level::Note,
            title: "the host brings the library",
            explanation: "The library belongs to a driver, which the host that runs the tree brings: it is in none \
                          of Debian's packages in main.",
            fix: "Run it on a host with the driver, by the container runtime that mounts it.",
        },
    ),
];

const PROBLEMS: [(ProblemKind, Words); 7] = [
    (ProblemKind::Unresolved, UNRESOLVED),
    (ProblemKind::OffPath, OFF_PATH),
    (
        ProblemKind::Version,
        Words {
            code: "version",
            level: Level::Error,
            title: "the library is too old",
            explanation: "The library that is found does not define a symbol version that the object asks for.",
            fix: "Take a newer release, or an object that was built for this one.",
        },
    ),
    (
        ProblemKind::Interpreter,
        Words {
            code: "interpreter",
            level: Level::Error,
            title: "the dynamic linker is not there",
            explanation: "A program names a dynamic linker that does not exist: the kernel can't start it.",
            fix: "Add the C library that the program was built for.",
        },
    ),
    (
        ProblemKind::Unread,
        Words {
            code: "unread",
            level: Level::Error,
            title: "a package could not be read",
            explanation: "A package answers and could not be had or read, so that what it needs is not known.",
            fix: "Run it once with the network.",
        },
    ),
    (
        ProblemKind::Architecture,
        Words {
            code: "architecture",
            level: Level::Note,
            title: "an object is for another machine",
            explanation: "It is reported and not resolved: such objects lie unused in many packages.",
            fix: "Leave it out if nothing else uses it.",
        },
    ),
    (
        ProblemKind::Musl,
        Words {
            code: "musl",
            level: Level::Note,
            title: "an object is for another C library",
            explanation: "It is reported and not resolved: such objects lie unused in many packages.",
            fix: "Leave it out if nothing else uses it.",
        },
    ),
];
