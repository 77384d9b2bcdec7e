//! `sodeb resolve` for people: a line for each tree, a line for each soname that is not there, and what else
//! there is to say.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::debian::catalog::Visibility;
use crate::emit::humanize::{
    UNVERIFIED_INDEX, counted, grouped, listed, mebibytes, release_words, shortened,
};
use crate::emit::style::{BAD, DIM, GOOD, PATH, paint};
use crate::solve::resolve::{Resolution, SonameAnswer, Status, Unread};
use crate::vocabulary::{PackageName, RootedPath};

/// How many names that only packages ask for have a line where not all are asked for.
const THROUGH_ROWS: usize = 10;

/// How many packages are named of which is not known what they need.
const UNREAD_NAMES: usize = 5;

/// The whole answer as text with colours as ANSI sequences. With `all` the sonames that are found and each
/// package's version, size and pool path are listed too.
pub fn resolve_text(resolution: &Resolution, release_from: &str, all: bool) -> String {
    let mut text = Text { resolution, all, text: String::new() };
    text.heading(release_from);
    text.sonames();
    text.alternatives();
    text.problems();
    text.packages();
    text.not_seen();
    text.text
}

struct Text<'answer> {
    resolution: &'answer Resolution,
    all: bool,
    text: String,
}

impl<'answer> Text<'answer> {
    fn line(&mut self, words: impl std::fmt::Display) {
        // Writing to a String can't fail.
        let _ = writeln!(self.text, "{words}");
    }

    fn heading(&mut self, release_from: &str) {
        let provenance = &self.resolution.provenance;
        let architecture = provenance.target.architecture;
        let release = release_words(provenance, release_from);
        for app in &self.resolution.apps {
            let mut facts = vec![app.kind.to_string()];
            facts.extend(app.abi.as_ref().map(ToString::to_string));
            facts.push(architecture.to_string());
            let counts = format!("{}, {}", counted(app.files, "file"), counted(app.objects, "object"));
            self.line(format_args!("{}  {} · {counts} · {release}", paint(PATH, &app.at), facts.join(", ")));
        }
        match &self.resolution.base {
            Some(base) => self.line(paint(DIM, format!("on base {}", base.display()))),
            None => self.line(paint(DIM, "no base given: nothing is assumed present")),
        }
        if !provenance.verified {
            self.line(paint(BAD, UNVERIFIED_INDEX));
        }
        self.line("");
    }

    fn sonames(&mut self) {
        let (shown, through) = self.shown();
        if shown.is_empty() {
            let asked = match self.resolution.sonames.len() {
                0 => "no library is asked for".to_owned(),
                count => format!("{} asked for, each found", counted(count, "library name")),
            };
            self.line(format_args!("{}: {asked}", paint(GOOD, "nothing is missing")));
            return;
        }
        let width = |words: Vec<usize>| words.into_iter().max().unwrap_or_default();
        let soname_width = width(shown.iter().map(|answer| answer.soname.to_string().len()).collect());
        let rows: Vec<_> =
            shown.iter().map(|answer| (*answer, outcome(answer), self.asked_by(answer))).collect();
        let outcome_width =
            width(rows.iter().map(|(_, outcome, _)| outcome.chars().count()).collect()).min(32);
        for (answer, outcome, asked_by) in rows {
            let style = match answer.status {
                Status::Package | Status::App | Status::Base => GOOD,
                Status::Host => DIM,
                Status::OffPath | Status::Unresolved => BAD,
            };
            let soname = format!("{:soname_width$}", answer.soname.to_string());
            let outcome = paint(style, format_args!("{outcome:outcome_width$}"));
            self.line(format_args!("{soname}  {outcome}  {}", paint(DIM, asked_by)));
        }
        if through > 0 {
            let names = counted(through, "more library name");
            self.line(paint(DIM, format_args!("and {names} that packages need (-v lists them)")));
        }
    }

    fn shortened(&self, path: &RootedPath) -> String {
        shortened(path, self.resolution.apps.iter().map(|app| &app.at))
    }

