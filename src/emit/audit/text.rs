//! `sodeb audit` as text: grouped by image and rule, with equal findings of several files together.

use std::cmp::Reverse;

use super::details::{NOT_CHECKED, command, fixes, layer_words};
use crate::audit::{Finding, FindingStatus, JudgedFinding, ReportedImage};
use crate::emit::escape::printable;
use crate::emit::humanize::{counted, release_words, size, thousands};
use crate::emit::lines::Lines;
use crate::emit::style::{BAD, DIM, GOOD, HEADING, WARNING, paint};
use crate::vocabulary::Severity;

/// Maximum number of files of a finding that are shown without `-v`.
const SHOWN_FILES: usize = 5;

/// Maximum number of notes of a rule that are shown without `-v`.
const SHOWN_NOTES: usize = 10;

/// Maximum number of lines of evidence that are shown without `-v`.
const SHOWN_EVIDENCE: usize = 3;

/// Writes the findings of all images as text with colours as ANSI sequences. `all` adds every file, all evidence, and the
/// known and ignored findings.
pub fn audit_text(images: &[ReportedImage], all: bool) -> String {
    let mut writer = Writer { all, text: Lines::default() };
    for image in images {
        writer.image(image);
    }
    writer.text.line(paint(DIM, format_args!("not checked: {}", NOT_CHECKED.join("; "))));
    writer.text.into_text()
}

/// Findings of the same rule, subject, severity and status.
type Group<'image> = Vec<&'image JudgedFinding>;

struct Writer {
    all: bool,
    text: Lines,
}

impl Writer {
    fn image(&mut self, image: &ReportedImage) {
        self.heading(image);
        let is_shown = |judged: &&JudgedFinding| self.all || judged.status == FindingStatus::Active;
        let shown: Vec<&JudgedFinding> = image.judged.iter().filter(is_shown).collect();
        let code = |group: &Group<'_>| group[0].finding.rule.code;
        for groups in grouped(&shown).chunk_by(|one, next| code(one) == code(next)) {
            self.rule(image, groups);
        }
        if !shown.is_empty() {
            self.text.blank();
        }
        self.summary(image);
        self.text.blank();
    }

    fn heading(&mut self, image: &ReportedImage) {
        let audited = &image.audited;
        let release = release_words(&audited.resolution.provenance, &image.release_from);
        let counts =
            format!("{}, {}", counted(audited.files, "file"), counted(audited.objects.len(), "object"));
        self.text.line(format_args!("{}  {counts} · {release}", paint(HEADING, printable(&image.name))));
        let start = match &image.image {
            None => "no image configuration: any program may be started".to_owned(),
            Some(_) if audited.may_start_anything => {
                "starts a shell or nothing: any program may be started".to_owned()
            }
            Some(_) => format!("starts {}", printable(command(image))),
        };
        self.text.line(paint(DIM, start));
        self.text.blank();
    }

    fn rule(&mut self, image: &ReportedImage, groups: &[Group<'_>]) {
        let rule = groups[0][0].finding.rule;
        self.text.line(format_args!("{}  {}", paint(HEADING, rule.code), rule.title));
        let mut groups: Vec<&Group<'_>> = groups.iter().collect();
        // By severity and then by reclaimable size; a stable sort keeps the rest in order.
        groups.sort_by_key(|group| Reverse((group[0].finding.severity, reclaimable_bytes(group))));
        let is_shown = |group: &Group<'_>, place| {
            self.all || place < SHOWN_NOTES || group[0].finding.severity > Severity::Note
        };
        let (shown, hidden): (Vec<_>, Vec<_>) =
            groups.into_iter().enumerate().partition(|(place, group)| is_shown(group, *place));
        shown.iter().for_each(|(_, group)| self.group(image, group));
        if !hidden.is_empty() {
            let count = counted(hidden.len(), "more note");
            self.text.line(paint(DIM, format_args!("  and {count} (-v shows them)")));
        }
    }

