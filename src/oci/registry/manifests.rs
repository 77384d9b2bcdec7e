//! Manifests and lists of them: asked for, fetched within a limit, and sent (OCI Distribution, "Pulling manifests",
//! "Pushing Manifests").

use std::time::Duration;

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, RETRY_AFTER};
use reqwest::{Method, Response, StatusCode};
use serde::Deserialize;

use super::TransferError;
use super::session::Session;
use crate::support::digest::digest_of_bytes;
use crate::tree::inventory::{Descriptor, ImageFault};
use crate::vocabulary::Sha256Digest;

/// What a manifest may come to (OCI Distribution, "Pushing Manifests", asks registries to take this much).
const MAX_MANIFEST_BYTES: usize = 4 << 20;
/// How much is read of why a registry refuses something.
const MAX_REFUSAL_BYTES: usize = 16 << 10;
/// The header that tells the digest of a manifest.
const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");
/// The types that are understood, OCI's and docker's.
const TYPES: &str = "application/vnd.oci.image.manifest.v1+json, \
    application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json, \
    application/vnd.docker.distribution.manifest.list.v2+json";
/// The type of a manifest that does not state one.
const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// A manifest or list as it came.
pub(super) struct Fetched {
    pub(super) bytes: Vec<u8>,
    pub(super) digest: Sha256Digest,
    pub(super) media_type: String,
    pub(super) content: Manifest,
}

/// What a manifest says.
pub(super) enum Manifest {
    /// A list of further ones.
    List(Vec<Descriptor>),
    /// An image: its configuration and its layers.
    Image(Box<Descriptor>, Vec<Descriptor>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    #[serde(default)]
    media_type: Option<String>,
    manifests: Option<Vec<Descriptor>>,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
}

impl Manifest {
    /// Reads a manifest, and the type that it states. What could be both an image and a list is none, since two
    /// readers would see two things in it (CVE-2021-41190).
    pub(super) fn parse(bytes: &[u8]) -> Result<(Self, Option<String>), String> {
        let Document { media_type, manifests, config, layers } =
            serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        match (manifests, config, layers) {
            (Some(manifests), None, None) => Ok((Self::List(manifests), media_type)),
            (None, Some(config), Some(layers)) => Ok((Self::Image(Box::new(config), layers), media_type)),
            (Some(_), ..) => Err("it is a list and an image at once".to_owned()),
            (None, ..) => Err("it is neither a list nor an image".to_owned()),
        }
    }
}

impl Session<'_> {
    /// The digest of what a name stands for; none where the registry does not tell.
    pub(super) async fn manifest_digest(&self, name: &str) -> Result<Option<Sha256Digest>, TransferError> {
        self.perform(async |session| {
            let url = session.url(&format!("manifests/{name}"));
            let request = session.request(Method::HEAD, &url).header(ACCEPT, TYPES);
            let response = session.answer(request.send().await, &what_of(name)).await?;
            Ok(stated_digest(response.headers()))
        })
        .await
    }

    /// What a name or a digest stands for.
    pub(super) async fn manifest(&self, name: &str) -> Result<Fetched, TransferError> {
        let what = what_of(name);
        let (bytes, headers) = self
            .perform(async |session| {
                let url = session.url(&format!("manifests/{name}"));
                let request = session.request(Method::GET, &url).header(ACCEPT, TYPES);
                let response = session.answer(request.send().await, &what).await?;
                let headers = response.headers().clone();
                let bytes = session.read(response, MAX_MANIFEST_BYTES, &what).await?;
                Ok((bytes, headers))
            })
            .await?;
        let digest = digest_of_bytes(&bytes);
        let by_name = name.strip_prefix("sha256:").and_then(|hex| hex.parse().ok());
        if let Some(expected) = by_name.or_else(|| stated_digest(&headers)).filter(|known| *known != digest) {
            return Err(TransferError::Digest {
                host: self.host().to_owned(),
                what,
                expected,
                found: digest,
            });
        }
        let (content, stated) = Manifest::parse(&bytes).map_err(|cause| self.broken(&what, cause))?;
        let sent = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let sent = sent.filter(|media_type| TYPES.contains(media_type)).map(str::to_owned);
        let media_type = stated.or(sent).unwrap_or_else(|| OCI_MANIFEST.to_owned());
        Ok(Fetched { bytes, digest, media_type, content })
    }

