//! `sodeb audit`.

use std::ffi::{OsStr, OsString};
use std::io::Read;
use std::path::Path;

use anyhow::Context;

use crate::audit::{self, AuditSettings, Baseline, Policy, ReportedImage, UnreadImage, rules};
use crate::cli::arguments::{AuditArguments, AuditFormat, BaseArguments, ImageAnalysisArguments};
use crate::cli::config::{catalog_source, linker_settings, requested_release};
use crate::cli::debs::{confirm_packages, with_library_indices};
use crate::cli::failure::{Exit, Failure};
use crate::cli::inputs::{InputRequest, read_image};
use crate::cli::progress::Steps;
use crate::cli::session::Session;
use crate::debian::catalog::{OpenCatalogs, host_release};
use crate::emit;
use crate::loader::Traces;
use crate::pipeline::choose_release;
use crate::tree::inventory::ReadDepth;
use crate::vocabulary::Severity;

/// Maximum size of a file with names of images.
const MAX_NAMES_BYTES: u64 = 16 << 20;

pub(super) fn run(arguments: &AuditArguments, session: &Session) -> Result<Exit, Failure> {
    if let Some(code) = &arguments.explain {
        return explain(code, session);
    }
    if arguments.list_rules {
        return list_rules(arguments, session);
    }
    let baseline = arguments.baseline.as_deref().map(read_baseline).transpose()?;
    let policy = Policy { baseline, ..session.config.audit.policy(&session.config.file())? };
    let least = session.config.audit.least_severity(arguments.fail_on, &session.config.file())?;
    let today = session.today();
    for ignore in policy.expired(today) {
        session.printer.warning(&format!("the ignore of {} has expired: {}", ignore.rule, ignore.reason));
    }
    let mut report =
        Report { arguments, session, least, images: Vec::new(), unread: Vec::new(), lines: String::new() };
    let mut exit = Exit::Fine;
    let names = names(arguments)?;
    let steps = Steps::new(session.printer.shows_progress, names.len());
    for name in names {
        steps.begin(name.display().to_string());
        let audited = audit_image(&name, &arguments.analysis, session);
        steps.done();
        match audited {
            Ok(audited) => {
                let image = audited.judged(&policy, today);
                let fails = least.is_some_and(|least| image.has_at_least(least));
                exit = exit.max(Exit::of_problems(fails));
                steps.hidden_while(|| report.add(image))?;
            }
            // The findings of the other images are still reported.
            Err(failure) => {
                exit = exit.max(steps.hidden_while(|| session.printer.failure(&failure)));
                let unread = UnreadImage { name: name.display().to_string(), cause: failure.cause() };
                steps.hidden_while(|| report.add_unread(unread))?;
            }
        }
    }
    drop(steps);
    report.end()?;
    Ok(exit)
}

fn explain(code: &str, session: &Session) -> Result<Exit, Failure> {
    let rule = rules::by_code(code).ok_or_else(|| {
        Failure::input(anyhow::anyhow!("cannot explain {code:?}: no such rule"))
            .hint("`sodeb audit --list-rules` lists the rules")
    })?;
    session.printer.print(emit::rule_text(rule))?;
    Ok(Exit::Fine)
}

fn list_rules(arguments: &AuditArguments, session: &Session) -> Result<Exit, Failure> {
    let text = match arguments.format {
        AuditFormat::Text => emit::rules_text(),
        AuditFormat::Json => emit::rules_json().map_err(Failure::external)?,
        AuditFormat::Jsonl | AuditFormat::Sarif | AuditFormat::Junit | AuditFormat::Html => {
            let error = anyhow::anyhow!("cannot list the rules in this format");
            return Err(Failure::input(error).hint("use --format text or --format json"));
        }
    };
    session.printer.print_or_write(text, arguments.output.as_deref())?;
    Ok(Exit::Fine)
}

/// Findings so far, and their output.
struct Report<'run> {
    arguments: &'run AuditArguments,
    session: &'run Session,
    /// Least severity of a finding that fails.
    least: Option<Severity>,
    images: Vec<ReportedImage>,
    unread: Vec<UnreadImage>,
    /// Lines of the format with one line per image, if they go to a file.
    lines: String,
}

