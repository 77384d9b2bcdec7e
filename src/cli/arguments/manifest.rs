//! The arguments of `sodeb manifest`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::closure::GapArguments;
use crate::emit::ManifestFormat;

#[derive(Debug, Args)]
pub(crate) struct ManifestArguments {
    #[command(flatten)]
    pub(crate) gap: GapArguments,
    /// What the manifest is for
    #[arg(long, value_name = "FORMAT", value_parser = manifest_formats())]
    pub(crate) format: ManifestFormat,
    /// A file for the manifest, written as a whole or not at all [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// The names of the formats, which help and completions list.
fn manifest_formats() -> impl TypedValueParser<Value = ManifestFormat> {
    PossibleValuesParser::new(ManifestFormat::ALL.iter().map(|format| format.name()))
        .try_map(|name| name.parse::<ManifestFormat>())
}
