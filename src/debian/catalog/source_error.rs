//! Errors and caveats of a source of catalogs.

use super::{BuildError, CatalogError, SubstitutedPaths};
use crate::debian::archive::{ArchiveDiagnostic, ArchiveError, LeftOutContents};
use crate::debian::distributions::similar_release;
use crate::support::humanize::counted;
use crate::vocabulary::{Architecture, Distribution, Release, Target};

/// Caveat about catalogs that were opened.
#[derive(Debug, thiserror::Error)]
pub enum CatalogNote {
    /// The chosen release has no index, and another one is used.
    #[error("no index for {wanted}: using {used}")]
    Fallback {
        /// Target without an index.
        wanted: Target,
        /// Release that is used.
        used: Release,
    },
    /// Caveat about indices that were fetched.
    #[error("{0}")]
    Archive(ArchiveDiagnostic),
    /// A Contents file is left out, and packages that were read stand for it.
    #[error(
        "{} of {} is left out, it does not match the signed Release: {}; {}",
        .left_out.file, .left_out.suite, .left_out.attempts, substitutes(*.substituted)
    )]
    LeftOut {
        /// The file.
        left_out: LeftOutContents,
        /// Packages that stand for it.
        substituted: SubstitutedPaths,
    },
    /// A catalog in the cache cannot be read.
    #[error("{0}; `sodeb index update` replaces it")]
    Unreadable(CatalogError),
}

impl CatalogNote {
    /// True if the caveat may make a result wrong, and is not only for information.
    pub fn is_warning(&self) -> bool {
        !matches!(self, Self::Fallback { .. })
    }
}

/// Error of a source of catalogs.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// There is no index for the target.
    #[error("cannot look up packages: no index for {target}{}", list(.known))]
    NoIndex {
        /// The target.
        target: Target,
        /// Releases of the distribution with an index for the architecture, the oldest first.
        known: Vec<Release>,
    },
    /// There is no index for any release of a distribution.
    #[error("cannot compare releases: no index for {distribution} on {architecture}")]
    NoRelease {
        /// The distribution.
        distribution: Distribution,
        /// The architecture.
        architecture: Architecture,
    },
    /// The index of the target is not compiled in.
    #[error("cannot look up packages: the index for {0} is not compiled in")]
    NotEmbedded(Target),
    /// The index of a given mirror or snapshot is not in the cache.
    #[error("cannot look up packages: the cache has no index for {target} with {options}")]
    NotFetched {
        /// The target.
        target: Target,
        /// Options that request it.
        options: String,
    },
    /// The chosen catalog has other packages than the requested ones.
    #[error("cannot use the {catalog} catalog with {options}")]
    OtherScope {
        /// Name of the catalog.
        catalog: &'static str,
        /// Options that request other packages.
        options: String,
    },
    /// An installed root or an embedded catalog is to be refreshed.
    #[error("cannot refresh the catalog: only that of the archive can be fetched")]
    NotTheArchive,
    /// The dpkg database of a root cannot be read.
    #[error(transparent)]
    Installed(CatalogError),
    /// A catalog's data is broken.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The archive's indices cannot be fetched.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// The archive's indices cannot be turned into a catalog.
    #[error(transparent)]
    Build(#[from] BuildError),
}

impl OpenError {
    /// Advice that fixes the error.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NoIndex { target: Target { release, architecture, .. }, .. } => {
                Some(match similar_release(release) {
                    Some(similar) => format!("did you mean {similar}?"),
                    None => {
                        format!("`sodeb index update --release {release} --arch {architecture}` fetches it")
                    }
                })
            }
            Self::NoRelease { architecture, .. } => {
                Some(format!("`sodeb index update --release CODENAME --arch {architecture}` fetches one"))
            }
            Self::NotEmbedded(_) => {
                Some("leave out --catalog embedded to use the archive or the cache".to_owned())
            }
            Self::NotFetched { target: Target { release, architecture, .. }, options } => Some(format!(
                "`sodeb index update --release {release} --arch {architecture} {options}` fetches it"
            )),
            Self::OtherScope { .. } => {
                Some("leave out --catalog to fetch the index of these packages".to_owned())
            }
            Self::NotTheArchive => Some("leave out --catalog or --refresh".to_owned()),
            Self::Installed(_) => Some("installed:DIR is a root file system with a dpkg database".to_owned()),
            Self::Archive(error) => error.hint(),
            Self::Catalog(_) | Self::Build(_) => None,
        }
    }
}

/// Describes the packages that stand for a Contents file.
fn substitutes(SubstitutedPaths { exact, older, unknown }: SubstitutedPaths) -> String {
    let packages = |number: u64| counted(usize::try_from(number).unwrap_or(usize::MAX), "package");
    let mut words = format!("its libraries are those of {} that were read", packages(exact + older));
    if older > 0 {
        words += &format!(", of which {} in an older version", packages(older));
    }
    if unknown > 0 {
        words += &format!("; nothing is known of {} in section libs", packages(unknown));
    }
    words
}

fn list(releases: &[Release]) -> String {
    if releases.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = releases.iter().map(Release::as_str).collect();
    format!(" (known: {})", names.join(", "))
}