    /// Sends a manifest or list, and compares the digest that the registry gives it.
    pub(super) async fn put_manifest(
        &self,
        name: &str,
        media_type: &str,
        bytes: &[u8],
    ) -> Result<Sha256Digest, TransferError> {
        let what = what_of(name);
        let stated = self
            .perform(async |session| {
                let url = session.url(&format!("manifests/{name}"));
                let request = session.request(Method::PUT, &url).header(CONTENT_TYPE, media_type);
                let response = session.answer(request.body(bytes.to_vec()).send().await, &what).await?;
                Ok(stated_digest(response.headers()))
            })
            .await?;
        let found = match stated {
            Some(found) => Some(found),
            None => self.manifest_digest(name).await?,
        };
        let expected = digest_of_bytes(bytes);
        match found.filter(|found| *found != expected) {
            Some(found) => Err(TransferError::Digest { host: self.host().to_owned(), what, expected, found }),
            None => Ok(expected),
        }
    }

    /// That a document can't be used.
    pub(super) fn broken(&self, what: &str, cause: impl Into<String>) -> TransferError {
        TransferError::Document { host: self.host().to_owned(), what: what.to_owned(), cause: cause.into() }
    }

    /// The digest that a descriptor states.
    pub(super) fn digest_of(&self, descriptor: &Descriptor) -> Result<Sha256Digest, TransferError> {
        let fault = |fault: ImageFault| self.broken("a descriptor", fault.to_string());
        descriptor.sha256().map_err(fault)
    }

    /// A response that is a success.
    async fn answer(
        &self,
        answer: Result<Response, reqwest::Error>,
        what: &str,
    ) -> Result<Response, TransferError> {
        successful(answer, self.host(), what).await
    }

    /// A body that is not larger than the limit.
    async fn read(&self, response: Response, limit: usize, what: &str) -> Result<Vec<u8>, TransferError> {
        let received = read_within(response, limit, self.host()).await?;
        let cause = format!("it has more than the {limit} bytes allowed");
        received.ok_or_else(|| self.broken(what, cause))
    }
}

/// A response that is a success; what else is an error with what the other side says of it.
pub(super) async fn successful(
    answer: Result<Response, reqwest::Error>,
    host: &str,
    what: &str,
) -> Result<Response, TransferError> {
    let response = answer.map_err(|error| request_failed(host, error))?;
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let seconds = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let said = match read_within(response, MAX_REFUSAL_BYTES, host).await {
        Ok(Some(body)) => message_of(&body),
        _ => String::new(),
    };
    let said = if status == StatusCode::NOT_FOUND { String::new() } else { said };
    Err(TransferError::of_status(host, what, status, &said, seconds.map(Duration::from_secs)))
}

/// A document that is not larger than the limit; none for a larger one.
pub(super) async fn read_within(
    mut response: Response,
    limit: usize,
    host: &str,
) -> Result<Option<Vec<u8>>, TransferError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| request_failed(host, error))? {
        if body.len() + chunk.len() > limit {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

pub(super) fn request_failed(host: &str, error: reqwest::Error) -> TransferError {
    TransferError::Request { host: host.to_owned(), source: error.without_url() }
}

/// What a refusal says, in OCI's form or docker's.
fn message_of(body: &[u8]) -> String {
    let value: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let message = value["errors"][0]["message"].as_str().or_else(|| value["message"].as_str());
    message.unwrap_or_default().to_owned()
}

fn stated_digest(headers: &HeaderMap) -> Option<Sha256Digest> {
    headers.get(CONTENT_DIGEST)?.to_str().ok()?.strip_prefix("sha256:")?.parse().ok()
}

fn what_of(name: &str) -> String {
    format!("manifest {name}")
}
