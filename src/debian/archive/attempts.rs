//! Failed attempts at several mirrors.

use std::fmt;

use super::fetch_error::FetchError;
use super::release::ReleaseError;
use super::signature::SignatureError;

/// Reason why the file of one mirror is not used.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// It could not be downloaded.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// It is not signed by a trusted key.
    #[error(transparent)]
    Signature(#[from] SignatureError),
    /// It is signed, and must not be used nevertheless.
    #[error(transparent)]
    Release(#[from] ReleaseError),
}

impl Refusal {
    /// Returns true if the mirror does not have the file.
    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Fetch(error) if error.is_absent())
    }

    /// Returns true if the mirror has another file than the one that the Release lists.
    pub(super) fn is_mismatch(&self) -> bool {
        matches!(self, Self::Fetch(error) if error.is_mismatch())
    }

    /// Returns true if the mirror wants a log-in, or another one.
    pub(super) fn is_unauthorized(&self) -> bool {
        matches!(self, Self::Fetch(error) if error.is_unauthorized())
    }

    /// Returns true if the Release file is no longer valid.
    pub(super) fn is_expired(&self) -> bool {
        matches!(self, Self::Release(ReleaseError::Expired { .. }))
    }

    /// Returns true if no signature is by a known key.
    pub(super) fn is_unknown_key(&self) -> bool {
        matches!(self, Self::Signature(error) if error.is_unknown_key())
    }
}

/// Addresses that failed, in order, each with the reason.
#[derive(Debug, Default)]
pub struct Attempts(pub Vec<(String, Refusal)>);

impl Attempts {
    pub(super) fn any(&self, property: impl Fn(&Refusal) -> bool) -> bool {
        self.0.iter().any(|(_, refusal)| property(refusal))
    }

    pub(super) fn all(&self, property: impl Fn(&Refusal) -> bool) -> bool {
        self.0.iter().all(|(_, refusal)| property(refusal))
    }
}

impl fmt::Display for Attempts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (url, refusal)) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(formatter, "{separator}{url}: {}", with_causes(refusal))?;
        }
        Ok(())
    }
}

/// Formats an error with its causes as one line.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // Some libraries repeat the cause in their own message.
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    text
}