impl Report<'_> {
    fn add(&mut self, image: ReportedImage) -> Result<(), Failure> {
        if self.arguments.format == AuditFormat::Jsonl {
            return self.add_line(emit::audit_jsonl(&image).map_err(Failure::external)?);
        }
        self.images.push(image);
        Ok(())
    }

    fn add_unread(&mut self, unread: UnreadImage) -> Result<(), Failure> {
        if self.arguments.format == AuditFormat::Jsonl {
            return self.add_line(emit::unread_jsonl(&unread).map_err(Failure::external)?);
        }
        self.unread.push(unread);
        Ok(())
    }

    /// Prints a line at once, or keeps it for a file, which is written atomically.
    fn add_line(&mut self, line: String) -> Result<(), Failure> {
        if self.arguments.output.is_some() {
            self.lines.push_str(&line);
            return Ok(());
        }
        self.session.printer.print(line)
    }

    fn end(self) -> Result<(), Failure> {
        let Self { arguments, session, least, images, unread, lines } = self;
        let text = match arguments.format {
            AuditFormat::Text => emit::audit_text(&images, session.printer.verbose),
            AuditFormat::Json => emit::audit_json(&images, &unread).map_err(Failure::external)?,
            AuditFormat::Jsonl => lines,
            AuditFormat::Sarif => emit::audit_sarif(&images, &unread).map_err(Failure::external)?,
            AuditFormat::Junit => emit::audit_junit(&images, &unread, least),
            AuditFormat::Html => emit::audit_html(&images, &unread).map_err(Failure::external)?,
        };
        session.printer.print_or_write(text, arguments.output.as_deref())
    }
}

fn read_baseline(path: &Path) -> Result<Baseline, Failure> {
    let cannot = || format!("cannot read the baseline {}", path.display());
    let text = std::fs::read(path).with_context(cannot).map_err(Failure::input)?;
    Baseline::parse(&text)
        .with_context(cannot)
        .map_err(|error| Failure::input(error).hint("`sodeb audit --format json -o FILE` writes one"))
}

/// Returns the images that the arguments name, in their order.
fn names(arguments: &AuditArguments) -> Result<Vec<OsString>, Failure> {
    let mut names = arguments.images.clone();
    if let Some(path) = &arguments.images_from {
        let mut text = String::new();
        let read = if path.as_os_str() == "-" {
            std::io::stdin().take(MAX_NAMES_BYTES).read_to_string(&mut text)
        } else {
            std::fs::File::open(path).and_then(|file| file.take(MAX_NAMES_BYTES).read_to_string(&mut text))
        };
        read.with_context(|| format!("cannot read the list of images {}", path.display()))
            .map_err(Failure::input)?;
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
        names.extend(lines.filter(|line| !line.is_empty()).map(OsString::from));
    }
    if names.is_empty() {
        return Err(Failure::input(anyhow::anyhow!("cannot audit: no image is given")));
    }
    Ok(names)
}

/// Reads an image and audits it.
pub(super) fn audit_image(
    name: &OsStr,
    arguments: &ImageAnalysisArguments,
    session: &Session,
) -> Result<ReportedImage, Failure> {
    let ImageAnalysisArguments { strict, access, linker, catalog } = arguments;
    let base = BaseArguments { base: None, at: Vec::new(), relink_python: false, image: access.clone() };
    let request = InputRequest {
        paths: &[],
        base: &base,
        catalog: Some(catalog),
        offline: catalog.archive.offline,
        architecture: session.config.arch_unless(catalog.arch)?,
        depth: ReadDepth::Audit,
        has_wishes: false,
    };
    let subject = read_image(name, &request, session)?;
    for diagnostic in subject.inventory().diagnostics() {
        session
            .printer
            .warning(&format!("{}: cannot read {}: {}", subject.name, diagnostic.path, diagnostic.cause));
    }
    let image = subject.trees.image.as_ref();
    let settings = linker_settings(linker, Traces::Missing, image, session)?;
    let requested = requested_release(catalog, &session.config)?;
    let release = choose_release(requested, &subject.trees, host_release);
    let source = catalog_source(catalog, session)?;
    let mut release_reason = String::new();
    let mut audited =
        audit::audit(&subject, &settings, AuditSettings { is_strict: *strict }, |architecture| {
            let OpenCatalogs { main, others, reason, notes } = source.open(&release, architecture)?;
            session.print_notes(&notes);
            release_reason = reason;
            let main = with_library_indices(main, session)?;
            let others = others.into_iter().map(|other| with_library_indices(other, session));
            Ok::<_, Failure>((main, others.collect::<Result<_, _>>()?))
        })?;
    confirm_packages(&mut audited.resolution, &catalog.archive, session)?;
    Ok(ReportedImage::new(&subject, audited, release_reason))
}
