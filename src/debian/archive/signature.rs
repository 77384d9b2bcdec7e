//! Verification of the clear signature of an InRelease file (RFC 9580 §7).
//!
//! A text is accepted if one of its signatures is valid and by a known key, as with apt and gpgv, since the keys of
//! two or three Debian releases sign each of them. The policy is Sequoia's standard one, which rejects weak hashes
//! and key sizes. A key must not be expired or revoked at the given time: now for a live archive, so that an expired
//! key ends trust as with apt, and the snapshot's own time for a snapshot, so that earlier states stay readable.
//!
//! **Invariant:** a [`SignedText`] is created only by [`Keyring::verify`] and contains the text that the signature
//! covers, without the text around it.

use std::fmt;
use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;
use std::time::SystemTime;

use jiff::{SignedDuration, Timestamp};
use sequoia_openpgp::cert::amalgamation::{ValidAmalgamation, ValidateAmalgamation};
use sequoia_openpgp::cert::{Cert, CertParser};
use sequoia_openpgp::packet::Signature;
use sequoia_openpgp::parse::Parse;
use sequoia_openpgp::parse::stream::{
    GoodChecksum, MessageLayer, MessageStructure, VerificationError, VerificationHelper, VerifierBuilder,
};
use sequoia_openpgp::policy::StandardPolicy;
use sequoia_openpgp::types::RevocationStatus;
use sequoia_openpgp::{Error as OpenPgpError, Fingerprint, KeyHandle};

use crate::debian::distributions::{ArchiveKey, profile};
use crate::vocabulary::Distribution;

/// Maximum delay of this machine's clock behind that of the signer.
pub(super) const CLOCK_SKEW: SignedDuration = SignedDuration::from_hours(24);

/// Error while a keyring is read.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// The file cannot be read.
    #[error("cannot read keyring {path}")]
    Read {
        /// Path.
        path: PathBuf,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// The file has no OpenPGP certificates, or broken ones.
    #[error("cannot read keyring {path}: {cause}")]
    Malformed {
        /// Path.
        path: PathBuf,
        /// Cause.
        cause: String,
    },
}

/// Reason why a text is not signed by a trusted key.
#[derive(Debug, thiserror::Error)]
pub enum SignatureError {
    /// The text is not clear-signed, or the frame of the signature is broken.
    #[error("not a clear-signed text: {cause}")]
    NotSigned {
        /// Cause.
        cause: String,
    },
    /// None of its signatures is accepted.
    #[error("no valid signature: {}", join(faults))]
    Refused {
        /// Reason for each signature.
        faults: Vec<SignatureFault>,
    },
}

impl SignatureError {
    /// Returns true if no signature is by a known key.
    pub(super) fn is_unknown_key(&self) -> bool {
        let Self::Refused { faults } = self else { return false };
        faults.iter().all(|fault| matches!(fault, SignatureFault::UnknownKey { .. }))
    }
}

/// Reason why a signature is not accepted. Keys are given by fingerprint or key id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignatureFault {
    /// The key is not in a keyring.
    UnknownKey {
        /// Key.
        key: String,
    },
    /// The key is known and must not be used: it is expired, revoked, or not for signing.
    UnusableKey {
        /// Key.
        key: String,
        /// Cause.
        cause: String,
    },
    /// The policy rejects the hash or algorithm of the signature.
    Weak {
        /// Key.
        key: String,
        /// Message of the policy.
        cause: String,
    },
    /// The key signed another text, or the signature is not in force.
    Bad {
        /// Key.
        key: String,
        /// Cause.
        cause: String,
    },
    /// The signature cannot be parsed.
    Malformed {
        /// Cause.
        cause: String,
    },
}

impl fmt::Display for SignatureFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownKey { key } => write!(formatter, "key {key} is not known"),
            Self::UnusableKey { key, cause } => write!(formatter, "key {key} cannot be used: {cause}"),
            Self::Weak { key, cause } => write!(formatter, "signature by key {key} is too weak: {cause}"),
            Self::Bad { key, cause } => write!(formatter, "bad signature by key {key}: {cause}"),
            Self::Malformed { cause } => write!(formatter, "malformed signature: {cause}"),
        }
    }
}

fn join(faults: &[SignatureFault]) -> String {
    faults.iter().map(SignatureFault::to_string).collect::<Vec<_>>().join("; ")
}

