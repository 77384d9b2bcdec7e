//! `sodeb resolve` as text: a line for each app and each missing soname, then notes, problems and packages.

use std::collections::BTreeSet;

use super::unread::unread_by_cause;
use crate::app::{Language, VendoredFamily};
use crate::debian::catalog::Visibility;
use crate::emit::choice::{choice_words, smaller_words};
use crate::emit::escape::printable;
use crate::emit::humanize::{
    counted, listed, release_words, shortened, size, size_of_kib, thousands, unverified_words,
};
use crate::emit::lines::Lines;
use crate::emit::problem_lines::problem_lines;
use crate::emit::style::{BAD, DIM, GOOD, HEADING, paint};
use crate::solve::resolve::{Problem, Resolution, SonameAnswer, Status};
use crate::vocabulary::RootedPath;

/// Maximum number of lines for sonames that only packages need, without `-v`.
const INDIRECT_ROWS: usize = 10;

/// Maximum number of packages with unknown dependencies that are named.
const UNREAD_NAMES: usize = 5;

/// Maximum number of objects for other systems that are listed without `-v`.
const FOREIGN_OBJECTS: usize = 3;

/// Maximum number of libraries of optional objects that are listed without `-v`.
const OPTIONAL_ROWS: usize = 3;

/// Maximum width of the column of outcomes.
const OUTCOME_WIDTH: usize = 32;

/// Writes a resolution as text with colours as ANSI sequences. `all` adds the sonames that are found, and the version,
/// size and pool path of each package.
pub fn resolve_text(resolution: &Resolution, release_from: &str, all: bool) -> String {
    let mut writer = Writer { resolution, all, text: Lines::default() };
    writer.heading(release_from);
    writer.sonames();
    writer.notes();
    writer.problems();
    writer.optional();
    writer.packages();
    writer.not_checked();
    writer.text.into_text()
}

struct Writer<'answer> {
    resolution: &'answer Resolution,
    all: bool,
    text: Lines,
}

impl<'answer> Writer<'answer> {
    fn heading(&mut self, release_from: &str) {
        let provenance = &self.resolution.provenance;
        let release = release_words(provenance, release_from);
        for app in &self.resolution.apps {
            let mut facts = vec![app.kind.to_string()];
            facts.extend(app.abi.as_ref().map(ToString::to_string));
            facts.push(provenance.target.architecture.to_string());
            let counts = format!("{}, {}", counted(app.files, "file"), counted(app.objects, "object"));
            let at = paint(HEADING, printable(&app.at));
            self.text.line(format_args!("{at}  {} · {counts} · {release}", facts.join(", ")));
        }
        let base = match &self.resolution.base {
            Some(base) => format!("on base {}", printable(base.display())),
            None => "no base given: nothing is assumed present".to_owned(),
        };
        self.text.line(paint(DIM, base));
        let unverified = &self.resolution.unverified;
        if !unverified.is_empty() {
            self.text.line(paint(BAD, unverified_words(unverified)));
        }
        self.text.blank();
    }

    fn sonames(&mut self) {
        let (shown, hidden) = self.shown();
        if shown.is_empty() {
            let needed = match self.resolution.sonames.len() {
                0 => "no library is needed".to_owned(),
                count => format!("{} found", counted(count, "needed library")),
            };
            let words = match self.resolution.problems.iter().any(Problem::is_fatal) {
                true => "no library is missing".to_owned(),
                false => paint(GOOD, "nothing is missing"),
            };
            self.text.line(format_args!("{words}: {needed}"));
            return;
        }
        let rows: Vec<[String; 3]> = shown
            .iter()
            .map(|answer| [printable(&answer.soname), outcome(answer), self.needed_by(answer)])
            .collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
        let soname_width = width(0).unwrap_or_default();
        let outcome_width = width(1).unwrap_or_default().min(OUTCOME_WIDTH);
        for (answer, [soname, outcome, needed_by]) in shown.iter().zip(&rows) {
            let style = match answer.status {
                Status::Package | Status::App | Status::Base => GOOD,
                Status::Host => DIM,
                Status::OffPath | Status::Unresolved => BAD,
            };
            let outcome = paint(style, format_args!("{outcome:outcome_width$}"));
            let needed_by = paint(DIM, needed_by);
            self.text.line(format_args!("{soname:soname_width$}  {outcome}  {needed_by}"));
        }
        if hidden > 0 {
            let libraries = counted(hidden, "more library");
            self.text
                .line(paint(DIM, format_args!("and {libraries} that these packages need (-v lists them)")));
        }
    }

