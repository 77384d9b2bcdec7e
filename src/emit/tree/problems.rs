//! Problems, other than missing libraries, that keep start objects from loading.

use std::collections::BTreeSet;

use bstr::{BStr, BString};

use crate::app::{LinkedApps, Role, Script, StartObject};
use crate::loader::{Foreign, Libc, foreign};
use crate::tree::root::Root;

/// A problem that keeps an object from loading.
pub(crate) struct LinkProblem {
    pub(crate) kind: &'static str,
    pub(crate) object: BString,
    pub(crate) detail: String,
}

/// Returns the problems of a start object and of what it loads.
pub(crate) fn link_problems(
    root: &Root<'_>,
    linked: &LinkedApps<'_>,
    start: &StartObject<'_>,
) -> Vec<LinkProblem> {
    let map = &start.map;
    let mut problems = Vec::new();
    let mut push = |kind, object: &BString, detail| {
        problems.push(LinkProblem { kind, object: object.clone(), detail });
    };
    match foreign(root, map.start().facts) {
        Some(Foreign::Libc(libc)) => {
            push("musl", &map.start().path, format!("built for {libc}, but only {} is present", other(libc)));
        }
        Some(Foreign::Machine(platform)) => {
            push("architecture", &map.start().path, format!("built for {}", platform.triplet));
        }
        Some(Foreign::System(system)) => {
            push("system", &map.start().path, format!("built for {system}"));
        }
        None => {}
    }
    if let Some(interpreter) = map.interpreter.filter(|interpreter| interpreter.node.is_none()) {
        let detail = format!("its dynamic linker {} does not exist", interpreter.path);
        push("interpreter", &map.start().path, detail);
    }
    for missing in map.missing_versions.iter().filter(|missing| !missing.weak) {
        let provider = &map.objects[missing.provider].path;
        let detail = format!("{provider} does not define version {}", missing.version);
        push("version", &map.objects[missing.by].path, detail);
    }
    for (soname, other) in load_order_dependent(linked, start) {
        let detail = format!("{soname} is found only if {} is loaded first", other.map.start().path);
        push("load-order", &map.start().path, detail);
    }
    problems
}

/// Returns the problem of a script whose interpreter does not exist.
pub(crate) fn problem_of_script(root: &Root<'_>, script: &Script<'_>) -> Option<LinkProblem> {
    script.found.is_none().then(|| LinkProblem {
        kind: "interpreter",
        object: root.path(script.node).as_bytes().into(),
        detail: format!("its interpreter {} does not exist", script.interpreter),
    })
}

fn other(libc: Libc) -> Libc {
    match libc {
        Libc::Glibc => Libc::Musl,
        Libc::Musl => Libc::Glibc,
    }
}

/// Returns the missing sonames that another start object loads into the same process, each with the first such object.
/// Two programs never share a process.
fn load_order_dependent<'linked, 'root>(
    linked: &'linked LinkedApps<'root>,
    start: &'linked StartObject<'root>,
) -> Vec<(&'linked BStr, &'linked StartObject<'root>)> {
    if start.role == Role::Program {
        return Vec::new();
    }
    let missing: BTreeSet<&BStr> =
        start.map.missing().map(|edge| BStr::new(edge.soname().as_bytes())).collect();
    let machine = start.map.start().facts.machine;
    let loader_of = |soname: &BStr| {
        linked.starts.iter().find(|other| {
            other.role != Role::Program
                && other.map.start().facts.machine == machine
                && other.map.start().node != start.map.start().node
                && other.map.loaded_as(soname).is_some()
        })
    };
    missing.into_iter().filter_map(|soname| Some((soname, loader_of(soname)?))).collect()
}
