//! Choice of the packages that provide what is missing.

use clap::{Args, ValueEnum};

use super::apps::AppArguments;
use super::catalog::CatalogArguments;
use super::linker::LinkerArguments;
use crate::debian::inclusions::{Inclusion, Runtime};

/// The trees, and all that decides how their gap is closed.
#[derive(Debug, Args)]
pub(crate) struct GapArguments {
    #[command(flatten)]
    pub(crate) apps: AppArguments,
    #[command(flatten)]
    pub(crate) linker: LinkerArguments,
    #[command(flatten)]
    pub(crate) closing: ClosingArguments,
    #[command(flatten)]
    pub(crate) catalog: CatalogArguments,
}

/// Which packages are taken where several will do.
#[derive(Debug, Args)]
pub(crate) struct ChoiceArguments {
    /// A package to take wherever it can answer; may be given several times
    #[arg(long, value_name = "PACKAGE", env = "SODEB_PREFER", value_delimiter = ',')]
    pub(crate) prefer: Vec<String>,
    /// A package never to take; may be given several times
    #[arg(long, value_name = "PACKAGE", env = "SODEB_AVOID", value_delimiter = ',')]
    pub(crate) avoid: Vec<String>,
}

/// What is wanted of the packages that close the gap.
#[derive(Debug, Args)]
pub(crate) struct ClosingArguments {
    #[command(flatten)]
    pub(crate) choice: ChoiceArguments,
    /// Which of the libraries count that objects say they open by themselves: those of this priority and above
    /// [default: required]
    #[arg(long, value_name = "PRIORITY", env = "SODEB_DLOPEN")]
    pub(crate) dlopen: Option<DlopenLevel>,
    /// Files of a package to take too, such as 'tzdata:/usr/share/zoneinfo/*'; may be given several times
    #[arg(long, value_name = "PACKAGE:GLOB")]
    pub(crate) include: Vec<Inclusion>,
    /// An interpreter to take from Debian's packages: python3 or ruby; may be given several times
    #[arg(long, value_name = "RUNTIME", value_delimiter = ',')]
    pub(crate) with: Vec<&'static Runtime>,
    /// Which files count that libraries read or open by a name of their own: those without which they are of no use,
    /// all that are known, or none [default: needed]
    #[arg(long, value_name = "WEIGHT", env = "SODEB_DATA")]
    pub(crate) data: Option<DataLevel>,
}

/// Which of the known data of libraries is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DataLevel {
    /// What a library is of no use without
    Needed,
    /// What only some programs want, too
    All,
    None,
}

impl std::str::FromStr for DataLevel {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        <Self as ValueEnum>::from_str(word, false).map_err(|_| "expected needed, all or none".to_owned())
    }
}

/// A priority of `.note.dlopen`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DlopenLevel {
    /// Without which the object does not work
    Required,
    /// Which should be there
    Recommended,
    /// Which may be there
    Suggested,
}

impl std::str::FromStr for DlopenLevel {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        <Self as ValueEnum>::from_str(word, false)
            .map_err(|_| "expected required, recommended or suggested".to_owned())
    }
}
