//! `sodeb lock` for people: what was locked and why, beside what apt would install.

use std::fmt::{Display, Write as _};

use bstr::BString;

use crate::debian::inclusions::Inclusion;
use crate::emit::humanize::{UNVERIFIED_INDEX, counted, listed, mebibytes, release_words, shortened};
use crate::emit::inclusions::{included_rows, left_out_rows};
use crate::emit::style::{BAD, DIM, GOOD, PATH, paint};
use crate::solve::plan::{Comparison, LinkOrigin, PackageTotals, Plan, PlannedPackage, TakenFile, TakenKind};
use crate::vocabulary::{ChoiceReason, RootedPath};

/// How many rows of a list are shown where not all are asked for.
const SHOWN_ROWS: usize = 8;

/// The report on a lock as text with colours as ANSI sequences. With `all` each package's files and the whole of
/// every list are told.
pub fn lock_text(
    plan: &Plan,
    comparison: &Comparison,
    useful: &[Inclusion],
    release_from: &str,
    all: bool,
) -> String {
    let mut text = Text { plan, all, text: String::new() };
    text.heading(release_from);
    text.packages();
    text.alternatives();
    text.inclusions(useful);
    text.problems();
    text.extents(comparison);
    text.disagreements(comparison);
    text.line("");
    text.line(paint(DIM, "not looked at: what code opens by name at run time"));
    text.text
}

struct Text<'answer> {
    plan: &'answer Plan,
    all: bool,
    text: String,
}

