//! Failures of transfers.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use oci_client::errors::{OciDistributionError, OciErrorCode};
use reqwest::StatusCode;

use crate::tree::inventory::ImageFault;
use crate::vocabulary::Sha256Digest;

/// Limit on the part of a registry's message that is shown.
const MAX_MESSAGE_CHARACTERS: usize = 300;

/// An image cannot be fetched or pushed.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// A name of an image is malformed.
    #[error("cannot read the image reference '{}': {cause}", .text.escape_debug())]
    Reference {
        /// Name as it was typed.
        text: String,
        /// Cause.
        cause: String,
    },
    /// The engine is not at a socket.
    #[error("cannot reach the docker engine at '{}': it is not a unix:// socket", .address.escape_debug())]
    EngineAddress {
        /// Address.
        address: String,
    },
    /// An image cannot be fetched.
    #[error("cannot pull {reference}")]
    Pull {
        /// Image as it was typed.
        reference: String,
        /// Cause.
        #[source]
        source: Box<TransferError>,
    },
    /// An image cannot be pushed.
    #[error("cannot push {reference}")]
    Push {
        /// Image as it was typed.
        reference: String,
        /// Cause.
        #[source]
        source: Box<TransferError>,
    },
    /// An index has no image for the platform, or several.
    #[error("cannot choose an image of {reference}")]
    Choice {
        /// Index as it was typed.
        reference: String,
        /// Cause.
        #[source]
        source: ImageFault,
    },
    /// The engine does not export an image.
    #[error("cannot get {image} from the docker engine at {socket}")]
    Engine {
        /// Image as it was typed.
        image: String,
        /// Socket of the engine.
        socket: PathBuf,
        /// Cause.
        #[source]
        source: Box<TransferError>,
    },
    /// A layout does not have exactly one image to push.
    #[error("cannot push {directory}: {cause}")]
    Layout {
        /// Layout.
        directory: PathBuf,
        /// Cause.
        cause: String,
    },
    /// The cache does not have the image, and nothing may be fetched.
    #[error("cannot work offline: the cache has no {reference}")]
    NotCached {
        /// Image as it was typed.
        reference: String,
    },
    /// The runtime of the client cannot be set up.
    #[error("cannot set up the client of registries: {0}")]
    Setup(String),
}

impl RegistryError {
    /// True if the user's input is wrong, rather than the network, the registry or the disk.
    pub fn is_input_error(&self) -> bool {
        matches!(self, Self::Reference { .. } | Self::EngineAddress { .. } | Self::Choice { .. })
    }

    /// Advice that fixes the error.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Reference { .. } => Some(
                "an image is docker://NAME[:TAG], HOST/NAME[:TAG], HOST/NAME@sha256:… or docker-daemon:NAME[:TAG]; \
                 write ./NAME for a file or directory with such a name"
                    .to_owned(),
            ),
            Self::EngineAddress { .. } => {
                Some("set DOCKER_HOST to unix:///PATH, or write the image to a file with `docker save`".to_owned())
            }
            Self::Choice { .. } => Some("choose one with --platform".to_owned()),
            Self::Engine { source, .. } => matches!(**source, TransferError::Request { .. })
                .then(|| "start the engine, or name another socket with DOCKER_HOST=unix:///PATH".to_owned()),
            Self::Pull { source, .. } | Self::Push { source, .. } => source.hint(),
            Self::NotCached { .. } => Some("run it once without --offline".to_owned()),
            Self::Layout { .. } | Self::Setup(_) => None,
        }
    }
}

