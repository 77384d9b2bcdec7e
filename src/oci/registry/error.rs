//! What can go wrong with an image that is not here.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use oci_client::errors::{OciDistributionError, OciErrorCode};
use reqwest::StatusCode;

use crate::tree::inventory::ImageFault;
use crate::vocabulary::Sha256Digest;

/// How much of what a registry says is repeated.
const MAX_SAID_CHARACTERS: usize = 300;

/// An image could not be had, or not be pushed.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// A name is none of an image.
    #[error("cannot read the image reference '{}': {cause}", .text.escape_debug())]
    Reference {
        /// The name as it was typed.
        text: String,
        /// Why.
        cause: String,
    },
    /// The engine is somewhere else than at a socket.
    #[error("cannot ask the docker engine at '{}': it is no unix:// socket", .address.escape_debug())]
    EngineAddress {
        /// Where it is said to be.
        address: String,
    },
    /// An image could not be fetched.
    #[error("cannot pull {reference}")]
    Pull {
        /// The image as it was typed.
        reference: String,
        /// Why.
        #[source]
        source: Box<TransferError>,
    },
    /// An image could not be sent.
    #[error("cannot push {reference}")]
    Push {
        /// The image as it was typed.
        reference: String,
        /// Why.
        #[source]
        source: Box<TransferError>,
    },
    /// There is no image for the platform in a list, or several are.
    #[error("cannot choose an image of {reference}")]
    Choice {
        /// The list as it was typed.
        reference: String,
        /// Why.
        #[source]
        source: ImageFault,
    },
    /// The engine did not give an image.
    #[error("cannot get {image} from the docker engine at {socket}")]
    Engine {
        /// The image as it was typed.
        image: String,
        /// Where the engine listens.
        socket: PathBuf,
        /// Why.
        #[source]
        source: Box<TransferError>,
    },
    /// A layout has not the one image that is to be pushed.
    #[error("cannot push {directory}: {cause}")]
    Layout {
        /// The layout.
        directory: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// The cache does not have it, and nothing may be fetched.
    #[error("cannot work offline: the cache has no {reference}")]
    NotCached {
        /// The image as it was typed.
        reference: String,
    },
    /// What the transfers run on could not be set up.
    #[error("cannot set up the client of registries: {0}")]
    Setup(String),
}

impl RegistryError {
    /// Whether the question was bad, and not the outside.
    pub fn is_of_the_question(&self) -> bool {
        matches!(self, Self::Reference { .. } | Self::EngineAddress { .. } | Self::Choice { .. })
    }

    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Reference { .. } => Some(
                "an image is docker://NAME[:TAG], HOST/NAME[:TAG], HOST/NAME@sha256:… or docker-daemon:NAME[:TAG]; \
                 a file or directory whose name is like that is ./NAME"
                    .to_owned(),
            ),
            Self::EngineAddress { .. } => {
                Some("set DOCKER_HOST to unix:///PATH, or write the image to a file by docker save".to_owned())
            }
            Self::Choice { .. } => Some("--platform chooses one of several".to_owned()),
            Self::Engine { source, .. } => matches!(**source, TransferError::Request { .. })
                .then(|| "is it running? DOCKER_HOST=unix:///PATH names another socket".to_owned()),
            Self::Pull { source, .. } | Self::Push { source, .. } => source.hint(),
            Self::NotCached { .. } => Some("fetch it once without --offline".to_owned()),
            Self::Layout { .. } | Self::Setup(_) => None,
        }
    }
}

