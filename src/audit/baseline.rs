//! Baseline of known findings: the JSON of an earlier audit (sodeb.audit/1). Findings listed there are not counted.

use std::collections::BTreeSet;

use super::finding::Finding;

/// Schema of the documents that can serve as a baseline.
const SCHEMA: &str = "sodeb.audit/1";

/// Known findings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// Fingerprints of all images together, since the name of an image changes with its tag.
    known: BTreeSet<String>,
}

/// Error of reading a baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// Not JSON, or JSON of another form.
    #[error("not a document written by `sodeb audit --format json`: {0}")]
    Form(#[from] serde_json::Error),
    /// Document with another schema.
    #[error("the schema is {0:?}, expected {SCHEMA:?}")]
    Schema(String),
}

#[derive(serde::Deserialize)]
struct Document {
    schema: String,
    images: Vec<ImageRow>,
}

#[derive(serde::Deserialize)]
struct ImageRow {
    findings: Vec<FindingRow>,
}

#[derive(serde::Deserialize)]
struct FindingRow {
    fingerprint: String,
}

impl Baseline {
    /// Parses the JSON of an earlier audit.
    ///
    /// # Errors
    /// When the text is not such a document.
    pub fn parse(text: &[u8]) -> Result<Self, BaselineError> {
        let Document { schema, images } = serde_json::from_slice(text)?;
        if schema != SCHEMA {
            return Err(BaselineError::Schema(schema));
        }
        let findings = images.into_iter().flat_map(|image| image.findings);
        Ok(Self { known: findings.map(|finding| finding.fingerprint).collect() })
    }

    /// True if the finding is known.
    pub(super) fn contains(&self, finding: &Finding) -> bool {
        self.known.contains(&finding.fingerprint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_document_of_an_audit_is_a_baseline() {
        let parsed = |text: &str| Baseline::parse(text.as_bytes()).map_err(|error| error.to_string());
        let known =
            parsed(r#"{"schema": "sodeb.audit/1", "images": [{"findings": [{"fingerprint": "ab"}]}]}"#);
        assert_eq!(known, Ok(Baseline { known: ["ab".to_owned()].into() }));
        assert!(
            parsed(r#"{"schema": "sodeb.lock/1", "images": []}"#).is_err_and(|error| error.contains("lock"))
        );
        assert!(parsed("[]").is_err());
    }
}
