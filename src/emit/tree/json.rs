//! `sodeb tree --format json`, schema sodeb.tree/1.

use bstr::BStr;
use serde::Serialize;

use super::problems::LinkProblem;
use crate::app::{LinkedApps, Role, Script, StartObject};
use crate::loader::{Attempt, Edge, LinkMap, ObjectIndex, Outcome};
use crate::solve::closure::PackageOf;
use crate::tree::root::Root;
use crate::vocabulary::{PackageName, Soname};

#[derive(Serialize)]
struct Document<'root> {
    schema: &'static str,
    objects: Vec<Object<'root>>,
}

#[derive(Serialize)]
struct Object<'root> {
    path: String,
    interpreter: Option<String>,
    kind: &'static str,
    libc: Option<&'static str>,
    needed: Vec<Needed<'root>>,
    problems: Vec<Problem>,
}

#[derive(Serialize)]
struct Needed<'root> {
    soname: &'root Soname,
    by: String,
    found: Option<String>,
    /// Only where packages were put in place.
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<PackageName>,
    rule: Option<&'static str>,
    via: Option<String>,
    tried: Vec<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Serialize)]
struct Place {
    path: String,
    why: String,
}

#[derive(Serialize)]
struct Problem {
    kind: &'static str,
    object: String,
    detail: String,
}

/// The whole answer as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the encoder's signature has it.
pub fn tree_json(
    root: &Root<'_>,
    linked: &LinkedApps<'_>,
    package_of: PackageOf<'_>,
) -> serde_json::Result<String> {
    let starts = linked.starts.iter().map(|start| object(root, linked, package_of, start));
    let scripts = linked.scripts.iter().map(|script| script_object(root, package_of, script));
    let objects = starts.chain(scripts).collect();
    serde_json::to_string_pretty(&Document { schema: "sodeb.tree/1", objects })
}

fn object<'root>(
    root: &Root<'_>,
    linked: &LinkedApps<'_>,
    package_of: PackageOf<'_>,
    start: &StartObject<'root>,
) -> Object<'root> {
    let map = &start.map;
    Object {
        path: root.path(map.start().node).to_string(),
        interpreter: map.interpreter.map(|interpreter| interpreter.path.to_string()),
        kind: kind_of(start.role),
        libc: Some(map.libc.name()),
        needed: map.edges.iter().map(|edge| needed(map, package_of, edge)).collect(),
        problems: super::problems::problems(root, linked, start).into_iter().map(problem).collect(),
    }
}

/// A script needs what its interpreter needs.
fn script_object<'root>(root: &Root<'_>, package_of: PackageOf<'_>, script: &Script<'root>) -> Object<'root> {
    let edges = script.map.iter();
    let edges = edges.flat_map(|map| map.edges.iter().map(move |edge| needed(map, package_of, edge)));
    Object {
        path: root.path(script.node).to_string(),
        interpreter: Some(script.interpreter.to_string()),
        kind: "script",
        libc: script.map.as_ref().map(|map| map.libc.name()),
        needed: edges.collect(),
        problems: super::problems::problem_of_script(root, script).into_iter().map(problem).collect(),
    }
}

fn problem(problem: LinkProblem) -> Problem {
    Problem { kind: problem.kind, object: problem.object.to_string(), detail: problem.detail }
}

fn needed<'root>(map: &LinkMap<'root>, package_of: PackageOf<'_>, edge: &Edge<'root>) -> Needed<'root> {
    let path = |object: ObjectIndex| map[object].path.to_string();
    let by = path(edge.by);
    let soname = edge.soname();
    match &edge.outcome {
        Outcome::Found { object, rule, via, tried } => Needed {
            soname,
            by,
            found: Some(path(*object)),
            package: package_of(map[*object].node),
            rule: Some(rule.name()),
            via: via.map(path),
            tried: tried.iter().map(place).collect(),
            error: None,
        },
        Outcome::Missing { fatal, tried } => Needed {
            soname,
            by,
            found: None,
            package: None,
            rule: None,
            via: None,
            tried: tried.iter().map(place).collect(),
            error: Some(match fatal {
                Some(fatal) => format!("{}: {}", BStr::new(&fatal.path), fatal.why),
                None => "not found".to_owned(),
            }),
        },
    }
}

fn place(tried: &Attempt) -> Place {
    Place { path: tried.path.to_string(), why: tried.why.to_string() }
}

/// The word for a role in the tree schema.
fn kind_of(role: Role) -> &'static str {
    match role {
        Role::Program => "program",
        Role::PythonExtension | Role::RubyExtension | Role::NodeAddon => "extension",
        Role::Library => "library",
    }
}
