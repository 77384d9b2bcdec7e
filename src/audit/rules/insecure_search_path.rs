//! insecure-search-path: a library would be taken from where others can put one.

use bstr::BStr;

use super::Rule;
use crate::audit::finding::{Fix, Reach, Severity};
use crate::audit::view::{Findings, View};
use crate::tree::inventory::EntryKind;
use crate::vocabulary::RootedPath;

/// Directories that everyone may write to on any system.
const SHARED: [&str; 3] = ["/tmp", "/var/tmp", "/dev/shm"];

/// Where things are built and nothing is installed.
const BUILD: [&str; 10] =
    ["/home", "/root", "/build", "/builds", "/workspace", "/__w", "/io", "/usr/src", "/mnt", "/github"];

pub(super) static RULE: Rule = Rule {
    code: "insecure-search-path",
    severity: Severity::Warning,
    title: "a search path leads to where others can write",
    explanation: "An element of DT_RPATH, DT_RUNPATH or LD_LIBRARY_PATH is empty or relative, so that it means the \
                  directory in which the program happens to be started, or is a directory that anyone may write to: whoever \
                  can put a file there has it loaded. A directory of the machine on which the object was built, which the \
                  image does not have, is a note: whoever may make it may do the same.",
    fix: "`patchelf --set-rpath` or `chrpath` with a path below $ORIGIN; no empty elements in LD_LIBRARY_PATH.",
    check,
};

/// What is wrong with an element of a search path.
enum Fault {
    Empty,
    Relative,
    Writable,
    OfBuild,
}

fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    for (node, facts) in view.objects() {
        let rpath = facts.rpath.as_ref().filter(|_| facts.runpath.is_none()).map(|path| ("RPATH", path));
        let runpath = facts.runpath.as_ref().map(|path| ("RUNPATH", path));
        for (tag, path) in rpath.into_iter().chain(runpath) {
            for element in path.split(|byte| *byte == b':') {
                let Some(fault) = fault(view, element) else { continue };
                let message = format!("its {tag} {}", words(element, &fault));
                let subject = BStr::new(element);
                let finding = findings.report(node, subject, message);
                finding.why.push(format!("{tag} is {path:?}"));
                finding.fix.push(Fix::Words("patchelf --set-rpath '$ORIGIN/…' FILE".to_owned()));
                if matches!(fault, Fault::OfBuild) {
                    finding.at_most(Severity::Note);
                }
            }
        }
    }
    let library_path = view.subject.sources.image.as_ref().and_then(|facts| facts.ld_library_path.as_ref());
    for element in library_path.iter().flat_map(|path| path.split([':', ';'])) {
        if let Some(fault) = fault(view, element.as_bytes()) {
            let message = format!("LD_LIBRARY_PATH of the image {}", words(element.as_bytes(), &fault));
            let finding = findings.report_at(&RootedPath::root(), Reach::Entrypoint, element, message);
            if matches!(fault, Fault::OfBuild) {
                finding.at_most(Severity::Note);
            }
        }
    }
}

fn words(element: &[u8], fault: &Fault) -> String {
    let element = BStr::new(element);
    match fault {
        Fault::Empty => "has an empty element, which means the current directory".to_owned(),
        Fault::Relative => format!("has the relative directory {element}, which starts at the current one"),
        Fault::Writable => format!("has {element}, which anyone may write to"),
        Fault::OfBuild => format!("has {element}, a directory of where it was built"),
    }
}

fn fault(view: &View<'_>, element: &[u8]) -> Option<Fault> {
    if element.is_empty() {
        return Some(Fault::Empty);
    }
    if element.starts_with(b"$") {
        return None;
    }
    if !element.starts_with(b"/") {
        return Some(Fault::Relative);
    }
    let path = RootedPath::new(element);
    let is_below = |directory: &&str| path.below(&RootedPath::new(directory)).is_some();
    if SHARED.iter().any(&is_below) {
        return Some(Fault::Writable);
    }
    let node = view.root.resolve(view.root.top(), path.as_bytes()).ok();
    match node.and_then(|node| view.root.entry(node)).map(|entry| &entry.kind) {
        Some(EntryKind::Directory(permissions)) if permissions.mode & 0o002 != 0 => Some(Fault::Writable),
        None if node.is_none() && BUILD.iter().any(is_below) => Some(Fault::OfBuild),
        _ => None,
    }
}
