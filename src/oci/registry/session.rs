//! A session with one registry about one repository: connection and log-in (OCI Distribution; docker's "Token
//! Authentication Specification").
//!
//! `oci_client` logs in and transfers blobs. It reads a manifest whole, however large a hostile registry makes it, and
//! hides the Retry-After of a busy one: so manifests go through [`super::manifests`], with the same log-in.

use std::time::Duration;

use oci_client::client::{Certificate, CertificateEncoding, ClientConfig, ClientProtocol};
use oci_client::errors::OciDistributionError;
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, RegistryOperation};
use reqwest::RequestBuilder;
use reqwest::header::HeaderValue;
use reqwest::redirect::Policy;

use super::credentials::login;
use super::error::{TransferError, shown_message};
use super::http::USER_AGENT;
use super::reference::ImageReference;
use super::retry::with_retries;
use super::settings::RegistrySettings;
use crate::support::tls::{self, CertificateDer};

/// Limit on the time to connect.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
/// Limit on silence of a registry, before or within a response.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(30);
/// Limit on the time of a log-in.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(60);
/// Limit on redirects of one request.
const MAX_REDIRECTS: usize = 5;

/// Authorization of the requests.
#[derive(Clone)]
enum Authorization {
    None,
    Basic(String, String),
    Bearer(String),
}

/// A session, logged in.
pub(super) struct Session<'run> {
    pub(super) image: &'run ImageReference,
    settings: &'run RegistrySettings,
    operation: RegistryOperation,
    client: Client,
    http: reqwest::Client,
    authorization: Authorization,
    /// Reason why a configured log-in is not used.
    login_problem: Option<String>,
}

impl<'run> Session<'run> {
    /// Opens a session, and logs in if the registry requires it.
    pub(super) async fn open(
        settings: &'run RegistrySettings,
        image: &'run ImageReference,
        operation: RegistryOperation,
    ) -> Result<Self, TransferError> {
        let login = login(image, &settings.logins);
        let host = image.host();
        let authorities = tls::authorities();
        let anonymous = new_client(settings, host, &authorities)?;
        let token = with_retries(async || {
            let request = anonymous.auth(image.as_client(), &login.auth, operation);
            match tokio::time::timeout(LOGIN_TIMEOUT, request).await {
                Ok(token) => token.map_err(|error| login_error(host, error)),
                Err(_) => Err(login_failed(host, "it does not respond in time")),
            }
        })
        .await?;
        let authorization = match (token, login.auth) {
            (Some(token), _) if HeaderValue::from_str(&token).is_err() => {
                return Err(login_failed(host, "its token has characters that are not allowed"));
            }
            (Some(token), _) => Authorization::Bearer(token),
            (None, RegistryAuth::Basic(user, password)) => Authorization::Basic(user, password),
            (None, _) => Authorization::None,
        };
        // A new client, which has the token and requests no other.
        let client = new_client(settings, host, &authorities)?;
        match &authorization {
            Authorization::None => {}
            Authorization::Basic(user, password) => {
                client.store_auth_if_needed(host, &RegistryAuth::Basic(user.clone(), password.clone())).await;
            }
            Authorization::Bearer(token) => {
                client.store_auth_if_needed(host, &RegistryAuth::Bearer(token.clone())).await;
            }
        }
        let http = new_http(&authorities)?;
        Ok(Self { image, settings, operation, client, http, authorization, login_problem: login.problem })
    }