/// Text that a valid signature covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SignedText {
    text: String,
    key: Option<String>,
}

impl SignedText {
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the fingerprint of the key that signed it; none for a built-in key.
    pub(super) fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }
}

/// Trusted keys.
#[derive(Debug)]
pub(super) struct Keyring {
    certificates: Vec<Cert>,
    /// Number of the certificates that are built in, which are the first.
    built_in: usize,
}

impl Keyring {
    /// Reads the built-in keys and those in `files`, each armored or binary with one or more certificates.
    pub(super) fn new(files: &[PathBuf]) -> Result<Self, KeyringError> {
        let mut keyring = Self { certificates: Vec::new(), built_in: 0 };
        for key in built_in_keys() {
            keyring
                .add(key.armored)
                .map_err(|cause| KeyringError::Malformed { path: "built in".into(), cause })?;
        }
        keyring.built_in = keyring.certificates.len();
        for path in files {
            let bytes = fs::read(path).map_err(|source| KeyringError::Read { path: path.clone(), source })?;
            keyring.add(&bytes).map_err(|cause| KeyringError::Malformed { path: path.clone(), cause })?;
        }
        Ok(keyring)
    }

    fn add(&mut self, bytes: &[u8]) -> Result<(), String> {
        let before = self.certificates.len();
        for certificate in CertParser::from_bytes(bytes).map_err(|error| error.to_string())? {
            self.certificates.push(certificate.map_err(|error| error.to_string())?);
        }
        if self.certificates.len() == before { Err("no certificate in it".to_owned()) } else { Ok(()) }
    }

    /// Returns true if the keyring has a key with this fingerprint.
    pub(super) fn has(&self, fingerprint: &str) -> bool {
        self.certificates.iter().any(|certificate| certificate.fingerprint().to_hex() == fingerprint)
    }

    /// Returns the first of these keys, unless one of them is built in.
    fn foreign(&self, accepted: &[Fingerprint]) -> Option<String> {
        let built_in = self.certificates.iter().take(self.built_in);
        let is_built_in =
            built_in.into_iter().any(|certificate| accepted.contains(&certificate.fingerprint()));
        accepted.first().filter(|_| !is_built_in).map(Fingerprint::to_hex)
    }

    /// Returns the text that a known key signed, if the key is valid at `time`.
    pub(super) fn verify(&self, signed: &[u8], time: Timestamp) -> Result<SignedText, SignatureError> {
        let mut verdict = Verdict::default();
        let policy = StandardPolicy::new();
        // Both fail only at the ends of the range of timestamps, where no key is valid.
        let latest = time
            .saturating_add(CLOCK_SKEW)
            .and_then(SystemTime::try_from)
            .map_err(|error| SignatureError::NotSigned { cause: error.to_string() })?;
        let helper = Helper { keyring: self, policy: &policy, latest, verdict: &mut verdict };
        let mut text = Vec::new();
        let outcome = VerifierBuilder::from_bytes(signed)
            .and_then(|builder| builder.with_policy(&policy, latest, helper))
            .and_then(|mut verifier| Ok(verifier.read_to_end(&mut text)?));
        match outcome {
            Ok(_) if !verdict.accepted.is_empty() => String::from_utf8(text)
                .map(|text| SignedText { text, key: self.foreign(&verdict.accepted) })
                .map_err(|error| SignatureError::NotSigned { cause: error.to_string() }),
            Err(error) if verdict.faults.is_empty() => {
                Err(SignatureError::NotSigned { cause: format!("{error:#}") })
            }
            _ => Err(SignatureError::Refused { faults: verdict.faults }),
        }
    }
}

/// Keys of all distributions.
fn built_in_keys() -> impl Iterator<Item = &'static ArchiveKey> {
    Distribution::ALL.iter().flat_map(|distribution| profile(*distribution).keys)
}

/// Result of the verification of all signatures.
#[derive(Default)]
struct Verdict {
    /// Certificates of the accepted signatures.
    accepted: Vec<Fingerprint>,
    faults: Vec<SignatureFault>,
}

struct Helper<'a> {
    keyring: &'a Keyring,
    policy: &'a StandardPolicy<'static>,
    latest: SystemTime,
    verdict: &'a mut Verdict,
}

