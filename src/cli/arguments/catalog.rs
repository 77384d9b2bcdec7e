//! Choice of the catalog, and access to the archive.

use std::path::PathBuf;

use clap::Args;

use super::values::{parse_architecture, parse_switch};
use crate::debian::catalog::CatalogChoice;
use crate::debian::distributions::release_named;
use crate::vocabulary::{Architecture, Release};

/// Choice of the catalog that packages are looked up in.
#[derive(Debug, Args)]
#[command(next_help_heading = "Catalog")]
pub(crate) struct CatalogArguments {
    /// Release: a codename such as bookworm, a version or a suite
    ///
    /// For example: bookworm, 12, debian12, stable, noble, ubuntu24.04.
    ///
    /// The default is the release that os-release(5) of the base names, else that of the tree or of the root file system that
    /// the tree is in, else Debian stable.
    #[arg(long, value_name = "RELEASE", env = "SODEB_RELEASE", value_parser = release_named)]
    pub(crate) release: Option<Release>,
    /// Architecture of the packages [default: that of most objects]
    #[arg(long, value_name = "ARCH", env = "SODEB_ARCH", value_parser = parse_architecture)]
    pub(crate) arch: Option<Architecture>,
    /// Catalog to use: embedded, archive, installed or installed:DIR
    ///
    /// `embedded` is compiled in, `archive` is the signed index of the archive, which is fetched unless it is cached, and
    /// `installed` is the dpkg database of the root file system DIR, by default of this machine. Without this option the newer
    /// one of the embedded and the cached catalog is used.
    #[arg(long, value_name = "CATALOG", env = "SODEB_CATALOG")]
    pub(crate) catalog: Option<CatalogChoice>,
    /// Fetch the index of the archive first
    #[arg(long)]
    pub(crate) refresh: bool,
    #[command(flatten)]
    pub(crate) archive: ArchiveArguments,
}

/// Access to the archive.
#[derive(Debug, Args)]
#[command(next_help_heading = "Archive")]
pub(crate) struct ArchiveArguments {
    /// Use the cache only, not the network
    #[arg(long, env = "SODEB_OFFLINE", value_parser = parse_switch)]
    pub(crate) offline: bool,
    #[command(flatten)]
    pub(crate) scope: ScopeArguments,
    /// Use an unverified Contents file if there is no verified one
    ///
    /// Mirrors in the middle of an update have a Contents file that does not match the signed Release. Results from it are marked
    /// as unverified. Packages files always have to match.
    #[arg(long)]
    pub(crate) allow_unverified_contents: bool,
}

/// Choice of the archive that indices are from.
#[derive(Debug, Args)]
#[command(next_help_heading = "Archive")]
pub(crate) struct ScopeArguments {
    /// Base URL of a mirror (repeatable) [default: those of the host's apt]
    ///
    /// Packages are looked up in the index of this mirror, which is fetched unless it is cached. Without sources of apt, the
    /// mirrors are those of the distribution. With --snapshot it is the base URL of a snapshot service. A log-in is taken from
    /// the URL, auth.conf of apt or ~/.netrc, and is never written.
    #[arg(long, value_name = "URL", env = "SODEB_MIRROR", value_delimiter = ' ')]
    pub(crate) mirror: Vec<String>,
    /// Use the archive as it was at this time (snapshot.debian.org)
    ///
    /// For example: --snapshot 20260818T205150Z
    #[arg(long, value_name = "TIMESTAMP", env = "SODEB_SNAPSHOT")]
    pub(crate) snapshot: Option<String>,
    /// File of OpenPGP keys to trust besides Debian's and Ubuntu's (repeatable)
    #[arg(long, value_name = "FILE", env = "SODEB_KEYRING")]
    pub(crate) keyring: Vec<PathBuf>,
    /// Component of the archive (repeatable) [default: main]
    ///
    /// The default for Ubuntu is main and universe.
    #[arg(long, value_name = "NAME", env = "SODEB_COMPONENT", value_delimiter = ' ')]
    pub(crate) component: Vec<String>,
    /// Use packages of the release's backports, too
    #[arg(long)]
    pub(crate) backports: bool,
}
