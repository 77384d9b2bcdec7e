//! Arguments of `sodeb manifest`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::closure::PlanArguments;
use crate::emit::ManifestFormat;

#[derive(Debug, Args)]
pub(crate) struct ManifestArguments {
    /// Format of the manifest
    #[arg(long, value_name = "FORMAT", value_parser = manifest_formats())]
    pub(crate) format: ManifestFormat,
    /// Output file, written atomically [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) plan: PlanArguments,
}

/// Parser of the formats, whose names help and completions list.
fn manifest_formats() -> impl TypedValueParser<Value = ManifestFormat> {
    PossibleValuesParser::new(ManifestFormat::ALL.iter().map(|format| format.name()))
        .try_map(|name| name.parse::<ManifestFormat>())
}
