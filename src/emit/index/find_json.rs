//! `sodeb index find --format json`, schema sodeb.index-find/1.

use serde::Serialize;

use super::answers::{FindAnswer, FindQuestion, FoundIn};
use crate::debian::library_index::FoundObject;
use crate::elf::{NeededVersion, VersionNeed};
use crate::emit::rows::TargetRow;
use crate::vocabulary::{PackageName, RootedPath, Soname};

#[derive(Serialize)]
struct Document<'answer> {
    schema: &'static str,
    #[serde(flatten)]
    question: FindQuestion<'answer>,
    catalogs: Vec<FoundRow<'answer>>,
}

#[derive(Serialize)]
struct FoundRow<'answer> {
    #[serde(flatten)]
    target: TargetRow<'answer>,
    libraries: Vec<LibraryRow<'answer>>,
    /// True if more libraries match than were requested.
    truncated: bool,
    /// Number of packages with libraries that no library index contains; only if a library index was searched.
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown_packages: Option<usize>,
}

#[derive(Serialize)]
struct LibraryRow<'answer> {
    path: &'answer RootedPath,
    package: &'answer PackageName,
    /// Facts of the object; only if a library index was searched.
    #[serde(flatten)]
    facts: Option<FactsRow<'answer>>,
}

#[derive(Serialize)]
struct FactsRow<'answer> {
    links: &'answer [RootedPath],
    soname: Option<&'answer Soname>,
    needed: &'answer [Soname],
    version_definitions: Vec<String>,
    version_needs: Vec<VersionRow<'answer>>,
}

#[derive(Serialize)]
struct VersionRow<'answer> {
    soname: &'answer Soname,
    version: String,
    weak: bool,
}

/// Writes a search and its results as one JSON document, without a newline at its end.
///
/// # Errors
/// Never for these types; the signature is the encoder's.
pub fn index_find_json(question: FindQuestion<'_>, answers: &[FindAnswer]) -> serde_json::Result<String> {
    let catalogs = answers.iter().map(found_row).collect();
    serde_json::to_string_pretty(&Document { schema: "sodeb.index-find/1", question, catalogs })
}

fn found_row(answer: &FindAnswer) -> FoundRow<'_> {
    let (libraries, unknown_packages) = match &answer.found {
        FoundIn::Catalog(found) => {
            let rows = found.libraries.iter().map(|library| LibraryRow {
                path: &library.path,
                package: &library.package,
                facts: None,
            });
            (rows.collect(), None)
        }
        FoundIn::LibraryIndex { objects, unknown_packages } => {
            (objects.objects.iter().map(library_row).collect(), Some(*unknown_packages))
        }
    };
    let target = TargetRow::new(&answer.provenance, None);
    FoundRow { target, libraries, truncated: answer.is_truncated(), unknown_packages }
}

fn library_row(object: &FoundObject) -> LibraryRow<'_> {
    let facts = FactsRow {
        links: &object.links,
        soname: object.soname.as_ref(),
        needed: &object.needed,
        version_definitions: object.version_definitions.iter().map(ToString::to_string).collect(),
        version_needs: object.version_needs.iter().flat_map(version_rows).collect(),
    };
    LibraryRow { path: &object.path, package: &object.package, facts: Some(facts) }
}

fn version_rows(need: &VersionNeed) -> impl Iterator<Item = VersionRow<'_>> {
    let row = |version: &NeededVersion| VersionRow {
        soname: &need.file,
        version: version.name.to_string(),
        weak: version.weak,
    };
    need.versions.iter().map(row)
}