    fn group(&mut self, image: &ReportedImage, group: &[&JudgedFinding]) {
        let Some(JudgedFinding { finding, status }) = group.first() else { return };
        let status = match status {
            FindingStatus::Active => String::new(),
            FindingStatus::Known => " (known)".to_owned(),
            FindingStatus::Ignored { reason, .. } => format!(" (ignored: {})", printable(reason)),
        };
        let level = paint(severity_style(finding.severity), finding.severity);
        let reclaimable = match reclaimable_bytes(group) {
            0 => String::new(),
            bytes => format!(" ({})", size(bytes)),
        };
        self.text.line(format_args!("  {level} {}{reclaimable}{status}", printable(&finding.message)));
        self.files(image, group, &finding.message);
        let limit = if self.all { usize::MAX } else { SHOWN_EVIDENCE };
        for evidence in finding.evidence.iter().take(limit) {
            self.text.line(paint(DIM, format_args!("        {}", printable(evidence))));
        }
        self.more("        ", finding.evidence.len(), limit);
        if let Some(fix) = fixes(image, finding).first() {
            self.text.line(format_args!("      {} {}", paint(GOOD, "fix:"), printable(fix)));
        }
    }

    /// Writes the files of a group, and their messages where they differ from that of the group.
    fn files(&mut self, image: &ReportedImage, group: &[&JudgedFinding], message: &str) {
        let limit = if self.all { usize::MAX } else { SHOWN_FILES };
        for judged in group.iter().take(limit) {
            self.text.line(format_args!("      {}", location(image, &judged.finding)));
            if self.all && judged.finding.message != message {
                self.text.line(paint(DIM, format_args!("        {}", printable(&judged.finding.message))));
            }
        }
        self.more("      ", group.len(), limit);
    }

    fn more(&mut self, indent: &str, count: usize, limit: usize) {
        if count > limit {
            self.text.line(paint(DIM, format_args!("{indent}and {} more", thousands(count - limit))));
        }
    }

    fn summary(&mut self, image: &ReportedImage) {
        let count = |severity: Severity| counted(image.count(severity), severity.name());
        let counts = [Severity::Error, Severity::Warning, Severity::Note].map(count);
        let mut words = counts.join(", ");
        let (known, ignored) = (image.known(), image.ignored());
        if known + ignored > 0 {
            words.push_str(&format!("; {} known, {} ignored", thousands(known), thousands(ignored)));
        }
        let reclaimable = image.reclaimable_bytes();
        if reclaimable > 0 {
            words.push_str(&format!("; {} reclaimable", size(reclaimable)));
        }
        let style = if image.has_at_least(Severity::Error) { BAD } else { GOOD };
        self.text.line(paint(style, words));
    }
}

fn severity_style(severity: Severity) -> anstyle::Style {
    match severity {
        Severity::Error => BAD,
        Severity::Warning => WARNING,
        Severity::Note => DIM,
    }
}

/// Returns the number of bytes that removing all files of a group reclaims.
fn reclaimable_bytes(group: &[&JudgedFinding]) -> u64 {
    group.iter().map(|judged| judged.finding.reclaimable_bytes).sum()
}

/// Groups findings of the same rule, subject, severity and status, in the order of the first finding of each group.
fn grouped<'image>(shown: &[&'image JudgedFinding]) -> Vec<Group<'image>> {
    let mut groups: Vec<Group<'image>> = Vec::new();
    // The findings of a rule are consecutive, so that only its own groups are searched.
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

/// Describes the location of a finding: its path, owner, layer and reach.
fn location(image: &ReportedImage, finding: &Finding) -> String {
    let mut facts: Vec<String> = Vec::new();
    facts.extend(finding.owner.as_ref().map(ToString::to_string));
    facts.extend(layer_words(image, finding));
    facts.push(finding.reach.name().to_owned());
    format!("{}  {}", printable(&finding.path), paint(DIM, printable(facts.join(", "))))
}
