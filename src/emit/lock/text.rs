//! `sodeb lock` as text: the selected packages and the reasons for them, compared with what apt would install.

use bstr::BString;

use crate::debian::inclusions::Inclusion;
use crate::emit::choice::{choice_words, smaller_words};
use crate::emit::escape::printable;
use crate::emit::humanize::{counted, listed, release_words, size, size_of_kib, thousands};
use crate::emit::inclusions::{included_lines, left_out_lines};
use crate::emit::lines::Lines;
use crate::emit::problem_lines::problem_lines;
use crate::emit::style::{DIM, GOOD, HEADING, paint};
use crate::solve::plan::{Comparison, LinkOrigin, PackageTotals, Plan, PlannedPackage, TakenFile, TakenKind};
use crate::vocabulary::{ChoiceReason, RootedPath};

/// Maximum number of lines of a list without `-v`.
const SHOWN_LINES: usize = 8;

/// Writes the report on a lock as text with colours as ANSI sequences. `optional` are files that only some programs need;
/// `all` adds the files of each package and shows every list completely.
pub fn lock_text(
    plan: &Plan,
    comparison: &Comparison,
    optional: &[Inclusion],
    release_from: &str,
    all: bool,
) -> String {
    let mut writer = Writer { plan, all, text: Lines::default() };
    writer.heading(release_from);
    writer.packages();
    writer.alternatives();
    writer.inclusions(optional);
    writer.problems();
    writer.totals(comparison);
    writer.disagreements(comparison);
    if plan.apps.iter().any(|app| app.objects > 0) {
        writer.text.blank();
        writer.text.line(paint(DIM, "not checked: libraries opened by name at run time"));
    }
    writer.text.into_text()
}

struct Writer<'answer> {
    plan: &'answer Plan,
    all: bool,
    text: Lines,
}

impl Writer<'_> {
    fn heading(&mut self, release_from: &str) {
        let provenance = &self.plan.provenance;
        let architecture = provenance.target.architecture;
        let release = release_words(provenance, release_from);
        for app in &self.plan.apps {
            let (at, objects) = (paint(HEADING, printable(&app.at)), counted(app.objects, "object"));
            self.text.line(format_args!("{at}  {}, {architecture} · {objects} · {release}", app.kind));
        }
        let base = match &self.plan.base {
            Some(base) => format!("on base {} (digest {})", printable(&base.name), base.digest),
            None => "no base given: nothing is assumed present".to_owned(),
        };
        self.text.line(paint(DIM, base));
        self.text.blank();
    }

    fn packages(&mut self) {
        let packages = &self.plan.packages;
        if packages.is_empty() {
            self.text.line(paint(GOOD, "no package is needed"));
            return;
        }
        let width = |length: fn(&PlannedPackage) -> usize| packages.iter().map(length).max();
        let name_width = width(|planned| planned.package.name.as_str().len()).unwrap_or_default();
        let version_width = width(|planned| planned.package.version.len()).unwrap_or_default();
        for planned in packages {
            let package = &planned.package;
            let name = paint(GOOD, format_args!("{:name_width$}", package.name.as_str()));
            let selected = size(planned.files.iter().map(TakenFile::size_bytes).sum());
            let reason = paint(DIM, reason(planned));
            self.text
                .line(format_args!("{name}  {:version_width$}  {selected:>9}  {reason}", package.version));
            if self.all {
                let files = planned.files.iter();
                self.text.extend(files.map(|file| paint(DIM, format_args!("  {}", printable(&file.path)))));
            }
        }
    }

    /// Writes the links of update-alternatives, each with the file to which it leads through /etc/alternatives.
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
                let words = format!("{link} → {end} (update-alternatives)");
                self.text.line(paint(DIM, printable(words)));
            }
        }
    }

    /// Writes the files that are included although nothing loads them, and the optional ones that are left out.
    fn inclusions(&mut self, optional: &[Inclusion]) {
        let lines = included_lines(&self.plan.included);
        self.text.extend(lines.iter().map(|line| paint(DIM, printable(line))));
        self.bounded(left_out_lines(optional));
    }

    fn problems(&mut self) {
        let tops: Vec<&RootedPath> = self.plan.apps.iter().map(|app| &app.at).collect();
        let limit = if self.all { usize::MAX } else { SHOWN_LINES };
        problem_lines(&mut self.text, self.plan.problems.iter(), &tops, limit);
    }

    /// Writes a table: what apt would install, the selected packages, and the selected files.
    fn totals(&mut self, comparison: &Comparison) {
        if self.plan.packages.is_empty() {
            return;
        }
        let packages = |totals: &PackageTotals| {
            format!(
                "{:>13}  {:>12} installed, {} to download",
                counted(totals.packages, "package"),
                size_of_kib(totals.installed_size_kib),
                size(totals.debs_size_bytes)
            )
        };
        let selected = &comparison.taken;
        let files = format!(
            "{:>13}  {:>12} and {}",
            counted(selected.files, "file"),
            size(selected.bytes),
            counted(selected.links, "link")
        );
        let apt = comparison.depends_closure.as_ref().map(packages);
        let apt = apt.unwrap_or_else(|| "unknown: this index contains no Depends".to_owned());
        self.text.blank();
        for (label, row) in [
            ("apt would install", apt),
            ("selected packages", packages(&comparison.elf_closure)),
            ("selected files", files),
        ] {
            self.text.line(format_args!("{label:18}{row}"));
        }
        let smaller = comparison.smaller.iter();
        self.text.extend(smaller.map(|smaller| paint(DIM, smaller_words(smaller))));
    }

    /// Writes the differences between the dependencies that packages declare and those that their files load.
    fn disagreements(&mut self, comparison: &Comparison) {
        let declared = comparison.declared_never_loaded.iter().map(|declared| {
            format!("declared but never loaded: {} → {}", declared.package, listed(&declared.depends))
        });
        let loaded = comparison.loaded_never_declared.iter().map(|loaded| {
            format!("loaded but not declared: {} → {} ({})", loaded.package, loaded.provider, loaded.soname)
        });
        let (declared, loaded) = (declared.collect(), loaded.collect());
        self.bounded(declared);
        self.bounded(loaded);
    }

    fn bounded(&mut self, lines: Vec<String>) {
        if lines.is_empty() {
            return;
        }
        self.text.blank();
        let shown = if self.all { lines.len() } else { SHOWN_LINES };
        let more = lines.len().saturating_sub(shown);
        self.text.extend(lines.into_iter().take(shown).map(|line| paint(DIM, printable(line))));
        if more > 0 {
            self.text.line(paint(DIM, format_args!("and {} more (-v lists them)", thousands(more))));
        }
    }
}

