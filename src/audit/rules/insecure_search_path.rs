//! insecure-search-path: a library would be loaded from where others can place a file.

use bstr::BStr;

use crate::audit::finding::{Fix, Reach};
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::tree::inventory::EntryKind;
use crate::vocabulary::{RootedPath, Severity};

/// Directories that anyone may write to on any system.
const SHARED: [&str; 3] = ["/tmp", "/var/tmp", "/dev/shm"];

/// Directories in which software is built but not installed.
const BUILD: [&str; 10] =
    ["/home", "/root", "/build", "/builds", "/workspace", "/__w", "/io", "/usr/src", "/mnt", "/github"];

pub(super) static RULE: Rule = Rule {
    code: "insecure-search-path",
    scope: RuleScope::Images,
    severity: Severity::Warning,
    title: "a search path contains a directory that others can write to",
    explanation: "An element of DT_RPATH, DT_RUNPATH or LD_LIBRARY_PATH is empty or relative, and so means the \
                  current directory of the process, or is a directory that anyone may write to: whoever can \
                  place a file there gets it loaded. A directory of the machine on which the object was built, \
                  which the image does not contain, is a note: whoever can create it can do the same.",
    fix: "`patchelf --set-rpath` or `chrpath` with a path below $ORIGIN; no empty elements in LD_LIBRARY_PATH.",
};

/// Defect of an element of a search path.
enum Defect {
    Empty,
    Relative,
    Writable,
    BuildDirectory,
}

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    for (node, facts) in view.objects() {
        let rpath = facts.rpath.as_ref().filter(|_| facts.runpath.is_none()).map(|path| ("RPATH", path));
        let runpath = facts.runpath.as_ref().map(|path| ("RUNPATH", path));
        for (tag, path) in rpath.into_iter().chain(runpath) {
            for element in path.split(|byte| *byte == b':') {
                let Some(defect) = defect(view, element) else { continue };
                let message = format!("its {tag} {}", description(element, &defect));
                let subject = BStr::new(element);
                let finding = findings.report(node, subject, message);
                finding.evidence.push(format!("{tag} is {path:?}"));
                finding.fix.push(Fix::Instruction("patchelf --set-rpath '$ORIGIN/…' FILE".to_owned()));
                if matches!(defect, Defect::BuildDirectory) {
                    finding.at_most(Severity::Note);
                }
            }
        }
    }
    let library_path = view.config.ld_library_path.as_ref();
    for element in library_path.iter().flat_map(|path| path.split([':', ';'])) {
        if let Some(defect) = defect(view, element.as_bytes()) {
            let message =
                format!("LD_LIBRARY_PATH of the image {}", description(element.as_bytes(), &defect));
            let finding = findings.report_at(&RootedPath::root(), Reach::Entrypoint, element, message);
            if matches!(defect, Defect::BuildDirectory) {
                finding.at_most(Severity::Note);
            }
        }
    }
}

/// Describes a defect.
fn description(element: &[u8], defect: &Defect) -> String {
    let element = BStr::new(element);
    match defect {
        Defect::Empty => "has an empty element, which means the current directory".to_owned(),
        Defect::Relative => format!("has the relative directory {element}, which depends on the current one"),
        Defect::Writable => format!("has {element}, which anyone may write to"),
        Defect::BuildDirectory => format!("has {element}, a directory of the machine that built it"),
    }
}

/// Returns the defect of an element, if it has one.
fn defect(view: &View<'_>, element: &[u8]) -> Option<Defect> {
    if element.is_empty() {
        return Some(Defect::Empty);
    }
    if element.starts_with(b"$") {
        return None;
    }
    if !element.starts_with(b"/") {
        return Some(Defect::Relative);
    }
    let path = RootedPath::new(element);
    let is_below = |directory: &&str| path.below(&RootedPath::new(directory)).is_some();
    if SHARED.iter().any(&is_below) {
        return Some(Defect::Writable);
    }
    let node = view.root.resolve(view.root.top(), path.as_bytes()).ok();
    match node.and_then(|node| view.root.entry(node)).map(|entry| &entry.kind) {
        Some(EntryKind::Directory(permissions)) if permissions.mode & 0o002 != 0 => Some(Defect::Writable),
        None if node.is_none() && BUILD.iter().any(is_below) => Some(Defect::BuildDirectory),
        _ => None,
    }
}
