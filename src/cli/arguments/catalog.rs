//! Choice of the catalogs, and access to the archive.

use std::path::PathBuf;

use clap::Args;

use crate::debian::catalog::CatalogChoice;
use crate::vocabulary::Architecture;

/// Which packages there are.
#[derive(Debug, Args)]
pub(crate) struct CatalogArguments {
    /// The release's codename, such as bookworm [default: the base's, the tree's or its surroundings', else
    /// Debian stable]
    #[arg(long, value_name = "CODENAME", env = "SODEB_RELEASE")]
    pub(crate) release: Option<String>,
    /// The architecture [default: that of most objects]
    #[arg(long, value_name = "ARCH", env = "SODEB_ARCH")]
    pub(crate) arch: Option<Architecture>,
    /// Where packages are looked up: embedded, archive, or `installed[:ROOT]` for the dpkg database of a root
    /// [default: what `sodeb index update` has fetched, else embedded]
    #[arg(long, value_name = "CATALOG", env = "SODEB_CATALOG")]
    pub(crate) catalog: Option<CatalogChoice>,
    /// Fetch the archive's index now
    #[arg(long, conflicts_with = "offline")]
    pub(crate) refresh: bool,
    #[command(flatten)]
    pub(crate) archive: ArchiveArguments,
}

/// How the archive is reached.
#[derive(Debug, Args)]
pub(crate) struct ArchiveArguments {
    /// Use no network
    #[arg(long, env = "SODEB_OFFLINE")]
    pub(crate) offline: bool,
    /// A mirror's base; may be given several times [default: those of the host's apt, else Debian's]
    #[arg(long, value_name = "URL", env = "SODEB_MIRROR", value_delimiter = ' ')]
    pub(crate) mirror: Vec<String>,
    /// The archive as it was at this moment (snapshot.debian.org)
    #[arg(long, value_name = "TIMESTAMP", env = "SODEB_SNAPSHOT")]
    pub(crate) snapshot: Option<String>,
    /// A file of OpenPGP keys that are trusted too; may be given several times
    #[arg(long, value_name = "FILE", env = "SODEB_KEYRING")]
    pub(crate) keyring: Vec<PathBuf>,
    /// A component to read; may be given several times [default: main]
    #[arg(long, value_name = "NAME", env = "SODEB_COMPONENT", value_delimiter = ' ')]
    pub(crate) component: Vec<String>,
    /// Take packages of the release's backports too
    #[arg(long)]
    pub(crate) backports: bool,
    /// Use a Contents file that does not match the signed Release if there is no verified one
    #[arg(long)]
    pub(crate) allow_unverified_contents: bool,
}
