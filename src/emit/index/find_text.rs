//! `sodeb index find` as text.

use super::answers::{FindAnswer, FoundIn};
use crate::debian::library_index::FoundObject;
use crate::emit::escape::printable;
use crate::emit::humanize::{listed, target_name};
use crate::emit::lines::Lines;
use crate::emit::style::{DIM, HEADING, paint};
use crate::vocabulary::{PackageName, RootedPath};

/// Writes a line for each library, below the name of its target if there are several. `verbose` adds the facts of
/// objects.
pub fn index_find_text(answers: &[FindAnswer], verbose: bool) -> String {
    let is_one = answers.len() == 1;
    let indent = if is_one { "" } else { "  " };
    let mut text = Lines::default();
    for answer in answers {
        if !is_one {
            text.line(paint(HEADING, target_name(&answer.provenance.target)));
        }
        let mut library = |path: &RootedPath, package: &PackageName, facts: Vec<String>| {
            text.line(format_args!("{indent}{}  {}", printable(path), paint(HEADING, package)));
            text.extend(facts.iter().map(|fact| format!("{indent}  {}", paint(DIM, fact))));
        };
        match &answer.found {
            FoundIn::Catalog(found) => {
                let libraries = found.libraries.iter();
                libraries.for_each(|found| library(&found.path, &found.package, Vec::new()));
            }
            FoundIn::LibraryIndex { objects, .. } => objects.objects.iter().for_each(|object| {
                let facts = if verbose { facts(object) } else { Vec::new() };
                library(&object.path, &object.package, facts);
            }),
        }
    }
    text.into_text()
}

/// Lists the facts of an object.
fn facts(object: &FoundObject) -> Vec<String> {
    let mut facts = Vec::new();
    if !object.links.is_empty() {
        facts.push(format!("linked as {}", listed(object.links.iter().map(printable))));
    }
    facts.extend(object.soname.as_ref().map(|soname| format!("soname {}", printable(soname))));
    if !object.version_definitions.is_empty() {
        facts.push(format!("defines {}", listed(object.version_definitions.iter().map(printable))));
    }
    for soname in &object.needed {
        let needs = object.version_needs.iter().filter(|need| need.file == *soname);
        let versions: Vec<_> = needs.flat_map(|need| &need.versions).map(|version| &version.name).collect();
        let versions = match versions.as_slice() {
            [] => String::new(),
            versions => format!(" ({})", listed(versions.iter().map(printable))),
        };
        facts.push(format!("needs {}{versions}", printable(soname)));
    }
    facts
}
