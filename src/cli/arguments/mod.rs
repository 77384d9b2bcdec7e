//! Arguments as they are typed, one file for each group; [`super::config`] completes them by `sodeb.toml`.

mod apps;
mod audit;
mod catalog;
mod closure;
mod command;
mod given;
mod global;
mod graph;
mod image;
mod index;
mod linker;
mod lock;
mod manifest;
mod output;
mod resolve;
mod tree;
mod values;

pub(crate) use apps::{AppArguments, BaseArguments, ImageAccessArguments};
pub(crate) use audit::{AuditArguments, AuditFormat, DiffArguments, FailOn, ImageAnalysisArguments};
pub(crate) use catalog::{ArchiveArguments, CatalogArguments, ScopeArguments};
pub(crate) use closure::{ClosureArguments, DataLevel, DlopenLevel, PackageChoiceArguments, PlanArguments};
pub(crate) use command::{Arguments, Command, command_line, parse, similar_command};
pub(crate) use given::GivenOptions;
pub(crate) use global::{ColorChoice, GlobalArguments};
pub(crate) use graph::{GraphArguments, GraphFormat, WhyArguments};
pub(crate) use image::{ImageArguments, LayerArguments, LayerFiles};
pub(crate) use index::{
    IndexBuildArguments, IndexCommand, IndexExportArguments, IndexFindArguments, IndexReportArguments,
    IndexShowArguments, IndexUpdateArguments, LibraryFilterArguments, TargetArguments,
};
pub(crate) use linker::LinkerArguments;
pub(crate) use lock::LockArguments;
pub(crate) use manifest::ManifestArguments;
pub(crate) use output::{Format, OutputArguments};
pub(crate) use resolve::{ResolveArguments, ResolveFailOn, ResolveFormat};
pub(crate) use tree::TreeArguments;
pub(crate) use values::{Assignment, CommandLine, parse_architecture};
