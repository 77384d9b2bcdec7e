//! Arguments of `sodeb audit` and `sodeb diff`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::apps::ImageAccessArguments;
use super::catalog::CatalogArguments;
use super::linker::LinkerArguments;
use super::output::OutputArguments;
use crate::vocabulary::Severity;

#[derive(Debug, Args)]
pub(crate) struct AuditArguments {
    /// Images or root file systems, as for --base of other commands
    #[arg(value_name = "IMAGE", required_unless_present_any = ["images_from", "explain", "list_rules"])]
    pub(crate) images: Vec<OsString>,
    /// File with one image per line, or - for standard input
    ///
    /// The rest of a line after # is a comment.
    #[arg(long, value_name = "FILE")]
    pub(crate) images_from: Option<PathBuf>,
    /// Least level of findings that fail (exit status 1) [default: error]
    #[arg(long, value_name = "LEVEL", env = "SODEB_FAIL_ON")]
    pub(crate) fail_on: Option<FailOn>,
    /// JSON of an earlier audit, whose findings are ignored
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Explain a rule and how to fix its findings
    #[arg(long, value_name = "RULE", conflicts_with_all = ["images", "images_from", "list_rules"])]
    pub(crate) explain: Option<String>,
    /// List the rules
    #[arg(long, conflicts_with_all = ["images", "images_from"])]
    pub(crate) list_rules: bool,
    /// Output format
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: AuditFormat,
    /// Output file, written atomically [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) analysis: ImageAnalysisArguments,
}

/// Analysis of images.
#[derive(Debug, Args)]
pub(crate) struct ImageAnalysisArguments {
    /// Link each object on its own, as ldd does, and treat all objects as reachable
    #[arg(long)]
    pub(crate) strict: bool,
    #[command(flatten)]
    pub(crate) access: ImageAccessArguments,
    #[command(flatten)]
    pub(crate) linker: LinkerArguments,
    #[command(flatten)]
    pub(crate) catalog: CatalogArguments,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArguments {
    /// Old image, root file system or lock
    #[arg(value_name = "OLD")]
    pub(crate) old: OsString,
    /// New image, root file system or lock
    #[arg(value_name = "NEW")]
    pub(crate) new: OsString,
    /// Least level of new findings that fail (exit status 1) [default: error]
    #[arg(long, value_name = "LEVEL", env = "SODEB_FAIL_ON")]
    pub(crate) fail_on: Option<FailOn>,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
    #[command(flatten)]
    pub(crate) analysis: ImageAnalysisArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditFormat {
    /// For people
    Text,
    /// For programs: sodeb.audit/1
    Json,
    /// For programs, one line per image as soon as it is audited: sodeb.audit-image/1
    Jsonl,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for continuous integration
    Junit,
    /// Web page in one file
    Html,
}

/// Least level of findings that count as problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// Errors only
    Error,
    /// Warnings, too
    Warning,
    /// All findings
    Note,
    /// No findings
    Never,
}

impl FailOn {
    /// Returns the least severity; none if no finding counts.
    pub(crate) fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Note => Some(Severity::Note),
            Self::Never => None,
        }
    }
}