impl Text<'_> {
    fn line(&mut self, words: impl Display) {
        // Writing to a String can't fail.
        let _ = writeln!(self.text, "{words}");
    }

    fn shortened(&self, path: &RootedPath) -> String {
        shortened(path, self.plan.apps.iter().map(|app| &app.at))
    }

    fn heading(&mut self, release_from: &str) {
        let provenance = &self.plan.provenance;
        let architecture = provenance.target.architecture;
        let release = release_words(provenance, release_from);
        for app in &self.plan.apps {
            let objects = counted(app.objects, "object");
            self.line(format_args!(
                "{}  {}, {architecture} · {objects} · {release}",
                paint(PATH, &app.at),
                app.kind
            ));
        }
        match &self.plan.base {
            Some(base) => self.line(paint(DIM, format_args!("on the base with digest {}", base.digest))),
            None => self.line(paint(DIM, "no base given: nothing is assumed present")),
        }
        if !provenance.verified {
            self.line(paint(BAD, UNVERIFIED_INDEX));
        }
        self.line("");
    }

    fn packages(&mut self) {
        let packages = &self.plan.packages;
        if packages.is_empty() {
            self.line(paint(GOOD, "no package is needed"));
            return;
        }
        let width =
            |words: fn(&PlannedPackage) -> usize| packages.iter().map(words).max().unwrap_or_default();
        let name_width = width(|planned| planned.package.name.as_str().len());
        let version_width = width(|planned| planned.package.version.len());
        for planned in packages {
            let package = &planned.package;
            let name = paint(GOOD, format_args!("{:name_width$}", package.name.as_str()));
            let taken: u64 = planned.files.iter().map(TakenFile::size_bytes).sum();
            let (taken, why) = (mebibytes(taken / 1024), paint(DIM, why(planned)));
            self.line(format_args!("{name}  {:version_width$}  {taken:>9}  {why}", package.version));
            if self.all {
                for file in &planned.files {
                    self.line(paint(DIM, format_args!("  {}", file.path)));
                }
            }
        }
    }

    /// The names that are links of update-alternatives, and the files that they come to by way of /etc/alternatives.
    fn alternatives(&mut self) {
        let files = self.plan.packages.iter().flat_map(|planned| &planned.files);
        let links: Vec<(&RootedPath, &BString)> = files
            .filter_map(|file| match &file.kind {
                TakenKind::Link { target, origin: LinkOrigin::Alternatives } => Some((&file.path, target)),
                _ => None,
            })
            .collect();
        for (link, middle) in &links {
            if let Some((_, end)) = links.iter().find(|(path, _)| path.as_bytes() == middle.as_slice()) {
                self.line(paint(DIM, format_args!("{link} is {end} by update-alternatives")));
            }
        }
    }

    /// What is taken though nothing loads it, and what only some programs want and is left out.
    fn inclusions(&mut self, useful: &[Inclusion]) {
        for row in included_rows(&self.plan.included) {
            self.line(paint(DIM, row));
        }
        self.bounded(left_out_rows(useful));
    }

    fn problems(&mut self) {
        let (bad, unused): (Vec<_>, Vec<_>) =
            self.plan.problems.iter().partition(|problem| problem.kind.is_bad_news());
        if !self.plan.problems.is_empty() {
            self.line("");
        }
        for problem in bad {
            let object = self.shortened(&problem.object);
            self.line(format_args!("{} {object}: {}", paint(BAD, problem.kind), problem.detail));
        }
        if !self.all && unused.len() > SHOWN_ROWS {
            let objects = counted(unused.len(), "object");
            self.line(paint(DIM, format_args!("{objects} for other systems, not resolved (-v lists them)")));
            return;
        }
        for problem in unused {
            let object = self.shortened(&problem.object);
            self.line(paint(DIM, format_args!("not resolved: {object}: {}", problem.detail)));
        }
    }

    /// A table of three rows: apt's answer, the same libraries' packages as a whole, what is taken of them.
    fn extents(&mut self, comparison: &Comparison) {
        if self.plan.packages.is_empty() {
            return;
        }
        let extent = |extent: &PackageTotals| {
            format!(
                "{:>13}  {:>12} installed, {} of .debs",
                counted(extent.packages, "package"),
                mebibytes(extent.installed_size_kib),
                mebibytes(extent.debs_size_bytes / 1024)
            )
        };
        let taken = &comparison.taken;
        let rows = [
            ("apt would install", comparison.depends_closure.as_ref().map(extent)),
            ("these packages", Some(extent(&comparison.elf_closure))),
            (
                "taken of them",
                Some(format!(
                    "{:>13}  {:>12} and {}",
                    counted(taken.files, "file"),
                    mebibytes(taken.bytes / 1024),
                    counted(taken.links, "link")
                )),
            ),
        ];
        self.line("");
        for (what, row) in rows {
            let row = row.unwrap_or_else(|| "unknown: this index does not tell Depends".to_owned());
            self.line(format_args!("{what:18}{row}"));
        }
    }

    /// Where what packages declare and what their files load differ.
    fn disagreements(&mut self, comparison: &Comparison) {
        let declared = comparison
            .declared_never_loaded
            .iter()
            .map(|declared| {
                format!("declared, never loaded: {} → {}", declared.package, listed(&declared.depends))
            })
            .collect();
        let undeclared = comparison
            .loaded_never_declared
            .iter()
            .map(|loaded| {
                format!(
                    "loaded, never declared: {} → {} ({})",
                    loaded.package, loaded.provider, loaded.soname
                )
            })
            .collect();
        for rows in [declared, undeclared] {
            self.bounded(rows);
        }
    }

    fn bounded(&mut self, rows: Vec<String>) {
        if rows.is_empty() {
            return;
        }
        self.line("");
        let shown = if self.all { rows.len() } else { SHOWN_ROWS };
        let more = rows.len().saturating_sub(shown);
        for row in rows.into_iter().take(shown) {
            self.line(paint(DIM, row));
        }
        if more > 0 {
            self.line(paint(DIM, format_args!("and {more} more (-v lists them)")));
        }
    }
}

