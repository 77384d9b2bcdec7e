//! Manifests and indexes in requests: looked up, fetched within a limit, and put (OCI Distribution, "Pulling
//! manifests", "Pushing Manifests").

use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName};
use reqwest::{Method, Response};
use serde::Deserialize;

use super::error::TransferError;
use super::http::{read_within, successful};
use super::session::Session;
use crate::support::digest::digest_of_bytes;
use crate::tree::inventory::{Descriptor, ImageFault};
use crate::vocabulary::Sha256Digest;

/// Limit on a manifest (OCI Distribution, "Pushing Manifests", wants registries to accept this size).
const MAX_MANIFEST_BYTES: usize = 4 << 20;
/// Header with the digest of a manifest.
const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");
/// Supported media types, OCI's and docker's.
const TYPES: &str = "application/vnd.oci.image.manifest.v1+json, \
    application/vnd.oci.image.index.v1+json, \
    application/vnd.docker.distribution.manifest.v2+json, \
    application/vnd.docker.distribution.manifest.list.v2+json";
/// Media type of a manifest that states none.
const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// A manifest or index as it was received.
pub(super) struct FetchedManifest {
    pub(super) bytes: Vec<u8>,
    pub(super) digest: Sha256Digest,
    pub(super) media_type: String,
    pub(super) content: Manifest,
}

/// Content of a manifest or index.
pub(super) enum Manifest {
    /// An index: descriptors of manifests, and of further indexes.
    Index(Vec<Descriptor>),
    /// An image: its configuration, and its layers.
    Image(Box<Descriptor>, Vec<Descriptor>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RawManifest {
    #[serde(default)]
    media_type: Option<String>,
    manifests: Option<Vec<Descriptor>>,
    config: Option<Descriptor>,
    layers: Option<Vec<Descriptor>>,
}

impl Manifest {
    /// Parses a manifest, and the media type that it states. A document that is both an image and an index is an error,
    /// since two readers could take it for different things (CVE-2021-41190).
    pub(super) fn parse(bytes: &[u8]) -> Result<(Self, Option<String>), String> {
        let RawManifest { media_type, manifests, config, layers } =
            serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        match (manifests, config, layers) {
            (Some(manifests), None, None) => Ok((Self::Index(manifests), media_type)),
            (None, Some(config), Some(layers)) => Ok((Self::Image(Box::new(config), layers), media_type)),
            (Some(_), ..) => Err("it is both an index and an image".to_owned()),
            (None, ..) => Err("it is neither an index nor an image".to_owned()),
        }
    }
}

impl Session<'_> {
    /// Looks up the digest that a name stands for; none if the registry does not state it.
    pub(super) async fn manifest_digest(&self, name: &str) -> Result<Option<Sha256Digest>, TransferError> {
        self.perform(async |session| {
            let url = session.url(&format!("manifests/{name}"));
            let request = session.request(Method::HEAD, &url).header(ACCEPT, TYPES);
            let response = session.checked(request.send().await, &item_of(name)).await?;
            Ok(stated_digest(response.headers()))
        })
        .await
    }

    /// Fetches the manifest with a name or a digest.
    pub(super) async fn manifest(&self, name: &str) -> Result<FetchedManifest, TransferError> {
        let item = item_of(name);
        let (bytes, headers) = self
            .perform(async |session| {
                let url = session.url(&format!("manifests/{name}"));
                let request = session.request(Method::GET, &url).header(ACCEPT, TYPES);
                let response = session.checked(request.send().await, &item).await?;
                let headers = response.headers().clone();
                let bytes = session.read(response, MAX_MANIFEST_BYTES, &item).await?;
                Ok((bytes, headers))
            })
            .await?;
        let digest = digest_of_bytes(&bytes);
        let by_name = name.strip_prefix("sha256:").and_then(|hex| hex.parse().ok());
        if let Some(expected) = by_name.or_else(|| stated_digest(&headers)).filter(|known| *known != digest) {
            return Err(TransferError::Digest {
                host: self.host().to_owned(),
                item,
                expected,
                found: digest,
            });
        }
        let (content, stated) = Manifest::parse(&bytes).map_err(|cause| self.malformed(&item, cause))?;
        let sent = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let sent = sent.filter(|media_type| TYPES.contains(media_type)).map(str::to_owned);
        let media_type = stated.or(sent).unwrap_or_else(|| OCI_MANIFEST.to_owned());
        Ok(FetchedManifest { bytes, digest, media_type, content })
    }

    /// Puts a manifest or index, and compares the digest that the registry states for it.
    pub(super) async fn put_manifest(
        &self,
        name: &str,
        media_type: &str,
        bytes: &[u8],
    ) -> Result<Sha256Digest, TransferError> {
        let item = item_of(name);
        let stated = self
            .perform(async |session| {
                let url = session.url(&format!("manifests/{name}"));
                let request = session.request(Method::PUT, &url).header(CONTENT_TYPE, media_type);
                let response = session.checked(request.body(bytes.to_vec()).send().await, &item).await?;
                Ok(stated_digest(response.headers()))
            })
            .await?;
        let found = match stated {
            Some(found) => Some(found),
            None => self.manifest_digest(name).await?,
        };
        let expected = digest_of_bytes(bytes);
        match found.filter(|found| *found != expected) {
            Some(found) => Err(TransferError::Digest { host: self.host().to_owned(), item, expected, found }),
            None => Ok(expected),
        }
    }

    /// Error of a malformed document.
    pub(super) fn malformed(&self, item: &str, cause: impl Into<String>) -> TransferError {
        TransferError::Malformed { host: self.host().to_owned(), item: item.to_owned(), cause: cause.into() }
    }

    /// Digest in a descriptor.
    pub(super) fn digest_of(&self, descriptor: &Descriptor) -> Result<Sha256Digest, TransferError> {
        let fault = |fault: ImageFault| self.malformed("a descriptor", fault.to_string());
        descriptor.sha256().map_err(fault)
    }

    /// Returns a successful response.
    async fn checked(
        &self,
        sent: Result<Response, reqwest::Error>,
        item: &str,
    ) -> Result<Response, TransferError> {
        successful(sent, self.host(), item).await
    }

    /// Reads a body; one that is larger than the limit is an error.
    async fn read(&self, response: Response, limit: usize, item: &str) -> Result<Vec<u8>, TransferError> {
        let received = read_within(response, limit, self.host()).await?;
        let cause = format!("it exceeds the limit of {} MiB", limit >> 20);
        received.ok_or_else(|| self.malformed(item, cause))
    }
}

fn stated_digest(headers: &HeaderMap) -> Option<Sha256Digest> {
    headers.get(CONTENT_DIGEST)?.to_str().ok()?.strip_prefix("sha256:")?.parse().ok()
}

fn item_of(name: &str) -> String {
    format!("manifest {name}")
}
