//! Writes a Plan as the text of a lock.

use std::fmt::{Display, Write as _};

use super::format::LOCK_VERSION;
use super::spelling::{quoted, spelled};
use crate::debian::catalog::{IndexKind, Provenance};
use crate::debian::inclusions::{FileSet, Inclusion};
use crate::solve::plan::{
    BaseObject, LockOptions, Plan, PlannedBase, PlannedLibrary, PlannedPackage, TakenFile, TakenKind,
};

/// Writes a Plan as a lock, without the index files that it was made from: they change every day, and the packages have
/// digests of their own. [`super::read_lock`] accepts it if the Plan keeps the promises of its fields: sorted
/// lists are sorted, and every package has its digest.
pub fn write_lock(plan: &Plan) -> String {
    let mut lock = Lock { text: String::new() };
    lock.line("# Packages and files that provide the missing libraries of these trees, and the reasons.");
    lock.line("# Written by `sodeb lock`; `sodeb lock --check` says if it is up to date.");
    lock.pair("version", LOCK_VERSION);
    lock.index(&plan.provenance, plan.snapshot.as_deref());
    lock.options(&plan.options);
    if let Some(base) = &plan.base {
        lock.base(base);
    }
    for app in &plan.apps {
        lock.heading("[[app]]");
        if let Some(path) = &app.path {
            lock.name("path", path);
        }
        lock.name("at", app.at.as_bytes());
        lock.text("kind", app.kind.name());
        lock.pair("objects", app.objects);
    }
    plan.libraries.iter().for_each(|library| lock.library(library));
    plan.packages.iter().for_each(|package| lock.package(package));
    plan.included.iter().for_each(|inclusion| lock.inclusion(inclusion));
    for problem in &plan.problems {
        lock.heading("[[problem]]");
        lock.text("kind", problem.kind.name());
        lock.name("object", problem.object.as_bytes());
        lock.text("detail", &problem.detail);
        lock.text("grade", problem.grade.name());
        lock.list("fix", problem.fix.iter().map(|fix| quoted(fix)));
    }
    lock.text
}

struct Lock {
    text: String,
}

impl Lock {
    fn line(&mut self, words: impl Display) {
        // Writing to a String can't fail.
        let _ = writeln!(self.text, "{words}");
    }

    fn heading(&mut self, heading: &str) {
        self.line("");
        self.line(heading);
    }

    fn pair(&mut self, key: &str, value: impl Display) {
        self.line(format_args!("{key} = {value}"));
    }

    fn text(&mut self, key: &str, value: &str) {
        self.pair(key, quoted(value));
    }

    fn name(&mut self, key: &str, value: &[u8]) {
        self.pair(key, quoted(&spelled(value)));
    }

    /// Writes a list of encoded items. A single item has its own line, too, so that a second one adds a line and
    /// changes none.
    fn list(&mut self, key: &str, items: impl IntoIterator<Item = String>) {
        let mut items = items.into_iter().peekable();
        if items.peek().is_none() {
            return self.pair(key, "[]");
        }
        self.pair(key, "[");
        items.for_each(|item| self.line(format_args!("    {item},")));
        self.line("]");
    }

    fn index(&mut self, provenance: &Provenance, snapshot: Option<&str>) {
        let target = &provenance.target;
        self.heading("[target]");
        self.text("distribution", target.distribution.name());
        self.text("release", target.release.as_str());
        self.text("architecture", target.architecture.name());
        self.heading("[index]");
        // The index that is compiled in is the archive's.
        let kind = match provenance.index {
            IndexKind::Embedded | IndexKind::Archive => IndexKind::Archive,
            IndexKind::Installed => IndexKind::Installed,
        };
        self.text("kind", kind.name());
        if let Some(origin) = &provenance.origin {
            self.text("origin", &origin.origin);
            self.text("label", &origin.label);
            // The mirrors of the host are left out: a lock is the same on every machine.
            if let Some(mirror) = origin.mirror.as_ref().filter(|_| origin.is_given_mirror) {
                self.text("mirror", mirror);
            }
            if !origin.keys.is_empty() {
                self.list("keys", origin.keys.iter().map(|key| quoted(key)));
            }
        }
        if let Some(date) = provenance.date {
            self.text("date", &date.to_string());
        }
        self.pair("verified", provenance.verified);
        if let Some(snapshot) = snapshot {
            self.text("snapshot", snapshot);
        }
    }

    fn options(&mut self, options: &LockOptions) {
        if !options.is_empty() {
            self.heading("[options]");
        }
        for (name, values) in options {
            self.list(name.name(), values.iter().map(|value| quoted(&spelled(value))));
        }
    }

    fn base(&mut self, base: &PlannedBase) {
        self.heading("[base]");
        self.name("name", &base.name);
        if let Some(release) = &base.release {
            self.text("release", release.as_str());
        }
        self.text("digest", &base.digest.to_string());
        self.list("objects", base.objects.iter().map(base_object));
    }

    fn library(&mut self, library: &PlannedLibrary) {
        self.heading("[[library]]");
        self.name("soname", library.soname.as_bytes());
        self.text("need", library.need.name());
        self.text("package", library.package.as_str());
        self.name("path", library.path.as_bytes());
        self.pair("direct", library.direct);
        self.list("needed-by", library.needed_by.iter().map(|path| quoted(&spelled(path.as_bytes()))));
    }

    fn package(&mut self, planned: &PlannedPackage) {
        let package = &planned.package;
        self.heading("[[package]]");
        self.text("name", package.name.as_str());
        self.text("version", &package.version);
        self.text("architecture", &package.architecture);
        self.text("suite", &package.suite);
        self.text("section", &package.section);
        self.text("source", &planned.source);
        self.text("filename", &package.filename);
        self.pair("size", package.size_bytes);
        self.pair("installed-size-kib", package.installed_size_kib);
        if let Some(sha256) = package.sha256 {
            self.text("sha256", &sha256.to_string());
        }
        self.list("urls", planned.urls.iter().map(|url| quoted(url)));
        self.pair("direct", planned.direct);
        self.text("reason", planned.choice.reason.name());
        self.list("instead-of", planned.choice.instead_of.iter().map(|name| quoted(name.as_str())));
        self.list("needs", planned.needs.iter().map(|name| quoted(name.as_str())));
        self.list("provides-sonames", package.provides_sonames.iter().map(|soname| quoted(soname)));
        self.list("files", planned.files.iter().map(file));
    }

    fn inclusion(&mut self, inclusion: &Inclusion) {
        self.heading("[[included]]");
        self.text("package", inclusion.package.as_str());
        let (key, patterns) = match &inclusion.extent {
            FileSet::Files(patterns) => ("files", patterns),
            FileSet::AllExcept(patterns) => ("all-except", patterns),
        };
        self.list(key, patterns.iter().map(|pattern| quoted(pattern.as_str())));
        self.text("reason", &inclusion.reason);
    }
}

fn base_object(object: &BaseObject) -> String {
    format!("{{ path = {}, sha256 = \"{}\" }}", quoted(&spelled(object.path.as_bytes())), object.sha256)
}

fn file(file: &TakenFile) -> String {
    let path = quoted(&spelled(file.path.as_bytes()));
    match &file.kind {
        TakenKind::File { sha256, size_bytes, mode } => {
            format!("{{ path = {path}, sha256 = \"{sha256}\", size = {size_bytes}, mode = \"{mode:04o}\" }}")
        }
        TakenKind::Link { target, origin } => {
            format!("{{ path = {path}, link = {}, origin = \"{origin}\" }}", quoted(&spelled(target)))
        }
    }
}
