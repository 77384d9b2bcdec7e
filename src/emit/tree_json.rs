//! `sodeb tree --format json`, schema sodeb.tree/1.

use bstr::BStr;
use serde::Serialize;

use crate::app::{Linked, Started};
use crate::loader::{Edge, LinkMap, Outcome, Tried};
use crate::root::Root;
use crate::vocabulary::Soname;

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
    libc: &'static str,
    needed: Vec<Needed<'root>>,
    problems: Vec<Problem>,
}

#[derive(Serialize)]
struct Needed<'root> {
    soname: &'root Soname,
    by: String,
    found: Option<String>,
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
pub fn tree_json(root: &Root<'_>, linked: &Linked<'_>) -> serde_json::Result<String> {
    let objects = linked.starts.iter().map(|start| object(root, start)).collect();
    serde_json::to_string_pretty(&Document { schema: "sodeb.tree/1", objects })
}

fn object<'root>(root: &Root<'_>, start: &Started<'root>) -> Object<'root> {
    let map = &start.map;
    Object {
        path: root.path(map.start().node).to_string(),
        interpreter: map.interpreter.map(|interpreter| interpreter.path.to_string()),
        kind: super::kind_of(start.role),
        libc: map.libc.name(),
        needed: map.edges.iter().map(|edge| needed(map, edge)).collect(),
        problems: super::problems(map)
            .into_iter()
            .map(|problem| Problem {
                kind: problem.kind,
                object: problem.object.to_string(),
                detail: problem.detail,
            })
            .collect(),
    }
}

fn needed<'root>(map: &LinkMap<'root>, edge: &Edge<'root>) -> Needed<'root> {
    let path = |object: usize| map.objects[object].path.to_string();
    let by = path(edge.by);
    let soname = edge.soname;
    match &edge.outcome {
        Outcome::Found { object, rule, via, tried } => Needed {
            soname,
            by,
            found: Some(path(*object)),
            rule: Some(rule.name()),
            via: via.map(path),
            tried: tried.iter().map(place).collect(),
            error: None,
        },
        Outcome::Missing { fatal, tried } => Needed {
            soname,
            by,
            found: None,
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

fn place(tried: &Tried) -> Place {
    Place { path: tried.path.to_string(), why: tried.why.to_string() }
}
