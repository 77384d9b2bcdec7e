//! The documents of an image, as far as they matter here (OCI Image Format, "Image Manifest", "Image Index", "Image
//! Configuration"; docker's are alike).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::ImageFault;
use super::blobs::Blobs;
use super::platform::ImagePlatform;
use crate::support::digest::digest_of_bytes;
use crate::vocabulary::Sha256Digest;

/// How many layers an image may have; engines stop at 127.
const MAX_LAYERS: usize = 1024;

/// A list of manifests.
#[derive(Deserialize)]
pub(super) struct Index {
    pub(super) manifests: Vec<Descriptor>,
}

/// What points to a blob (OCI Image Format, "Content Descriptors").
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// The type of what it points to; empty where none is stated.
    #[serde(default)]
    pub media_type: String,
    /// Its digest, with the algorithm before it.
    pub digest: String,
    /// Its size in bytes.
    #[serde(default)]
    pub size: u64,
    platform: Option<StatedPlatform>,
    #[serde(default)]
    annotations: Option<BTreeMap<String, String>>,
}

/// The types of a list, OCI's and docker's.
const INDEX_TYPES: [&str; 2] =
    ["application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"];

/// The annotation of what is no image but says something of one.
const REFERENCE_TYPE: &str = "vnd.docker.reference.type";

impl Descriptor {
    /// Its digest.
    ///
    /// # Errors
    /// When it is no SHA-256 digest.
    pub fn sha256(&self) -> Result<Sha256Digest, ImageFault> {
        sha256(&self.digest)
    }

    /// Whether it points to a list.
    pub fn is_list(&self) -> bool {
        INDEX_TYPES.contains(&self.media_type.as_str())
    }

    /// Whether it points to an attestation (BuildKit's) or an artifact, and to no image.
    pub fn is_about_another(&self) -> bool {
        self.annotations.as_ref().is_some_and(|annotations| annotations.contains_key(REFERENCE_TYPE))
    }

    /// An annotation.
    pub(super) fn annotation(&self, name: &str) -> Option<&str> {
        self.annotations.as_ref()?.get(name).map(String::as_str)
    }

    /// What the image is for that it points to, if that is stated.
    pub fn platform(&self) -> Option<ImagePlatform> {
        self.platform.as_ref().and_then(StatedPlatform::stated)
    }
}

/// A platform as a document states it.
#[derive(Clone, Debug, Deserialize)]
struct StatedPlatform {
    #[serde(default)]
    os: String,
    #[serde(default)]
    architecture: String,
    #[serde(default)]
    variant: Option<String>,
}

/// What an image is made of.
#[derive(Deserialize)]
pub(super) struct Manifest {
    pub(super) config: Descriptor,
    pub(super) layers: Vec<Descriptor>,
}

/// One of the images that docker saved.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DockerImage {
    pub(super) config: String,
    pub(super) layers: Vec<String>,
    #[serde(default)]
    pub(super) repo_tags: Option<Vec<String>>,
}

/// What an image says of itself.
#[derive(Deserialize)]
pub(super) struct Config {
    #[serde(flatten)]
    platform: StatedPlatform,
    #[serde(default)]
    config: Option<RunConfig>,
    rootfs: RootFs,
    #[serde(default)]
    history: Option<Vec<Step>>,
}

/// One of the commands that an image was made by.
#[derive(Deserialize)]
struct Step {
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

/// How an image is started, as it says itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Start {
    /// What is run.
    pub entrypoint: Vec<String>,
    /// Its arguments, or what is run where there is no entrypoint.
    pub cmd: Vec<String>,
    /// Who runs it; empty for root.
    pub user: String,
    /// What its environment sets PATH to.
    pub path: Option<String>,
}

#[derive(Deserialize)]
struct RootFs {
    diff_ids: Vec<String>,
}

impl StatedPlatform {
    /// The platform, if one is stated.
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

impl Config {
    pub(super) fn platform(&self) -> Option<ImagePlatform> {
        self.platform.stated()
    }

    /// The digests of the layers' tars, lowest first.
    pub(super) fn diff_ids(&self) -> Result<Vec<Sha256Digest>, ImageFault> {
        self.rootfs.diff_ids.iter().map(|digest| sha256(digest)).collect()
    }

    /// The image's variables, each `NAME=VALUE`.
    pub(super) fn environment(&self) -> impl Iterator<Item = &str> {
        self.config.iter().filter_map(|config| config.env.as_ref()).flatten().map(String::as_str)
    }

    /// How it is started.
    pub(super) fn start(&self) -> Start {
        let path = self.environment().filter_map(|variable| variable.strip_prefix("PATH=")).last();
        let path = path.map(str::to_owned);
        let Some(run) = &self.config else { return Start { path, ..Start::default() } };
        Start {
            entrypoint: run.entrypoint.clone().unwrap_or_default(),
            cmd: run.cmd.clone().unwrap_or_default(),
            user: run.user.clone().unwrap_or_default(),
            path,
        }
    }

    /// The commands that made the layers, as far as it tells: one for each layer that is not empty.
    pub(super) fn commands(&self) -> impl Iterator<Item = Option<&str>> {
        let steps = self.history.iter().flatten().filter(|step| !step.empty_layer);
        steps.map(|step| step.created_by.as_deref())
    }

    pub(super) fn workdir(&self) -> Option<&str> {
        let workdir = self.config.as_ref()?.working_dir.as_deref()?;
        workdir.starts_with('/').then_some(workdir)
    }

    /// Checks that there is a diff id for each layer.
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

/// The digest that a document states; of the algorithms of the specification only SHA-256 is in use.
pub(super) fn sha256(digest: &str) -> Result<Sha256Digest, ImageFault> {
    let parsed = digest.strip_prefix("sha256:").and_then(|hex| hex.parse().ok());
    parsed.ok_or_else(|| ImageFault::Document {
        name: digest.to_owned(),
        cause: "it is no SHA-256 digest".to_owned(),
    })
}

/// Reads a document, which must have the digest if one is stated.
pub(super) fn document<Value: DeserializeOwned>(
    blobs: &Blobs,
    name: &str,
    digest: Option<Sha256Digest>,
) -> Result<Value, ImageFault> {
    parsed(&document_text(blobs, name, digest)?, name)
}

/// The same as it stands.
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

/// What a document says.
pub(super) fn parsed<Value: DeserializeOwned>(text: &[u8], name: &str) -> Result<Value, ImageFault> {
    serde_json::from_slice(text)
        .map_err(|error| ImageFault::Document { name: name.to_owned(), cause: error.to_string() })
}
