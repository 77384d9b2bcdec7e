//! `sodeb audit`.

use std::ffi::OsString;
use std::io::Read;
use std::path::Path;

use anyhow::Context;
use jiff::Timestamp;
use jiff::tz::Offset;

use super::arguments::{ArchiveArguments, AuditArguments, AuditFormat, FailOn, PlaceArguments};
use super::base::Base;
use super::catalogs;
use super::config::Config;
use super::printer::Printer;
use super::release;
use super::settings::{SourceQuestion, linker_settings};
use super::{Exit, Failure};
use crate::audit::{self, AuditSettings, Baseline, Policy, ReportedImage, Severity, rules};
use crate::emit;
use crate::inventory::Depth;
use crate::loader::Traces;

/// What a file of names may come to.
const MAX_NAMES_BYTES: u64 = 16 << 20;

pub(super) fn run(arguments: &AuditArguments, config: &Config, printer: &Printer) -> Result<Exit, Failure> {
    if let Some(code) = &arguments.explain {
        let rule = rules::by_code(code).ok_or_else(|| {
            Failure::question(anyhow::anyhow!("cannot explain {code:?}: there is no such rule"))
                .hint("`sodeb audit --list-rules` lists them")
        })?;
        printer.print(emit::rule_text(rule))?;
        return Ok(Exit::Fine);
    }
    if arguments.list_rules {
        let text = match arguments.format {
            AuditFormat::Json => emit::rules_json().map_err(Failure::outside)?,
            AuditFormat::Text | AuditFormat::Html => emit::rules_text(),
        };
        write(arguments, text, printer)?;
        return Ok(Exit::Fine);
    }
    let policy = policy(arguments, config)?;
    let today = Offset::UTC.to_datetime(Timestamp::now()).date();
    for ignore in policy.expired(today) {
        printer.warning(&format!("an ignore of {} has expired: {}", ignore.rule, ignore.reason));
    }
    let mut images = Vec::new();
    let mut exit = Exit::Fine;
    for name in names(arguments)? {
        match look_at(&name, arguments, config, printer) {
            Ok(audited) => images.push(audited.judged(&policy, today)),
            // One image that can't be read does not take the others' findings away.
            Err(failure) => exit = printer.failure(&failure).max(exit),
        }
    }
    if images.is_empty() {
        return Ok(exit);
    }
    let text = match arguments.format {
        AuditFormat::Json => emit::audit_json(&images).map_err(Failure::outside)?,
        AuditFormat::Html => emit::audit_html(&images).map_err(Failure::outside)?,
        AuditFormat::Text => emit::audit_text(&images, printer.verbose),
    };
    write(arguments, text, printer)?;
    let least = match arguments.fail_on.unwrap_or(FailOn::Error) {
        FailOn::Error => Some(Severity::Error),
        FailOn::Warning => Some(Severity::Warning),
        FailOn::Note => Some(Severity::Note),
        FailOn::Never => None,
    };
    let is_bad = least.is_some_and(|least| images.iter().any(|image| image.has_at_least(least)));
    Ok(if is_bad { exit.max(Exit::BadNews) } else { exit })
}

fn write(arguments: &AuditArguments, text: String, printer: &Printer) -> Result<(), Failure> {
    match &arguments.output {
        Some(path) => {
            let text = anstream::adapter::strip_str(&text).to_string();
            let end = if text.ends_with('\n') { "" } else { "\n" };
            printer.write_file(path, format!("{text}{end}").as_bytes())
        }
        None => printer.print(text),
    }
}

/// What the arguments and the configuration make of findings.
fn policy(arguments: &AuditArguments, _config: &Config) -> Result<Policy, Failure> {
    let baseline = arguments.baseline.as_deref().map(read_baseline).transpose()?;
    Ok(Policy { baseline, ..Policy::default() })
}

fn read_baseline(path: &Path) -> Result<Baseline, Failure> {
    let cannot = || format!("cannot read the baseline {}", path.display());
    let text = std::fs::read(path).with_context(cannot).map_err(Failure::question)?;
    Baseline::parse(&text)
        .with_context(cannot)
        .map_err(|error| Failure::question(error).hint("`sodeb audit --format json -o FILE` writes one"))
}

/// The images that the arguments name, in their order.
fn names(arguments: &AuditArguments) -> Result<Vec<OsString>, Failure> {
    let mut names = arguments.images.clone();
    if let Some(path) = &arguments.images_from {
        let mut text = String::new();
        let read = if path.as_os_str() == "-" {
            std::io::stdin().take(MAX_NAMES_BYTES).read_to_string(&mut text)
        } else {
            std::fs::File::open(path).and_then(|file| file.take(MAX_NAMES_BYTES).read_to_string(&mut text))
        };
        read.with_context(|| format!("cannot read the names of images in {}", path.display()))
            .map_err(Failure::question)?;
        let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
        names.extend(lines.filter(|line| !line.is_empty()).map(OsString::from));
    }
    if names.is_empty() {
        return Err(Failure::question(anyhow::anyhow!("cannot audit: no image is named")));
    }
    Ok(names)
}

fn look_at(
    name: &OsString,
    arguments: &AuditArguments,
    config: &Config,
    printer: &Printer,
) -> Result<ReportedImage, Failure> {
    let AuditArguments { choice, linker, catalog, .. } = arguments;
    let ArchiveArguments { cache, offline, .. } = &catalog.archive;
    let place = PlaceArguments { base: None, choice: choice.clone(), at: Vec::new() };
    let question = SourceQuestion {
        paths: &[],
        place: &place,
        cache,
        catalog: Some(catalog),
        offline: *offline,
        architecture: catalog.arch.map_or_else(|| config.arch(), |arch| Ok(Some(arch)))?,
        depth: Depth::Auditing,
    };
    let subject = Base::of_word(name, Path::new(""))?.read_alone(&question, config, printer)?;
    for diagnostic in subject.inventory().diagnostics() {
        printer.warning(&format!("{}: cannot read {}: {}", subject.name, diagnostic.path, diagnostic.cause));
    }
    let image = subject.sources.image.as_ref();
    let settings = linker_settings(linker, config, Traces::Missing, image, printer)?;
    let release = release::choose(catalog.release.as_deref(), config, &subject.sources);
    let asked = AuditSettings { is_strict: arguments.strict };
    let mut learned_from = String::new();
    let audited = audit::audit(&subject, &settings, asked, |architecture| {
        let opened = catalogs::open(catalog, config, &release, architecture, printer)?;
        learned_from = opened.learned_from;
        Ok::<_, Failure>((opened.catalogs.main, opened.catalogs.others))
    })?;
    Ok(ReportedImage::new(&subject, audited, learned_from))
}