    fn tops(&self) -> Vec<&'answer RootedPath> {
        self.resolution.apps.iter().map(|app| &app.at).collect()
    }

    fn shortened(&self, path: &RootedPath) -> String {
        printable(shortened(path, self.tops()))
    }

    /// Returns the answers that have a line, those that the apps need directly first, and the number of the others, which
    /// only packages need.
    fn shown(&self) -> (Vec<&'answer SonameAnswer>, usize) {
        let is_found = |status| matches!(status, Status::App | Status::Base);
        let answers = self.resolution.sonames.iter().filter(|answer| self.all || !is_found(answer.status));
        let (mut shown, indirect): (Vec<_>, Vec<_>) =
            answers.partition(|answer| answer.direct || answer.status != Status::Package);
        let room = if self.all { indirect.len() } else { INDIRECT_ROWS.min(indirect.len()) };
        // A line that counts one more soname is no shorter than the line of that soname.
        let room = if indirect.len() - room == 1 { indirect.len() } else { room };
        shown.extend(&indirect[..room]);
        (shown, indirect.len() - room)
    }

    /// Names the first object that needs a soname, and counts the others.
    fn needed_by(&self, answer: &SonameAnswer) -> String {
        let Some(first) = answer.needed_by.first() else { return String::new() };
        let through = if answer.direct { "" } else { "through " };
        let more = match answer.needed_by.len() - 1 {
            0 => String::new(),
            more => format!(" and {} more", thousands(more)),
        };
        format!("{through}{}{more}", self.shortened(first))
    }

    /// Writes what is notable about single sonames: choices, similar sonames, other releases and load order.
    fn notes(&mut self) {
        let sonames = self.resolution.sonames.iter();
        let notes: Vec<String> = sonames.flat_map(|answer| self.notes_on(answer)).collect();
        if !notes.is_empty() {
            self.text.blank();
        }
        self.text.extend(notes);
    }

    fn notes_on(&self, answer: &SonameAnswer) -> Vec<String> {
        let soname = &answer.soname;
        let mut notes = choice(answer);
        notes.extend(answer.family.as_ref().map(|family| format!("{soname}: {}", family_words(family))));
        if !answer.near.is_empty() {
            let similar = answer.near.iter().map(|near| format!("{} ({})", near.soname, near.package));
            notes.push(format!("{soname}: this release provides {}", listed(similar)));
        }
        if !answer.elsewhere.is_empty() {
            let others = answer.elsewhere.iter();
            let others = others.map(|(release, package)| format!("{release} provides it in {package}"));
            notes.push(format!("{soname}: {}", listed(others)));
        }
        if !answer.development.is_empty() {
            notes.push(format!("{soname}: development link in {}", listed(&answer.development)));
        }
        if let Some(first) = answer.hidden_by.first() {
            let first = self.shortened(first);
            notes.push(format!("{soname}: load-order dependent: found only if {first} is loaded first"));
        }
        notes.into_iter().map(printable).collect()
    }

    fn problems(&mut self) {
        // A soname that is not found has its own line.
        let problems = self.resolution.problems.iter().filter(|problem| !problem.kind.is_of_soname());
        let limit = if self.all { usize::MAX } else { FOREIGN_OBJECTS };
        let tops = self.tops();
        problem_lines(&mut self.text, problems, &tops, limit);
    }

    /// Names the libraries that only optional objects miss.
    fn optional(&mut self) {
        let optional = &self.resolution.optional;
        if optional.is_empty() {
            return;
        }
        self.text.blank();
        if optional.len() > OPTIONAL_ROWS && !self.all {
            let libraries = counted(optional.len(), "library");
            let reasons: BTreeSet<&str> =
                optional.iter().flat_map(|need| &need.reasons).map(String::as_str).collect();
            let words = format!("optional: {libraries} left out ({}; -v lists them)", listed(reasons));
            self.text.line(paint(DIM, printable(words)));
            return;
        }
        for need in optional {
            let by = need.needed_by.first().map(|by| shortened(by, self.tops())).unwrap_or_default();
            let more = match need.needed_by.len().saturating_sub(1) {
                0 => String::new(),
                more => format!(" and {} more", thousands(more)),
            };
            let source = match (&need.family, &need.path, &need.package) {
                (Some(family), ..) => family_words(family),
                (None, Some(path), _) => format!("not on the search path: {path}"),
                (None, None, Some(package)) => format!("{package} provides it"),
                (None, None, None) => "no package provides it".to_owned(),
            };
            let reasons = listed(&need.reasons);
            let words = format!("optional: {}: {source}; for {by}{more}: {reasons}", need.soname);
            self.text.line(paint(DIM, printable(words)));
        }
    }

    fn packages(&mut self) {
        let packages = &self.resolution.packages;
        if packages.is_empty() {
            return;
        }
        let kib: u64 = packages.iter().map(|chosen| chosen.package.installed_size_kib).sum();
        // The database of an installed root does not contain the sizes of .debs.
        let download = match packages.iter().map(|chosen| chosen.package.size_bytes).sum::<u64>() {
            0 => String::new(),
            bytes => format!(", {} to download", size(bytes)),
        };
        let names = |direct: bool| {
            let chosen = packages.iter().filter(|chosen| chosen.direct == direct);
            chosen.map(|chosen| chosen.package.name.as_str()).collect::<Vec<_>>().join(" ")
        };
        let names = match (names(true), names(false)) {
            (direct, indirect) if direct.is_empty() || indirect.is_empty() => direct + &indirect,
            (direct, indirect) => format!("{direct} (dependencies: {indirect})"),
        };
        let count = counted(packages.len(), "package");
        self.text.blank();
        self.text.line(format_args!("{count} ({} installed{download}): {names}", size_of_kib(kib)));
        let smaller = self.resolution.smaller.iter();
        self.text.extend(smaller.map(|smaller| paint(DIM, smaller_words(smaller))));
        for chosen in packages.iter().filter(|_| self.all) {
            let package = &chosen.package;
            let size = size_of_kib(package.installed_size_kib);
            self.text.line(paint(
                DIM,
                format_args!(
                    "  {} {} {} {size} {}",
                    package.name, package.version, package.architecture, package.filename
                ),
            ));
        }
    }

    fn not_checked(&mut self) {
        self.text.blank();
        for (cause, packages) in unread_by_cause(self.resolution) {
            let more = packages.len().saturating_sub(UNREAD_NAMES);
            let more = if more > 0 { format!(" and {} more", thousands(more)) } else { String::new() };
            let names = listed(packages.into_iter().take(UNREAD_NAMES));
            let words = paint(BAD, "unknown dependencies");
            self.text.line(format_args!("{words} of {names}{more}: {}", printable(cause)));
        }
        let mut items = Vec::new();
        if self.resolution.unread.is_none() && !self.resolution.packages.is_empty() {
            items.push("dependencies of these packages".to_owned());
        }
        let apps = &self.resolution.apps;
        match self.resolution.loads_in_notes().count() {
            0 if apps.iter().all(|app| app.objects == 0) => {}
            0 => items.push("libraries opened by name at run time".to_owned()),
            count => items.push(format!(
                "libraries opened by name at run time ({} in notes of objects)",
                counted(count, "such library")
            )),
        }
        let languages: BTreeSet<Language> =
            apps.iter().flat_map(|app| app.languages.iter().copied()).collect();
        if !languages.is_empty() {
            let languages = listed(languages.into_iter().map(Language::title));
            items.push(format!("libraries that {languages} code opens by name"));
        }
        let skipped: usize = apps.iter().map(|app| app.unopened).sum();
        let archives = apps.iter().flat_map(|app| &app.self_extracting);
        let archives: Vec<String> =
            archives.map(|(path, maker)| format!("{} ({maker})", self.shortened(path))).collect();
        if !archives.is_empty() {
            items.push(format!("files inside of {}", listed(archives)));
        }
        if skipped > 0 {
            items.push(format!("{} skipped by extension", counted(skipped, "file")));
        }
        if !items.is_empty() {
            self.text.line(paint(DIM, format_args!("not checked: {}", items.join("; "))));
        }
    }
}

