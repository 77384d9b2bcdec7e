//! `sodeb audit` for people: grouped by image and rule, objects with the same finding together.

use std::fmt::Write as _;

use super::{NOT_CHECKED, fixes, layer_words};
use crate::audit::{Finding, FindingStatus, JudgedFinding, ReportedImage, Severity};
use crate::emit::escape::printable;
use crate::emit::humanize::{bytes, counted, release_words};
use crate::emit::style::{BAD, DIM, GOOD, PATH, paint};

/// How many files with one finding are shown, unless all are asked for.
const SHOWN: usize = 5;

/// How many notes of one rule are shown, unless all are asked for.
const SHOWN_NOTES: usize = 10;

/// How many lines of evidence are shown, unless all are asked for.
const SHOWN_EVIDENCE: usize = 3;

/// The findings of all images as text with colours as ANSI sequences. With `all` every file, its evidence and what is
/// ignored or known are shown too.
pub fn audit_text(images: &[ReportedImage], all: bool) -> String {
    let mut text = Text { all, text: String::new() };
    for image in images {
        text.image(image);
    }
    text.line(paint(DIM, format!("not seen: {}", NOT_CHECKED.join("; "))));
    text.text
}

struct Text {
    all: bool,
    text: String,
}

impl Text {
    fn line(&mut self, words: impl std::fmt::Display) {
        // Writing to a String can't fail.
        let _ = writeln!(self.text, "{words}");
    }

    fn image(&mut self, image: &ReportedImage) {
        let audited = &image.audited;
        let release = release_words(&audited.resolution.provenance, &image.release_from);
        let counts =
            format!("{}, {}", counted(audited.files, "file"), counted(audited.objects.len(), "object"));
        self.line(format_args!("{}  {counts} · {release}", paint(PATH, printable(&image.name))));
        let opened = match &image.image {
            None => "a root without a configuration: every program may be started".to_owned(),
            Some(_) if audited.may_start_anything => {
                "starts a shell or nothing: every program may be started".to_owned()
            }
            Some(facts) => {
                let start = facts.start.as_ref();
                let words = start.iter().flat_map(|start| start.entrypoint.iter().chain(&start.cmd));
                format!("starts {}", printable(words.cloned().collect::<Vec<_>>().join(" ")))
            }
        };
        self.line(paint(DIM, opened));
        self.line("");
        let shown: Vec<&JudgedFinding> =
            image.judged.iter().filter(|judged| self.all || judged.status == FindingStatus::Active).collect();
        for groups in
            grouped(&shown).chunk_by(|one, next| one[0].finding.rule.code == next[0].finding.rule.code)
        {
            let rule = groups[0][0].finding.rule;
            self.line(format_args!("{}  {}", paint(PATH, rule.code), rule.title));
            let mut groups: Vec<&Vec<&JudgedFinding>> = groups.iter().collect();
            // The worst first, and of what can be saved the most; a stable sort keeps the rest in order.
            let key = |group: &[&JudgedFinding]| (group[0].finding.severity, saved(group));
            groups.sort_by_key(|group| std::cmp::Reverse(key(group)));
            let is_shown = |group: &[&JudgedFinding], place| {
                self.all || place < SHOWN_NOTES || group[0].finding.severity > Severity::Note
            };
            let (shown, hidden): (Vec<_>, Vec<_>) =
                groups.into_iter().enumerate().partition(|(place, group)| is_shown(group, *place));
            shown.iter().for_each(|(_, group)| self.group(image, group));
            if !hidden.is_empty() {
                self.line(paint(
                    DIM,
                    format!("  and {} (-v shows them)", counted(hidden.len(), "more note")),
                ));
            }
        }
        if !shown.is_empty() {
            self.line("");
        }
        self.summary(image);
        self.line("");
    }