    /// The answers that have a line, those to what the trees ask for themselves first; and how many more there are to
    /// what only packages ask for.
    fn shown(&self) -> (Vec<&'answer SonameAnswer>, usize) {
        let found = |status| matches!(status, Status::App | Status::Base);
        let answers = self.resolution.sonames.iter().filter(|answer| self.all || !found(answer.status));
        let (mut shown, through): (Vec<_>, Vec<_>) =
            answers.partition(|answer| answer.direct || answer.status != Status::Package);
        let room = if self.all { through.len() } else { THROUGH_ROWS.min(through.len()) };
        // A line that tells of one more takes as much room as that one.
        let room = if through.len() - room == 1 { through.len() } else { room };
        shown.extend(&through[..room]);
        (shown, through.len() - room)
    }

    /// The first object that asks for it, shortened, and how many more there are.
    fn asked_by(&self, answer: &SonameAnswer) -> String {
        let Some(first) = answer.needed_by.first() else { return String::new() };
        let through = if answer.direct { "" } else { "through " };
        let more = match answer.needed_by.len() - 1 {
            0 => String::new(),
            more => format!(" and {} more", grouped(more)),
        };
        format!("{through}{}{more}", self.shortened(first))
    }

    /// What is to be said of single sonames: choices, near misses, luck.
    fn alternatives(&mut self) {
        let mut notes = Vec::new();
        for answer in &self.resolution.sonames {
            let soname = &answer.soname;
            notes.extend(choice(answer));
            if !answer.near.is_empty() {
                let near: Vec<_> =
                    answer.near.iter().map(|near| format!("{} ({})", near.soname, near.package)).collect();
                notes.push(format!("{soname}: this release has {}", near.join(", ")));
            }
            if !answer.elsewhere.is_empty() {
                let others: Vec<_> = answer
                    .elsewhere
                    .iter()
                    .map(|(release, package)| format!("{release} has it in {package}"))
                    .collect();
                notes.push(format!("{soname}: {}", others.join(", ")));
            }
            if !answer.development.is_empty() {
                let packages: Vec<_> = answer.development.iter().map(ToString::to_string).collect();
                notes.push(format!("{soname}: a link for building is in {}", packages.join(", ")));
            }
            if let Some(first) = answer.hidden_by.first() {
                let first = self.shortened(first);
                notes.push(format!("{soname}: not missed where {first} happens to be loaded before"));
            }
        }
        if !notes.is_empty() {
            self.line("");
        }
        for note in notes {
            self.line(note);
        }
    }

    fn problems(&mut self) {
        // Unresolved and misplaced sonames have their line already.
        use crate::solve::resolve::ProblemKind::{OffPath, Unresolved};
        let problems: Vec<_> = self
            .resolution
            .problems
            .iter()
            .filter(|problem| !matches!(problem.kind, Unresolved | OffPath))
            .collect();
        let (bad, unused): (Vec<_>, Vec<_>) =
            problems.into_iter().partition(|problem| problem.kind.is_bad_news());
        if !(bad.is_empty() && unused.is_empty()) {
            self.line("");
        }
        for problem in bad {
            let object = self.shortened(&problem.object);
            self.line(format_args!("{} {object}: {}", paint(BAD, problem.kind), problem.detail));
        }
        if !self.all && unused.len() > 3 {
            let objects = counted(unused.len(), "object");
            self.line(paint(DIM, format_args!("{objects} for other systems, not resolved (-v lists them)")));
            return;
        }
        for problem in unused {
            let object = self.shortened(&problem.object);
            self.line(paint(DIM, format_args!("not resolved: {object}: {}", problem.detail)));
        }
    }

