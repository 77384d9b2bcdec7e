//! dangling-link: a link that is shipped leads nowhere.

use bstr::ByteSlice;

use crate::app::{AppKind, Venv, VenvPython, venvs};
use crate::audit::finding::{Fix, Reach};
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::tree::root::{MountId, NodeId, PathError};
use crate::vocabulary::{RootedPath, Severity};

/// Directories whose contents exist only while a container runs.
const AT_RUN_TIME: [&str; 7] = ["/proc", "/dev", "/sys", "/run", "/var/run", "/tmp", "/var/tmp"];

pub(super) static RULE: Rule = Rule {
    code: "dangling-link",
    scope: RuleScope::Everywhere,
    severity: Severity::Error,
    title: "a link leads nowhere",
    explanation: "A link of an included file leads to a file of another package that is not included: it cannot be \
                  opened or started. A link of a tree to a file outside of it that does not exist is a warning, \
                  since code may do without it, one to a missing file inside of it is a note. In images the links \
                  in the directories of PATH are checked. Links to /proc, /run and other directories that are \
                  filled at run time are not reported.",
    fix: "Include the target, or leave the link out.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    if !view.is_complete {
        return;
    }
    let links = links(view);
    // Its Python has a rule of its own.
    let pythons: Vec<RootedPath> = match links.is_empty() {
        true => Vec::new(),
        false => venvs(view.root, view.trees).iter().filter(|venv| is_open(venv)).map(python_links).collect(),
    };
    for Link { node, is_included, top } in links {
        let (_, target) = view.root.end_of_link(node);
        let path = view.root.path(node);
        let is_at_run_time = AT_RUN_TIME.iter().any(|top| target.below(&RootedPath::new(top)).is_some());
        if is_at_run_time || pythons.iter().any(|start| path.as_bytes().starts_with(start.as_bytes())) {
            continue;
        }
        let message = format!("a link to {target}, which does not exist");
        let reach = if view.entrypoint.may_start_anything { Reach::Possible } else { Reach::Unreached };
        let finding = findings.report_at(&path, reach, &target, message);
        finding.fix.push(Fix::Instruction(format!("add {target}, or leave the link out")));
        if is_included && is_opened(&path) {
            finding.severity = Severity::Error;
        } else if is_included {
            finding.at_most(Severity::Warning);
        } else {
            let is_inside = top.is_some_and(|top| target.below(&top).is_some());
            finding.at_most(if is_inside { Severity::Note } else { Severity::Warning });
        }
    }
}

/// A link that leads nowhere.
struct Link {
    node: NodeId,
    is_included: bool,
    /// Top of the tree that it is in; none for that of an image.
    top: Option<RootedPath>,
}

fn links(view: &View<'_>) -> Vec<Link> {
    let included: Vec<MountId> = view.trees.included_mounts().map(|(mount, _)| mount).collect();
    let mut links = Vec::new();
    for (mount, app) in view.trees.start_mounts() {
        let is_included = included.contains(&mount);
        let is_image = app.kind == AppKind::Rootfs;
        for (node, _) in view.root.entries_of(mount) {
            let is_link = view.root.link_target(node).is_some();
            if !is_link || view.root.follow(node) != Err(PathError::Absent) {
                continue;
            }
            if !is_image || is_on_path(view, node) {
                links.push(Link { node, is_included, top: (!is_image).then(|| app.at.clone()) });
            }
        }
    }
    links
}

/// True for programs and libraries. Links to data may be left over, as those of configurations that nothing reads.
fn is_opened(path: &RootedPath) -> bool {
    matches!(path.parent().file_name(), b"bin" | b"sbin") || path.file_name().contains_str(".so")
}

fn is_on_path(view: &View<'_>, node: NodeId) -> bool {
    let directory = view.root.directory_of(node);
    let on_path = view.entrypoint.path.iter().map(|path| view.root.resolve(view.root.top(), path.as_bytes()));
    on_path.into_iter().any(|resolved| resolved == Ok(directory))
}

fn is_open(venv: &Venv) -> bool {
    matches!(venv.python, VenvPython::Dangling(..))
}

/// Start of the paths of a venv's links to its Python.
fn python_links(venv: &Venv) -> RootedPath {
    venv.directory.join("bin/python")
}
