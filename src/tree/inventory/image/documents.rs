//! Documents of an image, as far as they are needed (OCI Image Format, "Image Manifest", "Image Index", "Image
//! Configuration"; docker's have the same fields).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::blobs::Blobs;
use super::facts::StartCommand;
use super::fault::ImageFault;
use super::platform::ImagePlatform;
use crate::support::digest::digest_of_bytes;
use crate::vocabulary::Sha256Digest;

/// Limit of layers; container engines allow 127.
const MAX_LAYERS: usize = 1024;

/// Image index: a list of manifests.
#[derive(Deserialize)]
pub(super) struct ImageIndex {
    pub(super) manifests: Vec<Descriptor>,
}

/// Reference to a blob (OCI Image Format, "Content Descriptors").
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// Media type of the blob; empty if none is stated.
    #[serde(default)]
    pub media_type: String,
    /// Digest of the blob, as `ALGORITHM:HEX`.
    pub digest: String,
    /// Size of the blob in bytes.
    #[serde(default)]
    pub size: u64,
    platform: Option<StatedPlatform>,
    #[serde(default)]
    annotations: Option<BTreeMap<String, String>>,
}

/// Media types of an image index, OCI's and docker's.
const INDEX_TYPES: [&str; 2] =
    ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];

/// Annotation of a descriptor for an attestation and not an image.
const REFERENCE_TYPE: &str = "vnd.docker.reference.type";

impl Descriptor {
    /// Returns the digest of the blob.
    ///
    /// # Errors
    /// If it is not a SHA-256 digest.
    pub fn sha256(&self) -> Result<Sha256Digest, ImageFault> {
        sha256(&self.digest)
    }

    /// True if the blob is an image index.
    pub fn is_index(&self) -> bool {
        INDEX_TYPES.contains(&self.media_type.as_str())
    }

    /// True if the blob is an attestation about an image (BuildKit's) and not an image.
    pub fn is_attestation(&self) -> bool {
        self.annotations.as_ref().is_some_and(|annotations| annotations.contains_key(REFERENCE_TYPE))
    }

    /// Returns the annotation with this name.
    pub(super) fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.as_ref()?.get(name).map(String::as_str)
    }

    /// Returns the platform of the image, if it is stated.
    pub fn platform(&self) -> Option<ImagePlatform> {
        self.platform.as_ref().and_then(StatedPlatform::stated)
    }
}

/// Platform in a document.
#[derive(Clone, Debug, Deserialize)]
struct StatedPlatform {
    #[serde(default)]
    os: String,
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    variant: Option<String>,
}

/// Image manifest: configuration and layers.
#[derive(Deserialize)]
pub(super) struct ImageManifest {
    pub(super) config: Descriptor,
    pub(super) layers: Vec<Descriptor>,
}

/// Image in the manifest of an archive of docker-save.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DockerImage {
    pub(super) config: String,
    pub(super) layers: Vec<String>,
    #[serde(default)]
    pub(super) repo_tags: Option<Vec<String>>,
}

/// Image configuration.
#[derive(Deserialize)]
pub(super) struct ImageConfig {
    #[serde(flatten)]
    platform: StatedPlatform,
    #[serde(default)]
    config: Option<RunConfig>,
    rootfs: RootFs,
    #[serde(default)]
    history: Option<Vec<HistoryEntry>>,
}

/// Command that built a part of an image.
#[derive(Deserialize)]
struct HistoryEntry {
    #[serde(default)]
    created_by: Option<String>,
    #[serde(default)]
    empty_layer: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RunConfig {
    #[serde(default)]
    env: Option<Vec<String>>,
    #[serde(default)]
    working_dir: Option<String>,
    #[serde(default)]
    entrypoint: Option<Vec<String>>,
    #[serde(default)]
    cmd: Option<Vec<String>>,
    #[serde(default)]
    user: Option<String>,
}

#[derive(Deserialize)]
struct RootFs {
    diff_ids: Vec<String>,
}

impl StatedPlatform {
    /// Returns the platform, if one is stated.
    fn stated(&self) -> Option<ImagePlatform> {
        let Self { os, architecture, variant } = self;
        let is_stated = |word: &str| !word.is_empty() && word != "unknown";
        (is_stated(os) && is_stated(architecture)).then(|| ImagePlatform {
            os: os.clone(),
            architecture: architecture.clone(),
            variant: variant.clone().filter(|variant| !variant.is_empty()),
        })
    }
}

impl ImageConfig {
    /// Platform, if one is stated.
    pub(super) fn platform(&self) -> Option<ImagePlatform> {
        self.platform.stated()
    }

