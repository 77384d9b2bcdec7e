//! Arguments of `sodeb index`.

use std::path::PathBuf;

use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};

use super::catalog::{ArchiveArguments, ScopeArguments};
use super::output::OutputArguments;
use super::values::parse_architecture;
use crate::debian::distributions::release_named;
use crate::debian::library_index::export::ExportFormat;
use crate::vocabulary::{Architecture, Release};

#[derive(Debug, Subcommand)]
pub(crate) enum IndexCommand {
    /// Fetch the signed indices of the archive and cache a catalog of them
    Update(IndexUpdateArguments),
    /// Show the available catalogs and their sources
    Show(IndexShowArguments),
    /// Find libraries by path, package, soname, symbol version or dependency
    ///
    /// PATTERN and --package are searched in the catalog, which has the paths of all libraries of a release. The other filters
    /// are searched in a library index, which has the libraries that ld.so finds by default and those that they need: Debian 12
    /// and 13 are compiled in, and `sodeb index build --from-debs` builds others. A library has to match all filters. Names may be
    /// globs with * and ?, and otherwise have to match exactly.
    Find(IndexFindArguments),
    /// Count the packages, libraries, sonames and symbol versions of a release
    Stats(IndexReportArguments),
    /// Check a release for consistency: every dependency of its libraries is provided
    ///
    /// All packages of the library index are overlaid into one root, and each library in a default directory of ld.so is linked
    /// in it. With -v every failing dependency is printed.
    Check(IndexReportArguments),
    /// Write a library index as tables for DuckDB and other engines, one file each
    ///
    /// The tables are packages, libraries, links, needed, version_definitions and version_needs. Each row begins with
    /// distribution, release, architecture and package. Sizes are in bytes.
    Export(IndexExportArguments),
    /// Build a catalog file of several releases, or their library indices
    Build(IndexBuildArguments),
}

/// Releases and architectures.
#[derive(Debug, Args)]
pub(crate) struct TargetArguments {
    /// Release: a codename, a version or a suite (repeatable) [default: Debian stable]
    #[arg(long, value_name = "RELEASE", env = "SODEB_RELEASE", value_delimiter = ',', value_parser = release_named)]
    pub(crate) release: Vec<Release>,
    /// Architecture (repeatable) [default: amd64]
    #[arg(long, value_name = "ARCH", env = "SODEB_ARCH", value_delimiter = ',', value_parser = parse_architecture)]
    pub(crate) arch: Vec<Architecture>,
}

#[derive(Debug, Args)]
pub(crate) struct IndexUpdateArguments {
    #[command(flatten)]
    pub(crate) targets: TargetArguments,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
    #[command(flatten)]
    pub(crate) archive: ArchiveArguments,
}

#[derive(Debug, Args)]
pub(crate) struct IndexShowArguments {
    #[command(flatten)]
    pub(crate) output: OutputArguments,
}

#[derive(Debug, Args)]
pub(crate) struct IndexFindArguments {
    #[command(flatten)]
    pub(crate) filter: LibraryFilterArguments,
    /// Maximum number of libraries per catalog
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) limit: u16,
    #[command(flatten)]
    pub(crate) targets: TargetArguments,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
    #[command(flatten)]
    pub(crate) scope: ScopeArguments,
}

/// Filters of libraries, of which at least one is given.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub(crate) struct LibraryFilterArguments {
    /// Part of a path, or a glob with * and ?
    ///
    /// A glob has to match the whole file name, or the whole path if it has a slash.
    #[arg(value_name = "PATTERN")]
    pub(crate) pattern: Option<String>,
    /// Package with the library
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) package: Option<String>,
    /// Soname of the library (DT_SONAME), such as libgmp.so.10
    #[arg(long, value_name = "SONAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) soname: Option<String>,
    /// Soname that the library needs (DT_NEEDED): finds reverse dependencies
    #[arg(long, value_name = "SONAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) needs: Option<String>,
    /// Symbol version that the library defines (with --needs: requires)
    ///
    /// For example: `sodeb index find --needs libc.so.6 --symbol-version GLIBC_2.38`
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(crate) symbol_version: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct IndexReportArguments {
    #[command(flatten)]
    pub(crate) targets: TargetArguments,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
    #[command(flatten)]
    pub(crate) scope: ScopeArguments,
}

#[derive(Debug, Args)]
pub(crate) struct IndexExportArguments {
    /// Directory of the tables, written atomically
    ///
    /// An existing directory is replaced if it is empty or has only such tables.
    #[arg(short, long, value_name = "DIR")]
    pub(crate) output: PathBuf,
    /// Format of the files; parquet needs a build with `--features parquet`
    #[arg(long, value_name = "FORMAT", default_value = "jsonl", value_parser = export_formats())]
    pub(crate) format: ExportFormat,
    #[command(flatten)]
    pub(crate) targets: TargetArguments,
    #[command(flatten)]
    pub(crate) scope: ScopeArguments,
}

/// Parser of the formats, whose names help and completions list.
fn export_formats() -> impl TypedValueParser<Value = ExportFormat> {
    PossibleValuesParser::new(ExportFormat::ALL.iter().map(|format| format.name()))
        .try_map(|name| name.parse::<ExportFormat>())
}

#[derive(Debug, Args)]
pub(crate) struct IndexBuildArguments {
    /// Output file [default with --from-debs: one in the cache for each target]
    #[arg(short, long, value_name = "FILE", required_unless_present = "from_debs")]
    pub(crate) output: Option<PathBuf>,
    /// Build library indices from the .debs, so that `sodeb lock` downloads nothing
    ///
    /// Every package with a library is downloaded and read. An interrupted run continues where it stopped.
    #[arg(long)]
    pub(crate) from_debs: bool,
    /// Keep the downloaded .debs in the cache
    #[arg(long, requires = "from_debs")]
    pub(crate) keep_debs: bool,
    #[command(flatten)]
    pub(crate) targets: TargetArguments,
    #[command(flatten)]
    pub(crate) archive: ArchiveArguments,
}