/// Describes where a missing library of a vendored family is.
fn family_words(family: &VendoredFamily) -> String {
    let VendoredFamily { pattern, members, companion } = family;
    let companion = companion.unwrap_or("another package of the app");
    format!("belongs to the app's own {pattern} ({members} of them); {companion} provides it, not Debian")
}

/// Describes the outcome of a soname.
fn outcome(answer: &SonameAnswer) -> String {
    let path = || answer.path.as_ref().map(printable).unwrap_or_default();
    match (answer.status, &answer.package) {
        (Status::Package, Some((package, _))) => format!("→ {package}"),
        (Status::Unresolved, _) if answer.family.is_some() => {
            "another package of the app provides it".to_owned()
        }
        (Status::Package | Status::Unresolved, _) => "no package provides it".to_owned(),
        (Status::App | Status::Base, _) => path(),
        (Status::OffPath, _) => format!("not on the search path: {}", path()),
        (Status::Host, _) => format!("from {}", answer.host.unwrap_or("the host")),
    }
}

/// Describes the choice between several packages, and a link of update-alternatives.
fn choice(answer: &SonameAnswer) -> Vec<String> {
    let soname = &answer.soname;
    let is_off_path = |visibility| visibility == Visibility::OffPath;
    let others = answer.alternatives();
    let others =
        others.filter(|other| !is_off_path(other.visibility) || answer.package.is_none()).map(|other| {
            match is_off_path(other.visibility) {
                true => format!("{} ({})", other.package.name, other.path),
                false => other.package.name.to_string(),
            }
        });
    let others = listed(others);
    let mut notes = Vec::new();
    match &answer.package {
        Some((package, reason)) => {
            if !others.is_empty() {
                let reason = choice_words(*reason, &others);
                let reason = reason.unwrap_or_else(|| format!("chosen over {others}"));
                notes.push(format!("{soname}: {package}: {reason}"));
            }
            if let (Some(Visibility::ViaAlternatives), Some(path)) = (answer.visibility, &answer.path) {
                notes.push(format!("{soname}: update-alternatives links it to {path}"));
            }
        }
        None if others.is_empty() => {}
        None if answer.path.is_some() => notes.push(format!("{soname}: also provided by {others}")),
        None => notes.push(format!("{soname}: provided outside the search path by {others}")),
    }
    notes
}