    /// Digests of the layers' tars, lowest first.
    pub(super) fn diff_ids(&self) -> Result<Vec<Sha256Digest>, ImageFault> {
        self.rootfs.diff_ids.iter().map(|digest| sha256(digest)).collect()
    }

    /// Environment variables, each `NAME=VALUE`.
    pub(super) fn environment(&self) -> impl Iterator<Item = &str> {
        self.config.iter().filter_map(|config| config.env.as_ref()).flatten().map(String::as_str)
    }

    /// Command that starts a container.
    pub(super) fn start(&self) -> StartCommand {
        let path = self.environment().filter_map(|variable| variable.strip_prefix("PATH=")).last();
        let path = path.map(str::to_owned);
        let Some(run) = &self.config else { return StartCommand { path, ..StartCommand::default() } };
        StartCommand {
            entrypoint: run.entrypoint.clone().unwrap_or_default(),
            cmd: run.cmd.clone().unwrap_or_default(),
            user: run.user.clone().unwrap_or_default(),
            path,
        }
    }

    /// Commands that built the layers, if they are recorded: one for each layer that is not empty.
    pub(super) fn commands(&self) -> impl Iterator<Item = Option<&str>> {
        let steps = self.history.iter().flatten().filter(|step| !step.empty_layer);
        steps.map(|step| step.created_by.as_deref())
    }

    /// Working directory, if it is an absolute path.
    pub(super) fn workdir(&self) -> Option<&str> {
        let workdir = self.config.as_ref()?.working_dir.as_deref()?;
        workdir.starts_with('/').then_some(workdir)
    }

    /// Checks that there is a diff ID for each layer.
    pub(super) fn check_layers(&self, name: &str, layers: usize) -> Result<(), ImageFault> {
        let diff_ids = self.rootfs.diff_ids.len();
        let broken = |cause: String| Err(ImageFault::Document { name: name.to_owned(), cause });
        if layers > MAX_LAYERS {
            return broken(format!("it has more than the {MAX_LAYERS} layers allowed"));
        }
        if layers != diff_ids {
            return broken(format!("it has {diff_ids} diff ids where the manifest has {layers} layers"));
        }
        Ok(())
    }
}

/// Parses a digest in a document. Of the algorithms of the specification only SHA-256 is in use.
pub(super) fn sha256(digest: &str) -> Result<Sha256Digest, ImageFault> {
    let parsed = digest.strip_prefix("sha256:").and_then(|hex| hex.parse().ok());
    parsed.ok_or_else(|| ImageFault::Document {
        name: digest.to_owned(),
        cause: "it is no SHA-256 digest".to_owned(),
    })
}

/// Parses a document, which must have the digest if one is given.
pub(super) fn document<Value: DeserializeOwned>(
    blobs: &Blobs,
    name: &str,
    digest: Option<Sha256Digest>,
) -> Result<Value, ImageFault> {
    parsed(&document_text(blobs, name, digest)?, name)
}

/// Reads the text of a document, which must have the digest if one is given.
pub(super) fn document_text(
    blobs: &Blobs,
    name: &str,
    digest: Option<Sha256Digest>,
) -> Result<Vec<u8>, ImageFault> {
    let text = blobs.document(name)?;
    let found = digest_of_bytes(&text);
    if let Some(digest) = digest.filter(|digest| *digest != found) {
        let cause = format!("it has the digest sha256:{found} and not sha256:{digest}");
        return Err(ImageFault::Document { name: name.to_owned(), cause });
    }
    Ok(text)
}

/// Parses the text of a document.
pub(super) fn parsed<Value: DeserializeOwned>(text: &[u8], name: &str) -> Result<Value, ImageFault> {
    serde_json::from_slice(text)
        .map_err(|error| ImageFault::Document { name: name.to_owned(), cause: error.to_string() })
}
