//! The arguments as they are typed; [`super::config`] completes them by `sodeb.toml`.

mod answer;
mod apps;
mod audit;
mod catalog;
mod closure;
mod command;
mod global;
mod graph;
mod image;
mod index;
mod linker;
mod lock;
mod manifest;
mod resolve;
mod tree;
mod values;

pub(crate) use answer::{AnswerArguments, Format};
pub(crate) use apps::{AppArguments, ImageChoiceArguments, PlaceArguments};
pub(crate) use audit::{AuditArguments, AuditFormat, DiffArguments, FailOn, LookArguments};
pub(crate) use catalog::{ArchiveArguments, CatalogArguments};
pub(crate) use closure::{ChoiceArguments, ClosingArguments, DataLevel, DlopenLevel, GapArguments};
pub(crate) use command::{Arguments, Command};
pub(crate) use global::{ColorChoice, GlobalArguments};
pub(crate) use graph::{GraphArguments, GraphFormat, ReachArguments, WhyArguments};
pub(crate) use image::{ImageArguments, LayerArguments, LayerExtent};
pub(crate) use index::{
    IndexBuildArguments, IndexCommand, IndexExportArguments, IndexFindArguments, IndexShowArguments,
    IndexStatsArguments, IndexUpdateArguments, SoughtArguments, TargetArguments,
};
pub(crate) use linker::LinkerArguments;
pub(crate) use lock::LockArguments;
pub(crate) use manifest::ManifestArguments;
pub(crate) use resolve::{ResolveArguments, ResolveFormat};
pub(crate) use tree::TreeArguments;
pub(crate) use values::{Assignment, CommandLine};