/// A transfer failed.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The HTTP client cannot be created.
    #[error("cannot set up the HTTP client")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The host cannot be reached, or does not speak HTTP.
    #[error("request to {host} failed")]
    Request {
        /// Host.
        host: String,
        /// Cause.
        #[source]
        source: reqwest::Error,
    },
    /// The response is an error.
    #[error("{host} answered {status} for {item}{message}")]
    Status {
        /// Host.
        host: String,
        /// Requested item.
        item: String,
        /// Status of the response.
        status: StatusCode,
        /// Message of the response, after a colon.
        message: String,
        /// Requested delay before a retry.
        retry_after: Option<Duration>,
    },
    /// Access is denied.
    #[error("{host} denies access to {item}{}", with_colon(.login.as_deref()))]
    Denied {
        /// Host.
        host: String,
        /// Requested item.
        item: String,
        /// Reason why a configured log-in was not used.
        login: Option<String>,
    },
    /// The log-in fails.
    #[error("cannot log in to {host}: {cause}")]
    Login {
        /// Host.
        host: String,
        /// Cause.
        cause: String,
    },
    /// A document is malformed.
    #[error("{item} of {host}: {cause}")]
    Malformed {
        /// Host.
        host: String,
        /// Document.
        item: String,
        /// Cause.
        cause: String,
    },
    /// A blob is larger than stated.
    #[error("{item} of {host} is larger than the stated {expected} bytes")]
    Size {
        /// Host.
        host: String,
        /// Fetched item.
        item: String,
        /// Stated size in bytes.
        expected: u64,
    },
    /// An item has another digest than stated.
    #[error("{item} of {host} has the digest sha256:{found} and not sha256:{expected}")]
    Digest {
        /// Host.
        host: String,
        /// Fetched item.
        item: String,
        /// Stated digest.
        expected: Sha256Digest,
        /// Actual digest.
        found: Sha256Digest,
    },
    /// The transfer broke off.
    #[error("the transfer of {item} from {host} broke off after {received} bytes")]
    Interrupted {
        /// Host.
        host: String,
        /// Fetched item.
        item: String,
        /// Number of bytes that were received.
        received: u64,
        /// Cause, if the connection reports one.
        #[source]
        source: Option<io::Error>,
    },
    /// The response violates the specification.
    #[error("cannot understand the response of {host} for {item}")]
    Protocol {
        /// Host.
        host: String,
        /// Requested item.
        item: String,
        /// Cause.
        #[source]
        source: Box<OciDistributionError>,
    },
    /// An index has no image for the platform, or several.
    #[error(transparent)]
    Choice(ImageFault),
    /// A file cannot be read or written.
    #[error("cannot use {path}")]
    File {
        /// File or directory.
        path: PathBuf,
        /// Cause.
        #[source]
        source: io::Error,
    },
}

impl TransferError {
    /// Converts an error of the client of registries.
    pub(super) fn of_client(host: &str, item: &str, error: OciDistributionError) -> Self {
        let (host, item) = (host.to_owned(), item.to_owned());
        let status = |code: u16, message: &str| {
            let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Self::of_status(&host, &item, status, message, None)
        };
        match error {
            OciDistributionError::RequestError(error) => match error.status() {
                Some(code) => status(code.as_u16(), ""),
                None => Self::Request { host, source: error.without_url() },
            },
            OciDistributionError::UnauthorizedError { .. } => status(401, ""),
            OciDistributionError::ServerError { code, message, .. } => status(code, &message),
            OciDistributionError::RegistryError { envelope, .. } => {
                let first = envelope.errors.first();
                let code = match first.map(|error| &error.code) {
                    Some(OciErrorCode::Toomanyrequests) => 429,
                    Some(OciErrorCode::Unauthorized | OciErrorCode::Denied) => 403,
                    Some(
                        OciErrorCode::BlobUnknown
                        | OciErrorCode::ManifestUnknown
                        | OciErrorCode::NameUnknown
                        | OciErrorCode::NotFound,
                    ) => 404,
                    _ => 400,
                };
                status(code, first.map_or("", |error| &error.message))
            }
            error => Self::Protocol { host, item, source: Box::new(error) },
        }
    }

    /// Converts the status of an unsuccessful response.
    pub(super) fn of_status(
        host: &str,
        item: &str,
        status: StatusCode,
        message: &str,
        retry_after: Option<Duration>,
    ) -> Self {
        let (host, item) = (host.to_owned(), item.to_owned());
        match status.as_u16() {
            401 | 403 => Self::Denied { host, item, login: None },
            _ => Self::Status { host, item, status, message: shown_message(message), retry_after },
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Denied { host, .. } | Self::Login { host, .. } => {
                Some(format!("log in with `docker login {host}`, or check that the image exists"))
            }
            Self::Status { status: StatusCode::NOT_FOUND, .. } => {
                Some("check the name and the tag".to_owned())
            }
            Self::Request { host, .. } => Some(format!(
                "use cached images with --offline, or --insecure-registry {host} for a registry without TLS"
            )),
            _ => None,
        }
    }
}

/// Formats a message of a registry: after a colon, on one line, and cut short.
pub(super) fn shown_message(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    let mut shown: String = text.chars().take(MAX_MESSAGE_CHARACTERS).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    format!(": {}", shown.escape_debug())
}

fn with_colon(text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| format!(": {text}"))
}
