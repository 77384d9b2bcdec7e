//! The arguments of `sodeb audit`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{AnswerArguments, CatalogArguments, ImageChoiceArguments, LinkerArguments};
use crate::audit::Severity;

#[derive(Debug, Args)]
pub(crate) struct AuditArguments {
    /// Images and root file systems, each as for --base
    #[arg(value_name = "IMAGE", required_unless_present_any = ["images_from", "explain", "list_rules"])]
    pub(crate) images: Vec<OsString>,
    /// A file with the name of an image on each line; `#` begins a comment, - is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) images_from: Option<PathBuf>,
    /// The level from which a finding makes the exit status 1 [default: error]
    #[arg(long, value_name = "LEVEL", env = "SODEB_FAIL_ON")]
    pub(crate) fail_on: Option<FailOn>,
    /// An earlier audit's JSON, whose findings do not count
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Tell what a rule finds and how that is fixed
    #[arg(long, value_name = "CODE", conflicts_with_all = ["images", "images_from", "list_rules"])]
    pub(crate) explain: Option<String>,
    /// List the rules
    #[arg(long, conflicts_with_all = ["images", "images_from"])]
    pub(crate) list_rules: bool,
    #[command(flatten)]
    pub(crate) look: LookArguments,
    /// How the findings are written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(crate) format: AuditFormat,
    /// A file for the findings, written as a whole or not at all [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// How images are looked at.
#[derive(Debug, Args)]
pub(crate) struct LookArguments {
    /// Look at every object by itself, as ldd does, and grade all of them as if they were reached
    #[arg(long)]
    pub(crate) strict: bool,
    #[command(flatten)]
    pub(crate) choice: ImageChoiceArguments,
    #[command(flatten)]
    pub(crate) linker: LinkerArguments,
    #[command(flatten)]
    pub(crate) catalog: CatalogArguments,
}

#[derive(Debug, Args)]
pub(crate) struct DiffArguments {
    /// The old image, root or lock
    #[arg(value_name = "OLD")]
    pub(crate) old: OsString,
    /// The new one
    #[arg(value_name = "NEW")]
    pub(crate) new: OsString,
    /// The level from which a finding that is gained makes the exit status 1 [default: error]
    #[arg(long, value_name = "LEVEL", env = "SODEB_FAIL_ON")]
    pub(crate) fail_on: Option<FailOn>,
    #[command(flatten)]
    pub(crate) look: LookArguments,
    #[command(flatten)]
    pub(crate) answer: AnswerArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum AuditFormat {
    /// For people
    Text,
    /// For programs: sodeb.audit/1
    Json,
    /// For programs, a line for each image as soon as it was looked at: sodeb.audit-image/1
    Jsonl,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit's XML, for continuous integration
    Junit,
    /// A page for a browser, in one file
    Html,
}

/// From which level on findings make the answer bad news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// What fails
    Error,
    /// What may fail, too
    Warning,
    /// Every finding
    Note,
    /// No finding at all
    Never,
}

impl FailOn {
    /// The level; none where no finding is bad news.
    pub(crate) fn severity(self) -> Option<Severity> {
        match self {
            Self::Error => Some(Severity::Error),
            Self::Warning => Some(Severity::Warning),
            Self::Note => Some(Severity::Note),
            Self::Never => None,
        }
    }
}