/// Why a transfer failed.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The client can't be made.
    #[error("cannot set up the HTTP client")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The other side can't be reached, or does not speak HTTP.
    #[error("request to {host} failed")]
    Request {
        /// The other side.
        host: String,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// It answered something else than what was asked for.
    #[error("{host} answered {status} for {what}{said}")]
    Status {
        /// The other side.
        host: String,
        /// What was asked for.
        what: String,
        /// The answer.
        status: StatusCode,
        /// What it said of it, with a colon before it.
        said: String,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// It does not let this user.
    #[error("{host} denies access to {what}{}", with_colon(.login.as_deref()))]
    Denied {
        /// The other side.
        host: String,
        /// What was asked for.
        what: String,
        /// Why no log-in was used.
        login: Option<String>,
    },
    /// No token could be had.
    #[error("cannot log in to {host}: {cause}")]
    Login {
        /// The registry.
        host: String,
        /// Why.
        cause: String,
    },
    /// It is not of the form.
    #[error("{what} of {host}: {cause}")]
    Document {
        /// The other side.
        host: String,
        /// What is wrong.
        what: String,
        /// Why.
        cause: String,
    },
    /// It is larger or smaller than was stated.
    #[error("{what} of {host} has not the {expected} bytes that it should have")]
    Size {
        /// The other side.
        host: String,
        /// What was fetched.
        what: String,
        /// How much it should have.
        expected: u64,
    },
    /// It is something else than was asked for.
    #[error("{what} of {host} has the digest sha256:{found} and not sha256:{expected}")]
    Digest {
        /// The other side.
        host: String,
        /// What was fetched.
        what: String,
        /// What it should have.
        expected: Sha256Digest,
        /// What it has.
        found: Sha256Digest,
    },
    /// The transfer broke off.
    #[error("the transfer of {what} from {host} broke off after {received} bytes")]
    Interrupted {
        /// The other side.
        host: String,
        /// What was fetched.
        what: String,
        /// How much is there.
        received: u64,
        /// Why, where the connection says so.
        #[source]
        source: Option<io::Error>,
    },
    /// The registry does not speak as the specification says.
    #[error("cannot make sense of what {host} answers for {what}")]
    Protocol {
        /// The registry.
        host: String,
        /// What was asked for.
        what: String,
        /// Why.
        #[source]
        source: Box<OciDistributionError>,
    },
    /// There is no image for the platform, or several are.
    #[error(transparent)]
    Choice(ImageFault),
    /// It can't be written into the cache, or not be read from where it is.
    #[error("cannot use {path}")]
    Store {
        /// The file or directory.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl TransferError {
    /// An error of the client of registries.
    pub(super) fn of_client(host: &str, what: &str, error: OciDistributionError) -> Self {
        let (host, what) = (host.to_owned(), what.to_owned());
        let status = |code: u16, said: &str| {
            let status = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            Self::of_status(&host, &what, status, said, None)
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
            error => Self::Protocol { host, what, source: Box::new(error) },
        }
    }

    /// What an answer that is no success means.
    pub(super) fn of_status(
        host: &str,
        what: &str,
        status: StatusCode,
        said: &str,
        retry_after: Option<Duration>,
    ) -> Self {
        let (host, what) = (host.to_owned(), what.to_owned());
        match status.as_u16() {
            401 | 403 => Self::Denied { host, what, login: None },
            _ => Self::Status { host, what, status, said: said_of(said), retry_after },
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Denied { host, .. } | Self::Login { host, .. } => {
                Some(format!("log in with `docker login {host}`, or look whether the image is there"))
            }
            Self::Status { status: StatusCode::NOT_FOUND, .. } => {
                Some("look whether the name and the tag are right".to_owned())
            }
            Self::Request { host, .. } => Some(format!(
                "--offline takes what is cached; --insecure-registry {host} is for one without TLS"
            )),
            _ => None,
        }
    }
}

/// What a registry said, on one line and cut short.
pub(super) fn said_of(text: &str) -> String {
    let text = text.trim();
    if text.is_empty() {
        return String::new();
    }
    let mut said: String = text.chars().take(MAX_SAID_CHARACTERS).collect();
    if said.len() < text.len() {
        said.push('…');
    }
    format!(": {}", said.escape_debug())
}

fn with_colon(text: Option<&str>) -> String {
    text.map_or_else(String::new, |text| format!(": {text}"))
}