    fn group(&mut self, image: &ReportedImage, group: &[&JudgedFinding]) {
        let Some(first) = group.first() else { return };
        let (finding, verdict) = (&first.finding, &first.status);
        let verdict = match verdict {
            FindingStatus::Active => String::new(),
            FindingStatus::Known => " (known)".to_owned(),
            FindingStatus::Ignored { reason, .. } => format!(" (ignored: {})", printable(reason)),
        };
        let style = match finding.severity {
            Severity::Error => BAD,
            Severity::Warning => WARNING,
            Severity::Note => DIM,
        };
        let level = paint(style, finding.severity.name());
        let saves = match saved(group) {
            0 => String::new(),
            saved => format!(" ({})", bytes(saved)),
        };
        self.line(format_args!("  {level} {}{saves}{verdict}", printable(&finding.message)));
        let limit = if self.all { usize::MAX } else { SHOWN };
        for judged in group.iter().take(limit) {
            let place = place(image, &judged.finding);
            self.line(format_args!("      {}", place));
            if self.all && judged.finding.message != finding.message {
                self.line(paint(DIM, format!("        {}", printable(&judged.finding.message))));
            }
        }
        if group.len() > limit {
            self.line(paint(DIM, format!("      and {} more", group.len() - limit)));
        }
        let limit = if self.all { usize::MAX } else { SHOWN_EVIDENCE };
        for evidence in finding.evidence.iter().take(limit) {
            self.line(paint(DIM, format!("        {}", printable(evidence))));
        }
        if finding.evidence.len() > limit {
            self.line(paint(DIM, format!("        and {} more", finding.evidence.len() - limit)));
        }
        if let Some(fix) = fixes(image, finding).first() {
            self.line(format_args!("      {} {}", paint(GOOD, "fix:"), printable(fix)));
        }
    }

    fn summary(&mut self, image: &ReportedImage) {
        let count = |severity: Severity| image.count(severity);
        let numbers = [
            counted(count(Severity::Error), "error"),
            counted(count(Severity::Warning), "warning"),
            counted(count(Severity::Note), "note"),
        ];
        let mut words = numbers.join(", ");
        let with = |wanted: fn(&FindingStatus) -> bool| {
            image.judged.iter().filter(|one| wanted(&one.status)).count()
        };
        let (known, ignored) = (
            with(|verdict| *verdict == FindingStatus::Known),
            with(|verdict| matches!(verdict, FindingStatus::Ignored { .. })),
        );
        if known + ignored > 0 {
            words.push_str(&format!("; {known} known, {ignored} ignored"));
        }
        let saves: u64 = image.active().map(|finding| finding.reclaimable_bytes).sum();
        if saves > 0 {
            words.push_str(&format!("; {} that nothing is seen to use", bytes(saves)));
        }
        let style = if image.has_at_least(Severity::Error) { BAD } else { GOOD };
        self.line(paint(style, words));
    }
}

/// What taking away all of a group saves, in bytes.
fn saved(group: &[&JudgedFinding]) -> u64 {
    group.iter().map(|judged| judged.finding.reclaimable_bytes).sum()
}

/// Findings of the same rule, subject, level and verdict together, in the order of the first of each.
fn grouped<'image>(shown: &[&'image JudgedFinding]) -> Vec<Vec<&'image JudgedFinding>> {
    let mut groups: Vec<Vec<&JudgedFinding>> = Vec::new();
    // The rules come one after the other, so that a group is looked for among those of its rule alone.
    for judged in shown {
        let finding = &judged.finding;
        let of_rule =
            groups.iter_mut().rev().take_while(|group| group[0].finding.rule.code == finding.rule.code);
        let is_same = |other: &JudgedFinding| {
            other.finding.subject == finding.subject
                && other.finding.severity == finding.severity
                && other.status == judged.status
        };
        match of_rule.into_iter().find(|group| is_same(group[0])) {
            Some(group) => group.push(judged),
            None => groups.push(vec![judged]),
        }
    }
    groups
}

const WARNING: anstyle::Style = anstyle::AnsiColor::Yellow.on_default();

/// Where a finding is: the path, who brought it, its layer, and what gets to it.
fn place(image: &ReportedImage, finding: &Finding) -> String {
    let mut facts: Vec<String> = Vec::new();
    facts.extend(finding.owner.as_ref().map(ToString::to_string));
    facts.extend(layer_words(image, finding));
    facts.push(finding.reach.name().to_owned());
    format!("{}  {}", printable(&finding.path), paint(DIM, printable(facts.join(", "))))
}
