//! What was known before: an earlier audit's JSON (sodeb.audit/1), of which each finding that is still there does not
//! count.

use std::collections::BTreeSet;

use super::finding::Finding;
use crate::support::storage::digest_of_bytes;

/// The schema of the documents that serve as a baseline.
const SCHEMA: &str = "sodeb.audit/1";

/// How many hexadecimal digits a finding's fingerprint has.
const FINGERPRINT_DIGITS: usize = 32;

/// The findings that were known, by image.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// The fingerprints of every image of it together: an image's name changes with its tag.
    known: BTreeSet<String>,
}

/// A baseline could not be read.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It is no JSON, or not of the form.
    #[error("it is not what `sodeb audit --format json` writes: {0}")]
    Form(#[from] serde_json::Error),
    /// It is another document.
    #[error("it has the schema {0:?} and not {SCHEMA:?}")]
    Schema(String),
}

#[derive(serde::Deserialize)]
struct Document {
    schema: String,
    images: Vec<Image>,
}

#[derive(serde::Deserialize)]
struct Image {
    findings: Vec<Known>,
}

#[derive(serde::Deserialize)]
struct Known {
    fingerprint: String,
}

impl Baseline {
    /// Reads an earlier audit's JSON.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(text: &[u8]) -> Result<Self, BaselineError> {
        let Document { schema, images } = serde_json::from_slice(text)?;
        if schema != SCHEMA {
            return Err(BaselineError::Schema(schema));
        }
        let findings = images.into_iter().flat_map(|image| image.findings);
        Ok(Self { known: findings.map(|known| known.fingerprint).collect() })
    }

    /// Whether a finding was known.
    pub(super) fn has(&self, finding: &Finding) -> bool {
        self.known.contains(&finding.fingerprint())
    }
}

impl Finding {
    /// Its identity as a short word: the same for the same fault in the next image.
    pub fn fingerprint(&self) -> String {
        let mut digest = digest_of_bytes(&self.identity()).to_string();
        digest.truncate(FINGERPRINT_DIGITS);
        digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_audits_document_is_a_baseline() {
        let told = |text: &str| Baseline::parse(text.as_bytes()).map_err(|error| error.to_string());
        let known = told(r#"{"schema": "sodeb.audit/1", "images": [{"findings": [{"fingerprint": "ab"}]}]}"#);
        assert_eq!(known, Ok(Baseline { known: ["ab".to_owned()].into() }));
        assert!(
            told(r#"{"schema": "sodeb.lock/1", "images": []}"#).is_err_and(|error| error.contains("lock"))
        );
        assert!(told("[]").is_err());
    }
}