    fn packages(&mut self) {
        let packages = &self.resolution.packages;
        if packages.is_empty() {
            return;
        }
        let kib: u64 = packages.iter().map(|chosen| chosen.package.installed_size_kib).sum();
        // An installed root's database does not tell how large the .debs were.
        let debs = match packages.iter().map(|chosen| chosen.package.size_bytes).sum::<u64>() {
            0 => String::new(),
            bytes => format!(", {} of .debs", mebibytes(bytes / 1024)),
        };
        let names = |direct: bool| {
            let names = packages.iter().filter(|chosen| chosen.direct == direct);
            names.map(|chosen| chosen.package.name.as_str()).collect::<Vec<_>>().join(" ")
        };
        let names = match (names(true), names(false)) {
            (asked_for, needed) if asked_for.is_empty() || needed.is_empty() => asked_for + &needed,
            (asked_for, needed) => format!("{asked_for}; for those {needed}"),
        };
        self.line("");
        self.line(format_args!(
            "{} ({} installed{debs}): {names}",
            counted(packages.len(), "package"),
            mebibytes(kib),
        ));
        if self.all {
            for chosen in packages {
                let package = &chosen.package;
                self.line(paint(
                    DIM,
                    format_args!(
                        "  {} {} {} {} {}",
                        package.name,
                        package.version,
                        package.architecture,
                        mebibytes(package.installed_size_kib),
                        package.filename
                    ),
                ));
            }
        }
    }

    fn not_seen(&mut self) {
        self.line("");
        let noted = match self.resolution.loads_in_notes().count() {
            0 => String::new(),
            count => format!(" ({} in notes of the objects)", counted(count, "such library")),
        };
        let of_packages = match &self.resolution.unread {
            None if !self.resolution.packages.is_empty() => "what these packages need themselves, and ",
            _ => "",
        };
        for (cause, packages) in causes(self.resolution.unread.iter().flatten()) {
            let more = packages.len().saturating_sub(UNREAD_NAMES);
            let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
            let names = listed(packages.into_iter().take(UNREAD_NAMES));
            self.line(format_args!("{} by {names}{rest}: {cause}", paint(BAD, "not known what is needed")));
        }
        let unopened = match self.resolution.apps.iter().map(|app| app.unopened).sum() {
            0 => String::new(),
            count => format!(", and {} that by name hold sources, texts or pictures", counted(count, "file")),
        };
        self.line(paint(
            DIM,
            format_args!("not looked at: {of_packages}what code opens by name at run time{noted}{unopened}"),
        ));
    }
}

/// The packages of which is not known what they need, by why it is not.
pub(in crate::emit) fn causes<'answer>(
    unread: impl Iterator<Item = &'answer Unread>,
) -> BTreeMap<&'answer str, Vec<&'answer PackageName>> {
    let mut causes: BTreeMap<&str, Vec<&PackageName>> = BTreeMap::new();
    for Unread { package, cause } in unread {
        causes.entry(cause).or_default().push(package);
    }
    causes
}

/// What becomes of a soname, in a word or two.
fn outcome(answer: &SonameAnswer) -> String {
    let path = || answer.path.as_ref().map(ToString::to_string).unwrap_or_default();
    match (answer.status, &answer.package) {
        (Status::Package, Some((package, _))) => format!("→ {package}"),
        (Status::Package | Status::Unresolved, _) => "no package has it".to_owned(),
        (Status::App | Status::Base, _) => path(),
        (Status::OffPath, _) => format!("off the path: {}", path()),
        (Status::Host, _) => format!("from {}", answer.host.unwrap_or("the host")),
    }
}

/// Why one of several packages is preferred, and that a link has to be made.
fn choice(answer: &SonameAnswer) -> Vec<String> {
    let mut notes = Vec::new();
    let others: Vec<_> = answer
        .alternatives
        .iter()
        .filter(|other| other.visibility != Visibility::OffPath || answer.package.is_none())
        .map(|other| match other.visibility {
            Visibility::OffPath => format!("{} ({})", other.package, other.path),
            _ => other.package.to_string(),
        })
        .collect();
    if let Some((package, reason)) = &answer.package {
        if !others.is_empty() {
            notes.push(format!("{}: {package} preferred ({reason}) to {}", answer.soname, others.join(", ")));
        }
        if let (Some(Visibility::ViaAlternatives), Some(path)) = (answer.visibility, &answer.path) {
            notes.push(format!("{}: update-alternatives links it to {path}", answer.soname));
        }
    } else if !others.is_empty() {
        let places = if answer.path.is_some() { "also in" } else { "off the search path in" };
        notes.push(format!("{}: {places} {}", answer.soname, others.join(", ")));
    }
    notes
}
