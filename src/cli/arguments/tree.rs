//! The arguments of `sodeb tree`.

use clap::Args;

use super::answer::AnswerArguments;
use super::apps::AppArguments;
use super::catalog::CatalogArguments;
use super::closure::ChoiceArguments;
use super::linker::LinkerArguments;

#[derive(Debug, Args)]
pub(crate) struct TreeArguments {
    #[command(flatten)]
    pub(crate) apps: AppArguments,
    #[command(flatten)]
    pub(crate) linker: LinkerArguments,
    /// Look at every object by itself, not in the process that loads it
    #[arg(long)]
    pub(crate) all: bool,
    /// Show what is loaded with the packages in place that have what is missing
    ///
    /// --release and what else says where packages are looked up is of use with it alone.
    #[arg(long, conflicts_with = "all")]
    pub(crate) closed: bool,
    #[command(flatten)]
    pub(crate) answer: AnswerArguments,
    #[command(flatten)]
    pub(crate) catalog: CatalogArguments,
    #[command(flatten, next_help_heading = "With --closed")]
    pub(crate) choice: ChoiceArguments,
}