    /// Performs an action in the session, with retries, and with a new token if the token expired, as they do within
    /// minutes.
    pub(super) async fn perform<T>(
        &self,
        mut action: impl AsyncFnMut(&Session<'run>) -> Result<T, TransferError>,
    ) -> Result<T, TransferError> {
        let is_token = matches!(self.authorization, Authorization::Bearer(_));
        let result = match with_retries(async || action(self).await).await {
            Err(TransferError::Denied { .. }) if is_token => {
                let renewed = Session::open(self.settings, self.image, self.operation).await?;
                with_retries(async || action(&renewed).await).await
            }
            result => result,
        };
        result.map_err(|error| match error {
            TransferError::Denied { host, item, .. } => {
                TransferError::Denied { host, item, login: self.login_problem.clone() }
            }
            error => error,
        })
    }

    /// Client for blobs.
    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// Host, for errors.
    pub(super) fn host(&self) -> &str {
        self.image.host()
    }

    /// URL of a path below the repository.
    pub(super) fn url(&self, path: &str) -> String {
        let scheme = if is_plain(self.settings, self.host()) { "http" } else { "https" };
        format!("{scheme}://{}/v2/{}/{path}", self.host(), self.image.repository())
    }

    /// Creates an authorized request.
    pub(super) fn request(&self, method: reqwest::Method, url: &str) -> RequestBuilder {
        let request = self.http.request(method, url);
        match &self.authorization {
            Authorization::None => request,
            Authorization::Basic(user, password) => request.basic_auth(user, Some(password)),
            Authorization::Bearer(token) => request.bearer_auth(token),
        }
    }
}

fn login_failed(host: &str, cause: &str) -> TransferError {
    TransferError::Login { host: host.to_owned(), cause: cause.to_owned() }
}

fn login_error(host: &str, error: OciDistributionError) -> TransferError {
    match error {
        OciDistributionError::AuthenticationFailure(message) => {
            login_failed(host, &format!("it is refused{}", shown_message(&message)))
        }
        OciDistributionError::RegistryTokenDecodeError(_) => login_failed(host, "its response has no token"),
        error => TransferError::of_client(host, "a log-in", error),
    }
}

/// True if a registry is reached by http: it is on this machine, or listed as insecure.
fn is_plain(settings: &RegistrySettings, host: &str) -> bool {
    let name = host.split(':').next().unwrap_or_default();
    let is_loopback =
        name == "localhost" || name.parse().is_ok_and(|ip: std::net::Ipv4Addr| ip.is_loopback());
    is_loopback || settings.insecure.iter().any(|insecure| insecure == host)
}

fn new_client(
    settings: &RegistrySettings,
    host: &str,
    authorities: &[CertificateDer<'static>],
) -> Result<Client, TransferError> {
    tls::provide();
    let is_plain = is_plain(settings, host);
    let certificate =
        |der: &CertificateDer<'_>| Certificate { encoding: CertificateEncoding::Der, data: der.to_vec() };
    let config = ClientConfig {
        protocol: if is_plain { ClientProtocol::Http } else { ClientProtocol::Https },
        // Without it, a system without certificate authorities could not use http either.
        accept_invalid_certificates: is_plain && authorities.is_empty(),
        tls_certs_only: authorities.iter().map(certificate).collect(),
        platform_resolver: None,
        use_monolithic_push: true,
        connect_timeout: Some(CONNECT_TIMEOUT),
        read_timeout: Some(SILENCE_TIMEOUT),
        user_agent: USER_AGENT,
        ..ClientConfig::default()
    };
    Client::try_from(config).map_err(|error| TransferError::Client(Box::new(error)))
}

fn new_http(authorities: &[CertificateDer<'static>]) -> Result<reqwest::Client, TransferError> {
    let tls = tls::client_config(authorities).map_err(|error| TransferError::Client(Box::new(error)))?;
    // TLS alone vouches for the meaning of a tag.
    let policy = Policy::custom(|attempt| {
        let is_tls = attempt.previous().iter().any(|url| url.scheme() == "https");
        if is_tls && attempt.url().scheme() != "https" {
            attempt.error("it redirects from https to http")
        } else if attempt.previous().len() > MAX_REDIRECTS {
            attempt.error("too many redirects")
        } else {
            attempt.follow()
        }
    });
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(USER_AGENT)
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(SILENCE_TIMEOUT)
        .redirect(policy)
        .build()
        .map_err(|error| TransferError::Client(Box::new(error)))
}
