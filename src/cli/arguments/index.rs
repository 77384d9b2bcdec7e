//! The arguments of `sodeb index`.

use std::path::PathBuf;

use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

use super::{AnswerArguments, ArchiveArguments};
use crate::debian::library_index::export::ExportFormat;
use crate::vocabulary::Architecture;

#[derive(Debug, Subcommand)]
pub(crate) enum IndexCommand {
    /// Fetch the archive's signed indices and keep a catalog of them
    Update(IndexUpdateArguments),
    /// Say which catalogs are at hand, and from what they were made
    Show(IndexShowArguments),
    /// Find libraries by path, package, soname, symbol version or what they need
    ///
    /// PATTERN and --package are answered by the catalog, which knows the paths of all libraries of a release. All other
    /// filters ask what objects say of themselves, which a library index knows: that of Debian 12 for amd64 is compiled in,
    /// `sodeb index build --from-debs` makes others. It has the libraries that ld.so finds by default and those that they
    /// need. Of several filters all have to hold. Names may be globs with * and ?, and are else taken as a whole.
    Find(IndexFindArguments),
    /// Count what library indices hold of a release: packages, objects, edges, sonames, symbol versions
    Stats(IndexStatsArguments),
    /// Hold a release against itself: is everything there that the libraries of its library index need
    ///
    /// Every package is laid into one root, and each library where ld.so looks by default is linked in it. With -v
    /// every edge is told that comes to nothing.
    Check(IndexStatsArguments),
    /// Write a library index as tables for DuckDB and other engines: a file each in a directory
    ///
    /// The tables are packages, libraries, links, needed, version_definitions and version_needs. Each row begins with
    /// distribution, release, architecture and package. Sizes are in bytes.
    Export(IndexExportArguments),
    /// Write one catalog file of several releases, as it is compiled into this program, or their library index
    Build(IndexBuildArguments),
}

/// The releases and architectures that a catalog command is about.
#[derive(Debug, Args)]
pub(crate) struct TargetArguments {
    /// A release's codename; may be given several times [default: Debian stable]
    #[arg(long, value_name = "CODENAME", env = "SODEB_RELEASE", value_delimiter = ',')]
    pub(crate) release: Vec<String>,
    /// An architecture; may be given several times [default: amd64]
    #[arg(long, value_name = "ARCH", env = "SODEB_ARCH", value_delimiter = ',')]
    pub(crate) arch: Vec<Architecture>,
}

#[derive(Debug, Args)]
pub(crate) struct IndexUpdateArguments {
    #[command(flatten)]
    pub(crate) targets: TargetArguments,
    #[command(flatten)]
    pub(crate) archive: ArchiveArguments,
    #[command(flatten)]
    pub(crate) answer: AnswerArguments,
}

#[derive(Debug, Args)]
pub(crate) struct IndexShowArguments {
    #[command(flatten)]
    pub(crate) answer: AnswerArguments,
}

#[derive(Debug, Args)]
pub(crate) struct IndexFindArguments {
    #[command(flatten)]
    pub(crate) sought: SoughtArguments,
    /// How many libraries of each catalog are shown
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) limit: u16,
    #[command(flatten)]
    pub(crate) targets: TargetArguments,
    #[command(flatten)]
    pub(crate) answer: AnswerArguments,
}

/// Which libraries are looked for: at least one of these is given.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct SoughtArguments {
    /// A part of a path, or with * and ? a glob over the whole file name (over the whole path if it has a slash)
    #[arg(value_name = "PATTERN")]
    pub(crate) pattern: Option<String>,
    /// Those of packages of this name
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) package: Option<String>,
    /// Those whose own name (DT_SONAME) this is, such as libgmp.so.10
    #[arg(long, value_name = "SONAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) soname: Option<String>,
    /// Those that need this soname themselves (DT_NEEDED): reverse dependencies
    #[arg(long, value_name = "SONAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) needs: Option<String>,
    /// Those that define this symbol version, such as GLIBC_2.38; with --needs those that need it of that soname
    #[arg(long = "version", id = "symbol_version", value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) version: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct IndexStatsArguments {
    #[command(flatten)]
    pub(crate) targets: TargetArguments,
    #[command(flatten)]
    pub(crate) answer: AnswerArguments,
}

#[derive(Debug, Args)]
pub(crate) struct IndexExportArguments {
    /// The directory of the tables, written as a whole or not at all. One that is there is replaced where it is empty or has
    /// nothing but such tables
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// Format of the files; parquet needs a build with `--features parquet`
    #[arg(long, value_name = "FORMAT", default_value = "jsonl", value_parser = export_formats())]
    pub(crate) format: ExportFormat,
    #[command(flatten)]
    pub(crate) targets: TargetArguments,
}

/// The names of the formats, which help and completions list.
fn export_formats() -> impl TypedValueParser<Value = ExportFormat> {
    PossibleValuesParser::new(ExportFormat::ALL.iter().map(|format| format.name()))
        .try_map(|name| name.parse::<ExportFormat>())
}

#[derive(Debug, Args)]
pub(crate) struct IndexBuildArguments {
    /// The file that is written; with --from-debs it may be left out, and the cache keeps the graphs
    #[arg(short, long, value_name = "FILE", required_unless_present = "from_debs")]
    pub(crate) output: Option<PathBuf>,
    /// Read every package that has a library, and write what all of them have and need: a library index, with which
    /// `sodeb lock` fetches nothing. A run that is broken off goes on where it was
    #[arg(long)]
    pub(crate) from_debs: bool,
    /// Keep the .debs that are fetched for --from-debs
    #[arg(long, requires = "from_debs")]
    pub(crate) keep_debs: bool,
    #[command(flatten)]
    pub(crate) targets: TargetArguments,
    #[command(flatten)]
    pub(crate) archive: ArchiveArguments,
}
