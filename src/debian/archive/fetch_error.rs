//! Errors of downloads, and whether a retry may help.

use std::io;
use std::time::Duration;

use reqwest::StatusCode;

use crate::vocabulary::Sha256Digest;

/// Maximum number of requests for one file at one mirror.
pub(super) const MAX_ATTEMPTS: u32 = 4;
/// Delay before the second attempt; it doubles with each further one.
const BACK_OFF: Duration = Duration::from_millis(250);
/// Maximum delay by Retry-After.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(15);

/// Error of a download from one mirror.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The HTTP client cannot be set up.
    #[error("cannot set up the HTTP client")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The address is not a URL of a supported scheme.
    #[error("not a URL with http, https or file")]
    BadUrl,
    /// The mirror cannot be reached, or does not speak HTTP.
    #[error("request failed")]
    Request(#[source] reqwest::Error),
    /// The mirror did not respond with the file.
    #[error("the server answered {status}")]
    Status {
        /// Status code.
        status: StatusCode,
        /// Retry-After.
        retry_after: Option<Duration>,
    },
    /// A local mirror does not have the file, or it cannot be read.
    #[error("cannot read the local file")]
    Local(#[source] io::Error),
    /// The transfer was interrupted.
    #[error("the transfer was interrupted after {received} bytes")]
    Interrupted {
        /// Number of received bytes.
        received: u64,
        /// Cause, if the connection reports one.
        #[source]
        source: Option<io::Error>,
    },
    /// The mirror sent another part of the file than the requested one.
    #[error("the server sent another range than the requested one")]
    WrongRange,
    /// The file is larger than any such file should be.
    #[error("larger than the limit of {limit} bytes")]
    TooLarge {
        /// Limit in bytes.
        limit: u64,
    },
    /// The file does not match the Release.
    #[error("size {found} instead of {expected} in the signed Release")]
    Size {
        /// Signed size in bytes.
        expected: u64,
        /// Size on the mirror in bytes.
        found: u64,
    },
    /// The file does not match the Release.
    #[error("sha256 {found} instead of {expected} in the signed Release")]
    Digest {
        /// Signed digest.
        expected: Sha256Digest,
        /// Digest of the received file.
        found: Sha256Digest,
    },
    /// The received data cannot be stored.
    #[error("cannot store the received data")]
    Store(#[source] io::Error),
}

impl FetchError {
    /// Returns true if the mirror does not have the file.
    pub(super) fn is_absent(&self) -> bool {
        match self {
            Self::Status { status, .. } => matches!(status.as_u16(), 403 | 404 | 410),
            Self::Local(error) => error.kind() == io::ErrorKind::NotFound,
            _ => false,
        }
    }

    /// Returns true if the server wants a log-in, or another one.
    pub(super) fn is_unauthorized(&self) -> bool {
        matches!(self, Self::Status { status, .. } if *status == StatusCode::UNAUTHORIZED)
    }

    /// Returns true if the mirror has another file than the one that the Release lists.
    pub(super) fn is_mismatch(&self) -> bool {
        matches!(self, Self::Size { .. } | Self::Digest { .. })
    }

    /// Returns true if the failure is on this side, so that another mirror would not help.
    pub(super) fn is_local(&self) -> bool {
        matches!(self, Self::Store(_) | Self::Client(_))
    }

    /// Returns the delay before another attempt; none if a retry would not help.
    pub(super) fn retry_after(&self, attempt: u32) -> Option<Duration> {
        let back_off = BACK_OFF * 2_u32.saturating_pow(attempt);
        match self {
            Self::Request(error) if error.is_builder() || error.is_redirect() => None,
            Self::Request(_) | Self::Interrupted { .. } | Self::WrongRange => Some(back_off),
            Self::Status { status, retry_after } => {
                let transient = status.is_server_error() || matches!(status.as_u16(), 408 | 429);
                transient.then(|| retry_after.unwrap_or(back_off).min(MAX_RETRY_AFTER))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_temporary_failures_are_retried() {
        let status = |code| FetchError::Status {
            status: StatusCode::from_u16(code).expect("a status"),
            retry_after: None,
        };
        assert_eq!(status(429).retry_after(0), Some(BACK_OFF));
        assert_eq!(status(503).retry_after(2), Some(BACK_OFF * 4));
        assert_eq!(status(404).retry_after(0), None);
        let patient = FetchError::Status {
            status: StatusCode::TOO_MANY_REQUESTS,
            retry_after: Some(Duration::from_secs(3600)),
        };
        assert_eq!(patient.retry_after(0), Some(MAX_RETRY_AFTER));
        assert_eq!(FetchError::TooLarge { limit: 1 }.retry_after(0), None);
    }
}
