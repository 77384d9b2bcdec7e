//! Choice of the packages that provide what is missing.

use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::apps::AppArguments;
use super::catalog::CatalogArguments;
use super::linker::LinkerArguments;
use crate::debian::inclusions::{Inclusion, Runtime};

/// Everything that a Plan is made from.
#[derive(Debug, Args)]
pub(crate) struct PlanArguments {
    #[command(flatten)]
    pub(crate) apps: AppArguments,
    #[command(flatten)]
    pub(crate) linker: LinkerArguments,
    #[command(flatten)]
    pub(crate) closure: ClosureArguments,
    #[command(flatten)]
    pub(crate) catalog: CatalogArguments,
}

/// Choice between packages that provide the same library.
#[derive(Debug, Args)]
#[command(next_help_heading = "Packages")]
pub(crate) struct PackageChoiceArguments {
    /// Package to use wherever it provides a library (repeatable)
    #[arg(long, value_name = "PACKAGE", env = "SODEB_PREFER", value_delimiter = ',')]
    pub(crate) prefer: Vec<String>,
    /// Package never to use (repeatable)
    #[arg(long, value_name = "PACKAGE", env = "SODEB_AVOID", value_delimiter = ',')]
    pub(crate) avoid: Vec<String>,
}

/// Choice of packages, and of files beyond libraries.
#[derive(Debug, Args)]
#[command(next_help_heading = "Packages")]
pub(crate) struct ClosureArguments {
    #[command(flatten)]
    pub(crate) choice: PackageChoiceArguments,
    /// Runtime to add from Debian's packages: python3 or ruby (repeatable)
    #[arg(long, value_name = "RUNTIME", value_delimiter = ',')]
    pub(crate) with: Vec<&'static Runtime>,
    /// Files of a package to add, such as 'tzdata:/usr/share/zoneinfo/*' (repeatable)
    #[arg(long, value_name = "PACKAGE:GLOB")]
    pub(crate) include: Vec<Inclusion>,
    /// Data files and plugins that libraries need at run time: needed, all or none
    ///
    /// `needed` adds those without which a library does not work, `all` also those that only some programs use. The default is
    /// needed.
    #[arg(long, value_name = "LEVEL", env = "SODEB_DATA", hide_possible_values = true)]
    pub(crate) data: Option<DataLevel>,
    /// Least priority of dlopen(3) libraries to add [default: required]
    ///
    /// Objects state these libraries and their priority in ELF notes (.note.dlopen): required, recommended or suggested.
    #[arg(long, value_name = "PRIORITY", env = "SODEB_DLOPEN", hide_possible_values = true)]
    pub(crate) dlopen: Option<DlopenLevel>,
}

/// Data files and plugins of libraries to add.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DataLevel {
    /// Only files without which a library does not work
    Needed,
    /// Also files that only some programs use
    All,
    None,
}

impl FromStr for DataLevel {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        <Self as ValueEnum>::from_str(word, false).map_err(|_| "expected needed, all or none".to_owned())
    }
}

/// Priority in `.note.dlopen`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DlopenLevel {
    /// The object does not work without them
    Required,
    /// Usually present
    Recommended,
    /// Useful for some programs
    Suggested,
}

impl FromStr for DlopenLevel {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        <Self as ValueEnum>::from_str(word, false)
            .map_err(|_| "expected required, recommended or suggested".to_owned())
    }
}