impl Helper<'_> {
    /// Checks that a key is valid now. The library only checks the date in the signature, which the owner of an
    /// expired key can choose freely.
    fn check_key_now(&self, good: &GoodChecksum<'_>) -> sequoia_openpgp::Result<()> {
        let certificate = good.ka.cert().with_policy(self.policy, self.latest)?;
        certificate.alive()?;
        let key = good.ka.amalgamation().with_policy(self.policy, self.latest)?;
        key.alive()?;
        for status in [certificate.revocation_status(), key.revocation_status()] {
            if matches!(status, RevocationStatus::Revoked(_)) {
                return refused("it is revoked");
            }
        }
        Ok(())
    }
}

impl VerificationHelper for Helper<'_> {
    fn get_certs(&mut self, _ids: &[KeyHandle]) -> sequoia_openpgp::Result<Vec<Cert>> {
        Ok(self.keyring.certificates.clone())
    }

    fn check(&mut self, structure: MessageStructure<'_>) -> sequoia_openpgp::Result<()> {
        if !structure.processed_csf_message() {
            return refused("there is no clear signature");
        }
        for layer in structure {
            let MessageLayer::SignatureGroup { results } = layer else {
                return refused("the text is compressed or encrypted");
            };
            for result in results {
                let accepted = match &result {
                    Ok(good) => match self.check_key_now(good) {
                        Ok(()) => Ok(good.ka.cert().fingerprint()),
                        Err(error) => Err(SignatureFault::UnusableKey {
                            key: issuer(good.sig),
                            cause: format!("{error:#}"),
                        }),
                    },
                    Err(error) => Err(fault(error)),
                };
                match accepted {
                    Ok(key) => self.verdict.accepted.push(key),
                    Err(fault) => self.verdict.faults.push(fault),
                }
            }
        }
        if !self.verdict.accepted.is_empty() { Ok(()) } else { refused("no valid signature") }
    }
}

/// Error in the type of the library.
fn refused<T>(cause: &str) -> sequoia_openpgp::Result<T> {
    Err(OpenPgpError::InvalidOperation(cause.to_owned()).into())
}

fn fault(error: &VerificationError<'_>) -> SignatureFault {
    match error {
        VerificationError::MissingKey { sig } => SignatureFault::UnknownKey { key: issuer(sig) },
        VerificationError::UnboundKey { sig, error, .. } | VerificationError::BadKey { sig, error, .. } => {
            SignatureFault::UnusableKey { key: issuer(sig), cause: format!("{error:#}") }
        }
        VerificationError::BadSignature { sig, error, .. } => {
            let (key, cause) = (issuer(sig), format!("{error:#}"));
            match error.downcast_ref() {
                Some(OpenPgpError::PolicyViolation(..)) => SignatureFault::Weak { key, cause },
                _ => SignatureFault::Bad { key, cause },
            }
        }
        VerificationError::MalformedSignature { error, .. } => {
            SignatureFault::Malformed { cause: format!("{error:#}") }
        }
        VerificationError::UnknownSignature { sig } => {
            SignatureFault::Malformed { cause: sig.error().to_string() }
        }
        // The library may distinguish more cases in the future.
        other => SignatureFault::Malformed { cause: other.to_string() },
    }
}

fn issuer(signature: &Signature) -> String {
    signature.get_issuers().first().map_or_else(|| "unknown".to_owned(), KeyHandle::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_key_is_read() {
        let keyring = Keyring::new(&[]).expect("built in");
        assert_eq!(keyring.certificates.len(), built_in_keys().count());
    }

    #[test]
    fn a_file_without_keys_is_refused_by_name() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("empty.asc");
        fs::write(&path, "").expect("written");
        let error = Keyring::new(std::slice::from_ref(&path)).expect_err("is empty").to_string();
        assert!(error.starts_with(&format!("cannot read keyring {}: ", path.display())), "{error}");
    }

    #[test]
    fn a_text_without_a_signature_is_not_signed() {
        let keyring = Keyring::new(&[]).expect("built in");
        for text in ["", "Suite: stable\n", "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nSuite: x\n"]
        {
            let error = keyring.verify(text.as_bytes(), Timestamp::UNIX_EPOCH).expect_err("not signed");
            assert!(matches!(error, SignatureError::NotSigned { .. }), "{text:?}: {error}");
        }
    }
}
