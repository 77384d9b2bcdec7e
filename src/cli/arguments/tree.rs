//! Arguments of `sodeb tree`.

use clap::Args;

use super::apps::AppArguments;
use super::catalog::CatalogArguments;
use super::closure::PackageChoiceArguments;
use super::linker::LinkerArguments;
use super::output::OutputArguments;

#[derive(Debug, Args)]
pub(crate) struct TreeArguments {
    /// Link each object on its own, as ldd does, not in the process that loads it
    #[arg(long)]
    pub(crate) standalone: bool,
    /// Add the packages that provide what is missing
    ///
    /// The options under Packages, Catalog and Archive have an effect only with it, but --arch and --offline.
    #[arg(long, conflicts_with = "standalone")]
    pub(crate) with_packages: bool,
    #[command(flatten)]
    pub(crate) output: OutputArguments,
    #[command(flatten)]
    pub(crate) apps: AppArguments,
    #[command(flatten)]
    pub(crate) linker: LinkerArguments,
    #[command(flatten)]
    pub(crate) choice: PackageChoiceArguments,
    #[command(flatten)]
    pub(crate) catalog: CatalogArguments,
}
