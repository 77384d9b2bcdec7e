//! `sodeb tree --format json`, schema sodeb.tree/1.

use bstr::BStr;
use serde::Serialize;

use super::problems::{LinkProblem, link_problems, problem_of_script};
use crate::app::{LinkedApps, Role, Script, StartObject};
use crate::loader::{Attempt, Edge, LinkMap, ObjectIndex, Outcome};
use crate::solve::closure::PackageOf;
use crate::tree::root::Root;
use crate::vocabulary::{PackageName, Soname};

#[derive(Serialize)]
struct Document<'root> {
    schema: &'static str,
    objects: Vec<ObjectRow<'root>>,
}

#[derive(Serialize)]
struct ObjectRow<'root> {
    path: String,
    interpreter: Option<String>,
    kind: &'static str,
    libc: Option<&'static str>,
    needed: Vec<NeedRow<'root>>,
    problems: Vec<ProblemRow>,
}

#[derive(Serialize)]
struct NeedRow<'root> {
    soname: &'root Soname,
    by: String,
    found: Option<String>,
    /// Package of the file, if packages were read.
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<PackageName>,
    rule: Option<&'static str>,
    via: Option<String>,
    tried: Vec<AttemptRow>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct AttemptRow {
    path: String,
    reason: String,
}

#[derive(Serialize)]
struct ProblemRow {
    kind: &'static str,
    object: String,
    detail: String,
}

/// Writes the link maps as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn tree_json(
    root: &Root<'_>,
    linked: &LinkedApps<'_>,
    package_of: PackageOf<'_>,
) -> serde_json::Result<String> {
    let starts = linked.starts.iter().map(|start| object_row(root, linked, package_of, start));
    let scripts = linked.scripts.iter().map(|script| script_row(root, package_of, script));
    let objects = starts.chain(scripts).collect();
    serde_json::to_string_pretty(&Document { schema: "sodeb.tree/1", objects })
}

fn object_row<'root>(
    root: &Root<'_>,
    linked: &LinkedApps<'_>,
    package_of: PackageOf<'_>,
    start: &StartObject<'root>,
) -> ObjectRow<'root> {
    let map = &start.map;
    ObjectRow {
        path: root.path(map.start().node).to_string(),
        interpreter: map.interpreter.map(|interpreter| interpreter.path.to_string()),
        kind: kind_of(start.role),
        libc: Some(map.libc.name()),
        needed: map.edges.iter().map(|edge| need_row(map, package_of, edge)).collect(),
        problems: link_problems(root, linked, start).into_iter().map(problem_row).collect(),
    }
}

/// Creates the row of a script, which needs what its interpreter needs.
fn script_row<'root>(root: &Root<'_>, package_of: PackageOf<'_>, script: &Script<'root>) -> ObjectRow<'root> {
    let edges = script.map.iter();
    let edges = edges.flat_map(|map| map.edges.iter().map(move |edge| need_row(map, package_of, edge)));
    ObjectRow {
        path: root.path(script.node).to_string(),
        interpreter: Some(script.interpreter.to_string()),
        kind: "script",
        libc: script.map.as_ref().map(|map| map.libc.name()),
        needed: edges.collect(),
        problems: problem_of_script(root, script).into_iter().map(problem_row).collect(),
    }
}

fn problem_row(problem: LinkProblem) -> ProblemRow {
    ProblemRow { kind: problem.kind, object: problem.object.to_string(), detail: problem.detail }
}

fn need_row<'root>(map: &LinkMap<'root>, package_of: PackageOf<'_>, edge: &Edge<'root>) -> NeedRow<'root> {
    let path = |object: ObjectIndex| map[object].path.to_string();
    let by = path(edge.by);
    let soname = edge.soname();
    match &edge.outcome {
        Outcome::Found { object, rule, via, tried } => NeedRow {
            soname,
            by,
            found: Some(path(*object)),
            package: package_of(map[*object].node),
            rule: Some(rule.name()),
            via: via.map(path),
            tried: tried.iter().map(attempt_row).collect(),
            error: None,
        },
        Outcome::Missing { fatal, tried } => NeedRow {
            soname,
            by,
            found: None,
            package: None,
            rule: None,
            via: None,
            tried: tried.iter().map(attempt_row).collect(),
            error: Some(match fatal {
                Some(fatal) => format!("{}: {}", BStr::new(&fatal.path), fatal.why),
                None => "not found".to_owned(),
            }),
        },
    }
}

fn attempt_row(attempt: &Attempt) -> AttemptRow {
    AttemptRow { path: attempt.path.to_string(), reason: attempt.why.to_string() }
}

/// Returns the word for a role.
fn kind_of(role: Role) -> &'static str {
    match role {
        Role::Program => "program",
        Role::PythonExtension | Role::RubyExtension | Role::NodeAddon => "extension",
        Role::Library => "library",
    }
}