/// Describes why a package is selected, and why this one and not another.
fn reason(planned: &PlannedPackage) -> String {
    let need = match (planned.choice.reason, planned.direct) {
        (ChoiceReason::Included, _) => "included",
        (_, true) => "direct",
        (_, false) => "dependency",
    };
    match choice_words(planned.choice.reason, &listed(&planned.choice.instead_of)) {
        Some(words) => format!("{need}; {words}"),
        None => need.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::solve::plan::sample::{sample_comparison, sample_plan};

    fn report(all: bool) -> String {
        let text = lock_text(&sample_plan(), &sample_comparison(), &[], "the venv's", all);
        anstream::adapter::strip_str(&text).to_string()
    }

    #[test]
    fn a_report_contains_packages_totals_and_disagreements() {
        let expected = [
            "/venv  venv, amd64 · 1 object · Debian 12 bookworm (archive index of 2026-08-18 from Debian, the venv's)",
            "on base ./base (digest 0909090909090909090909090909090909090909090909090909090909090909)",
            "",
            "libgmp10  2:6.2.1+dfsg1-1.1  518.0 KiB  dependency; named for its soname, unlike libgmp-compat",
            "libmpfr6  4.2.0-1            518.0 KiB  direct",
            "included: libmpfr6 /usr/lib/*/libmpfr.so.6 (requested by --include)",
            "",
            "unresolved gmpy2/gmpy2.cpython-311-x86_64-linux-gnu.so: no package has libnowhere.so.1",
            "",
            "apt would install    5 packages      16.0 MiB installed, 5.0 MiB to download",
            "selected packages    2 packages       1.8 MiB installed, 1.1 MiB to download",
            "selected files          2 files       1.0 MiB and 1 link",
            "",
            "declared but never loaded: libmpfr6 → libc6",
            "",
            "loaded but not declared: libmpfr6 → libgmp10 (libgmp.so.10)",
            "",
            "not checked: libraries opened by name at run time",
        ];
        assert_eq!(report(false).lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn all_files_are_listed_on_request() {
        assert!(
            report(true).contains("\n  /usr/lib/x86_64-linux-gnu/libmpfr.so.6.2.0\n"),
            "{}",
            report(true)
        );
    }

    #[test]
    fn a_link_of_update_alternatives_is_shown_with_its_end() {
        let mut plan = sample_plan();
        let link = |path: &str, target: &str| TakenFile {
            path: RootedPath::new(path),
            kind: TakenKind::Link { target: target.into(), origin: LinkOrigin::Alternatives },
        };
        let (name, middle, end) =
            ("/usr/lib/libblas.so.3", "/etc/alternatives/blas", "/usr/lib/blas/libblas.so.3");
        plan.packages[0].files.extend([link(middle, end), link(name, middle)]);
        let text = lock_text(&plan, &sample_comparison(), &[], "the venv's", false);
        assert_eq!(text.matches("update-alternatives").count(), 1, "{text}");
        assert!(text.contains(&format!("{name} → {end} (update-alternatives)")), "{text}");
    }

    #[test]
    fn a_plan_without_packages_needs_none() {
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
