//! TLS with rustls' ring provider and the system's certificate authorities.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
pub use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, Error, RootCertStore};

/// Reads the system's certificate authorities, without those that rustls rejects: for some clients, one of them would
/// make all others unusable. Takes about ten milliseconds.
pub fn authorities() -> Vec<CertificateDer<'static>> {
    let mut certificates = rustls_native_certs::load_native_certs().certs;
    certificates.retain(|certificate| RootCertStore::empty().add(certificate.clone()).is_ok());
    certificates
}

/// Returns the configuration of a client that trusts these authorities. A client that trusts none can still use http.
///
/// # Errors
/// If the provider supports no version of TLS; ring does.
pub fn client_config(authorities: &[CertificateDer<'static>]) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(authorities.iter().cloned());
    Ok(ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// Makes ring the process's provider, for clients that take no provider of their own. An existing choice is kept.
pub fn provide() {
    if CryptoProvider::get_default().is_none() {
        // The error means that another thread has just installed one.
        ring::default_provider().install_default().ok();
    }
}
