//! What keeps a start object from loading beside a missing library, as `sodeb tree` tells it.

use std::collections::BTreeSet;

use bstr::{BStr, BString};

use crate::app::{LinkedApps, Role, Script, StartObject};
use crate::loader::{Foreign, Libc, foreign};
use crate::tree::root::Root;

/// Something that keeps an object from loading.
pub(crate) struct LinkProblem {
    pub(crate) kind: &'static str,
    pub(crate) object: BString,
    pub(crate) detail: String,
}

/// The problems of a start object and of what it loads.
pub(crate) fn problems(
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
            push("musl", &map.start().path, format!("made for {libc}, and only {} is here", other(libc)));
        }
        Some(Foreign::Machine(platform)) => {
            push("architecture", &map.start().path, format!("made for {}", platform.triplet));
        }
        None => {}
    }
    if let Some(interpreter) = map.interpreter.filter(|interpreter| interpreter.node.is_none()) {
        let detail = format!("its dynamic linker {} is not there", interpreter.path);
        push("interpreter", &map.start().path, detail);
    }
    for missing in map.missing_versions.iter().filter(|missing| !missing.weak) {
        let provider = &map.objects[missing.provider].path;
        let detail = format!("version {} is not in {provider}", missing.version);
        push("version", &map.objects[missing.by].path, detail);
    }
    for (soname, other) in met_by_luck(linked, start) {
        let detail = format!("{soname} is there only if {} is loaded before", other.map.start().path);
        push("load-order", &map.start().path, detail);
    }
    problems
}

/// The problem of a script whose interpreter is not there.
pub(crate) fn problem_of_script(root: &Root<'_>, script: &Script<'_>) -> Option<LinkProblem> {
    script.found.is_none().then(|| LinkProblem {
        kind: "interpreter",
        object: root.path(script.node).as_bytes().into(),
        detail: format!("its interpreter {} is not there", script.interpreter),
    })
}

fn other(libc: Libc) -> Libc {
    match libc {
        Libc::Glibc => Libc::Musl,
        Libc::Musl => Libc::Glibc,
    }
}

/// The missing sonames that another start object would have brought into the same process, each with the
/// first that does. A program is never loaded beside another one.
fn met_by_luck<'linked, 'root>(
    linked: &'linked LinkedApps<'root>,
    start: &'linked StartObject<'root>,
) -> Vec<(&'linked BStr, &'linked StartObject<'root>)> {
    if start.role == Role::Program {
        return Vec::new();
    }
    let missing: BTreeSet<&BStr> =
        start.map.missing().map(|edge| BStr::new(edge.soname().as_bytes())).collect();
    let machine = start.map.start().facts.machine;
    let bringer_of = |soname: &BStr| {
        linked.starts.iter().find(|other| {
            other.role != Role::Program
                && other.map.start().facts.machine == machine
                && other.map.start().node != start.map.start().node
                && other.map.loaded_as(soname).is_some()
        })
    };
    missing.into_iter().filter_map(|soname| Some((soname, bringer_of(soname)?))).collect()
}
