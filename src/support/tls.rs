//! TLS by rustls' ring provider and the system's certificate authorities. Rooms that speak https share it.

use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
pub use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, Error, RootCertStore};

/// The system's certificate authorities, without those that can't be used: one of them would spoil the rest for some
/// clients. To read them takes some ten milliseconds.
pub fn authorities() -> Vec<CertificateDer<'static>> {
    let mut certificates = rustls_native_certs::load_native_certs().certs;
    certificates.retain(|certificate| RootCertStore::empty().add(certificate.clone()).is_ok());
    certificates
}

/// What a client is configured with that trusts these authorities. One that trusts none can still speak http.
///
/// # Errors
/// When the provider knows no version of TLS, which ring does.
pub fn client_config(authorities: &[CertificateDer<'static>]) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(authorities.iter().cloned());
    Ok(ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// Makes ring the process's provider, for clients that can't be handed one. One that is chosen already stays.
pub fn provide() {
    if CryptoProvider::get_default().is_none() {
        // Another thread may have been faster, with the same in mind.
        ring::default_provider().install_default().ok();
    }
}
