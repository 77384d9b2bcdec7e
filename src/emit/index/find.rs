//! `sodeb index find` as text and as JSON (schema sodeb.index-find/1).

use std::fmt::Write;

use serde::Serialize;

use super::show_json::TargetRow;
use super::show_text::name;
use crate::debian::catalog::{FoundLibraries, Provenance};
use crate::debian::library_index::{FoundObject, FoundObjects};
use crate::elf::{NeededVersion, VersionNeed};
use crate::emit::escape::printable;
use crate::emit::humanize::listed;
use crate::emit::style::{DIM, PATH, paint};
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// What was asked for, as the user typed it.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct FindQuestion<'answer> {
    /// PATTERN.
    pub pattern: Option<&'answer str>,
    /// `--package`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<&'answer str>,
    /// `--soname`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub soname: Option<&'answer str>,
    /// `--version`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<&'answer str>,
    /// `--needs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs: Option<&'answer str>,
}

/// What was found in one target.
#[derive(Debug)]
pub struct FindAnswer {
    /// The catalog.
    pub provenance: Provenance,
    /// What it or a library index says.
    pub found: FoundIn,
}

/// Who answered.
#[derive(Debug)]
pub enum FoundIn {
    /// The catalog, which knows paths and packages.
    Catalog(FoundLibraries),
    /// A library index, which knows objects.
    LibraryIndex {
        /// The objects.
        objects: FoundObjects,
        /// How many packages with libraries no index knows.
        unknown_packages: usize,
    },
}

impl FindAnswer {
    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        match &self.found {
            FoundIn::Catalog(found) => found.libraries.is_empty(),
            FoundIn::LibraryIndex { objects, .. } => objects.objects.is_empty(),
        }
    }

    /// Whether there is more than is told.
    pub fn is_cut(&self) -> bool {
        match &self.found {
            FoundIn::Catalog(found) => found.is_truncated,
            FoundIn::LibraryIndex { objects, .. } => objects.is_truncated,
        }
    }
}

/// A library for each line, below the name of the target where there are several; with what objects say of themselves
/// where `verbose`.
pub fn index_find_text(answers: &[FindAnswer], verbose: bool) -> String {
    let is_one = answers.len() == 1;
    let indent = if is_one { "" } else { "  " };
    let mut text = String::new();
    for answer in answers {
        // Writing to a string does not fail.
        if !is_one {
            let _ = writeln!(text, "{}", paint(PATH, name(&answer.provenance.target)));
        }
        let mut line = |path: &RootedPath, package: &PackageName, facts: Vec<String>| {
            let _ = writeln!(text, "{indent}{}  {}", printable(path), paint(PATH, package));
            for fact in facts {
                let _ = writeln!(text, "{indent}  {}", paint(DIM, fact));
            }
        };
        match &answer.found {
            FoundIn::Catalog(found) => {
                found.libraries.iter().for_each(|library| line(&library.path, &library.package, Vec::new()));
            }
            FoundIn::LibraryIndex { objects, .. } => objects.objects.iter().for_each(|object| {
                let facts = if verbose { facts(object) } else { Vec::new() };
                line(&object.path, &object.package, facts);
            }),
        }
    }
    text
}

/// What an object says of itself, a line for each thing.
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
        let of_it = object.version_needs.iter().filter(|need| need.file == *soname);
        let versions: Vec<_> = of_it.flat_map(|need| &need.versions).map(|version| &version.name).collect();
        let versions = match versions.as_slice() {
            [] => String::new(),
            versions => format!(" ({})", listed(versions.iter().map(printable))),
        };
        facts.push(format!("needs {}{versions}", printable(soname)));
    }
    facts
}

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
    /// Whether there are more than were asked for.
    truncated: bool,
    /// Only where a library index answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown_packages: Option<usize>,
}

#[derive(Serialize)]
struct LibraryRow<'answer> {
    path: &'answer RootedPath,
    package: &'answer PackageName,
    /// Only where a library index answers.
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

/// What was asked for and found.
///
/// # Errors
/// When the answer cannot be written as JSON.
pub fn index_find_json(question: FindQuestion<'_>, answers: &[FindAnswer]) -> serde_json::Result<String> {
    let catalogs = answers.iter().map(FoundRow::of).collect();
    serde_json::to_string_pretty(&Document { schema: "sodeb.index-find/1", question, catalogs })
}

impl<'answer> FoundRow<'answer> {
    fn of(answer: &'answer FindAnswer) -> Self {
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
                (objects.objects.iter().map(LibraryRow::of).collect(), Some(*unknown_packages))
            }
        };
        let (target, truncated) = (TargetRow::of(&answer.provenance), answer.is_cut());
        Self { target, libraries, truncated, unknown_packages }
    }
}

impl<'answer> LibraryRow<'answer> {
    fn of(object: &'answer FoundObject) -> Self {
        let facts = FactsRow {
            links: &object.links,
            soname: object.soname.as_ref(),
            needed: &object.needed,
            version_definitions: object.version_definitions.iter().map(ToString::to_string).collect(),
            version_needs: object.version_needs.iter().flat_map(VersionRow::of).collect(),
        };
        Self { path: &object.path, package: &object.package, facts: Some(facts) }
    }
}

impl<'answer> VersionRow<'answer> {
    fn of(need: &'answer VersionNeed) -> impl Iterator<Item = Self> {
        let row = |version: &'answer NeededVersion| Self {
            soname: &need.file,
            version: version.name.to_string(),
            weak: version.weak,
        };
        need.versions.iter().map(row)
    }
}
