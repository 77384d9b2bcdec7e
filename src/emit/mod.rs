//! Answers as text and JSON: pure functions from a stage's value to what is printed, one format a file.

mod resolve_json;
mod resolve_text;
mod style;
mod tree_json;
mod tree_text;
mod why;

pub use resolve_json::resolve_json;
pub use resolve_text::resolve_text;
pub use tree_json::tree_json;
pub use tree_text::tree_text;
pub use why::{why_json, why_text};

use bstr::BStr;

use crate::app::Role;
use crate::loader::LinkMap;

/// The word for a role in the tree schema.
fn kind_of(role: Role) -> &'static str {
    match role {
        Role::Program => "program",
        Role::PythonExtension | Role::RubyExtension | Role::NodeAddon => "extension",
        Role::Library => "library",
    }
}

/// Something that keeps a start object from loading beside a missing library.
pub(crate) struct LinkProblem<'map> {
    pub(crate) kind: &'static str,
    pub(crate) object: &'map BStr,
    pub(crate) detail: String,
}

pub(crate) fn problems<'map>(map: &'map LinkMap<'_>) -> Vec<LinkProblem<'map>> {
    let mut problems = Vec::new();
    if let Some(interpreter) = map.interpreter.filter(|interpreter| interpreter.node.is_none()) {
        problems.push(LinkProblem {
            kind: "interpreter",
            object: BStr::new(&map.start().path),
            detail: format!("its dynamic linker {} is not there", interpreter.path),
        });
    }
    for missing in map.missing_versions.iter().filter(|missing| !missing.weak) {
        let provider = &map.objects[missing.provider].path;
        problems.push(LinkProblem {
            kind: "version",
            object: BStr::new(&map.objects[missing.by].path),
            detail: format!("version {} is not in {provider}", missing.version),
        });
    }
    problems
}