/// Why a package is there, and why it is this one.
fn why(planned: &PlannedPackage) -> String {
    let asked = if planned.direct { "asked for" } else { "needed by those" };
    let others = listed(&planned.choice.instead_of);
    match planned.choice.reason {
        ChoiceReason::Included => "included".to_owned(),
        ChoiceReason::Only => asked.to_owned(),
        ChoiceReason::Preferred => format!("{asked}; you prefer it to {others}"),
        ChoiceReason::InBase if others.is_empty() => format!("{asked}; the base lists it"),
        ChoiceReason::InBase => format!("{asked}; the base lists it, and not {others}"),
        ChoiceReason::NamedForSoname => format!("{asked}; named for its soname, {others} not"),
        ChoiceReason::FewestPackages => format!("{asked}; fewer packages than with {others}"),
        ChoiceReason::FewestBytes => format!("{asked}; smaller than {others}"),
        ChoiceReason::DebiansPreference => format!("{asked}; Debian prefers it to {others}"),
        ChoiceReason::OnSearchPath => format!("{asked}; on the search path, {others} not"),
        ChoiceReason::Section => format!("{asked}; in section libs, {others} not"),
        ChoiceReason::SmallestSet => format!("{asked}; the smallest set has it"),
        ChoiceReason::Name => format!("{asked}; first by name, else {others} (--prefer settles it)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::plan::sample::{sample_comparison, sample_plan};

    fn told(all: bool) -> String {
        let text = lock_text(&sample_plan(), &sample_comparison(), &[], "the venv's", all);
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn a_report_tells_packages_extents_and_disagreements() {
        let expected = [
            "/venv  venv, amd64 · 1 object · Debian 12 bookworm (archive's index of 2026-08-18, the venv's)",
            "on the base with digest 0909090909090909090909090909090909090909090909090909090909090909",
            "",
            "libgmp10  2:6.2.1+dfsg1-1.1    0.5 MiB  needed by those; named for its soname, libgmp-compat not",
            "libmpfr6  4.2.0-1              0.5 MiB  asked for",
            "included: libmpfr6 /usr/lib/*/libmpfr.so.6 (asked for by --include)",
            "",
            "unresolved gmpy2/gmpy2.cpython-311-x86_64-linux-gnu.so: no package has libnowhere.so.1",
            "",
            "apt would install    5 packages      16.0 MiB installed, 5.0 MiB of .debs",
            "these packages       2 packages       1.8 MiB installed, 1.0 MiB of .debs",
            "taken of them           2 files       1.0 MiB and 1 link",
            "",
            "declared, never loaded: libmpfr6 → libc6",
            "",
            "loaded, never declared: libmpfr6 → libgmp10 (libgmp.so.10)",
            "",
            "not looked at: what code opens by name at run time",
        ];
        assert_eq!(told(false).lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn with_all_each_file_is_listed() {
        assert!(told(true).contains("\n  /usr/lib/x86_64-linux-gnu/libmpfr.so.6.2.0\n"), "{}", told(true));
    }

    #[test]
    fn a_link_of_update_alternatives_is_told_with_its_end() {
        let mut plan = sample_plan();
        let link = |path: &str, target: &str| TakenFile {
            path: RootedPath::new(path),
            kind: TakenKind::Link { target: target.into(), origin: LinkOrigin::Alternatives },
        };
        let (name, middle, end) =
            ("/usr/lib/libblas.so.3", "/etc/alternatives/blas", "/usr/lib/blas/libblas.so.3");
        plan.packages[0].files.extend([link(middle, end), link(name, middle)]);
        let text = lock_text(&plan, &sample_comparison(), &[], "the venv's", false);
        let told = format!("{name} is {end} by update-alternatives");
        assert_eq!(text.matches("update-alternatives").count(), 1, "{text}");
        assert!(text.contains(&told), "{text}");
    }

    #[test]
    fn a_plan_without_packages_says_so() {
        let mut plan = sample_plan();
        plan.packages.clear();
        plan.libraries.clear();
        plan.problems.clear();
        let mut comparison = sample_comparison();
        comparison.declared_never_loaded.clear();
        comparison.loaded_never_declared.clear();
        let text = lock_text(&plan, &comparison, &[], "the venv's", false);
        assert!(text.contains("no package is needed"), "{text}");
        assert!(!text.contains("apt would install"), "{text}");
    }
}
