//! Warnings about indices.

use std::fmt;

use jiff::Timestamp;

/// Warning that the indices are incomplete or not current; printed next to the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArchiveDiagnostic {
    /// A mirror failed, and another one had the file.
    MirrorPassedOver {
        /// Suite.
        suite: String,
        /// File.
        file: String,
        /// Each address, and its failure.
        cause: String,
    },
    /// No mirror has an additional suite of the release.
    SuiteAbsent {
        /// Suite.
        suite: String,
        /// Each mirror, and its response.
        cause: String,
    },
    /// An additional suite of the release is not in the cache, and downloads are disabled.
    SuiteNotCached {
        /// Suite.
        suite: String,
    },
    /// An additional suite of the release does not have an index.
    IndexAbsent {
        /// Suite.
        suite: String,
        /// Index.
        file: String,
    },
    /// A mirror has an older Release file than the cache, whose newer one is used.
    OlderRelease {
        /// Suite.
        suite: String,
        /// Mirror.
        mirror: String,
        /// Date of its Release file.
        offered: Timestamp,
        /// Date of the newer one.
        used: Timestamp,
    },
    /// A cached Release file is used after its Valid-Until, since downloads are disabled.
    ExpiredOffline {
        /// Suite.
        suite: String,
        /// Valid-Until.
        valid_until: Timestamp,
    },
    /// A Contents file does not match its Release; the last one that did is used.
    OlderContents {
        /// Suite.
        suite: String,
        /// Index.
        file: String,
        /// Date of the Release file that lists it.
        date: Timestamp,
        /// Defect of the current one.
        cause: String,
    },
    /// A Contents file does not match its Release and is used unverified.
    UnverifiedContents {
        /// Suite.
        suite: String,
        /// Index.
        file: String,
        /// Defect.
        cause: String,
    },
}

impl fmt::Display for ArchiveDiagnostic {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MirrorPassedOver { suite, file, cause } => {
                write!(formatter, "{file} of {suite} comes from another mirror: {cause}")
            }
            Self::SuiteAbsent { suite, cause } => write!(formatter, "{suite} is left out: {cause}"),
            Self::SuiteNotCached { suite } => write!(formatter, "{suite} is left out: the cache has none"),
            Self::IndexAbsent { suite, file } => write!(formatter, "{suite} has no {file}"),
            Self::OlderRelease { suite, mirror, offered, used } => write!(
                formatter,
                "{mirror} has {suite} as of {offered}, older than the {used} known here, which is used"
            ),
            Self::ExpiredOffline { suite, valid_until } => {
                write!(formatter, "{suite} in the cache was valid until {valid_until}")
            }
            Self::OlderContents { suite, file, date, cause } => write!(
                formatter,
                "{file} of {suite} does not match the signed Release, the one of {date} is used: {cause}"
            ),
            Self::UnverifiedContents { suite, file, cause } => write!(
                formatter,
                "{file} of {suite} is used unverified, it does not match the signed Release: {cause}"
            ),
        }
    }
}
