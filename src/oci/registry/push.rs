//! Push of an OCI layout to a registry (OCI Distribution, "Push"): the missing blobs first, then the manifests, so that
//! an interrupted push leaves no name for an incomplete image.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use futures_util::{StreamExt, TryStreamExt, stream};
use oci_client::RegistryOperation;

use super::error::{RegistryError, TransferError};
use super::manifests::Manifest;
use super::reference::ImageReference;
use super::session::Session;
use super::settings::RegistrySettings;
use crate::support::digest::digest_of_bytes;
use crate::support::progress::{Progress, Task};
use crate::tree::inventory::Descriptor;
use crate::vocabulary::Sha256Digest;

/// Number of blobs that are sent at a time.
const CONCURRENT_BLOBS: usize = 4;
/// Size of the chunks of a blob.
const CHUNK_BYTES: usize = 256 << 10;
/// Limit on a manifest, the same as in a registry.
const MAX_MANIFEST_BYTES: u64 = 4 << 20;
/// Limit on the depth of indexes within indexes.
const MAX_DEPTH: usize = 4;

/// An image that was pushed to a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// Digest of the manifest or index that the name stands for now.
    pub digest: Sha256Digest,
    /// Number of blobs that were sent.
    pub sent: usize,
    /// Number of blobs that the registry had, in this repository or in the one they were mounted from.
    pub present: usize,
}

/// A push in progress.
struct Push<'run> {
    session: Session<'run>,
    /// Image in the same registry, whose blobs may be mounted.
    mount_from: Option<&'run ImageReference>,
    layout: &'run Path,
    progress: &'run dyn Progress,
}

/// Pushes the one image, or the one index, of a layout.
pub(super) async fn push(
    settings: &RegistrySettings,
    layout: &Path,
    image: &ImageReference,
    mount_from: Option<&ImageReference>,
    progress: &dyn Progress,
) -> Result<Pushed, RegistryError> {
    let top = top_of(layout)?;
    let send = async || {
        let session = Session::open(settings, image, RegistryOperation::Push).await?;
        let mount_from = mount_from.filter(|from| from.host() == image.host());
        let push = Push { session, mount_from, layout, progress };
        let manifests = push.manifests(&top)?;
        let (sent, present) = push.send_blobs(&manifests).await?;
        let mut pushed = Pushed { digest: push.session.digest_of(&top)?, sent, present };
        // Manifests have to be there before the index that names them.
        for manifest in manifests.iter().rev() {
            let name = match manifest.is_top {
                true => image.manifest_name(),
                false => format!("sha256:{}", manifest.digest),
            };
            pushed.digest = push.session.put_manifest(&name, &manifest.media_type, &manifest.bytes).await?;
        }
        Ok(pushed)
    };
    let failed = |error| RegistryError::Push { reference: image.to_string(), source: Box::new(error) };
    send().await.map_err(failed)
}

/// Descriptor of the one image or index of a layout.
fn top_of(layout: &Path) -> Result<Descriptor, RegistryError> {
    let malformed = |cause: String| RegistryError::Layout { directory: layout.to_owned(), cause };
    let text =
        fs::read(layout.join("index.json")).map_err(|error| malformed(format!("index.json: {error}")))?;
    match Manifest::parse(&text) {
        Ok((Manifest::Index(mut listed), _)) if listed.len() == 1 => {
            listed.pop().ok_or_else(|| malformed("it has no image".to_owned()))
        }
        Ok((Manifest::Index(listed), _)) => Err(malformed(format!("it has {} images", listed.len()))),
        Ok((Manifest::Image(..), _)) => Err(malformed("index.json is not an index".to_owned())),
        Err(cause) => Err(malformed(format!("index.json: {cause}"))),
    }
}

/// A manifest or index of the layout.
struct LayoutManifest {
    media_type: String,
    digest: Sha256Digest,
    bytes: Vec<u8>,
    content: Manifest,
    is_top: bool,
}

impl Push<'_> {
    /// Reads the manifest of a descriptor and those below it, each index before its manifests.
    fn manifests(&self, top: &Descriptor) -> Result<Vec<LayoutManifest>, TransferError> {
        let mut manifests: Vec<LayoutManifest> = Vec::new();
        let mut open = vec![(0, top.clone())];
        while let Some((depth, descriptor)) = open.pop() {
            let manifest = self.manifest(&descriptor, depth == 0)?;
            if let Manifest::Index(listed) = &manifest.content {
                if depth == MAX_DEPTH {
                    let cause = format!("it exceeds the limit of {MAX_DEPTH} nested indexes");
                    return Err(self.session.malformed(&descriptor.digest, cause));
                }
                open.extend(listed.iter().map(|listed| (depth + 1, listed.clone())));
            }
            manifests.push(manifest);
        }
        Ok(manifests)
    }

    fn manifest(&self, descriptor: &Descriptor, is_top: bool) -> Result<LayoutManifest, TransferError> {
        let digest = self.session.digest_of(descriptor)?;
        let path = self.blob(digest);
        let failed = |source: io::Error| TransferError::File { path: path.clone(), source };
        let mut bytes = Vec::new();
        let file = File::open(&path).map_err(failed)?;
        file.take(MAX_MANIFEST_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
        let malformed = |cause: String| failed(io::Error::other(cause));
        if bytes.len() as u64 > MAX_MANIFEST_BYTES {
            return Err(malformed(format!("it exceeds the limit of {} MiB", MAX_MANIFEST_BYTES >> 20)));
        }
        let found = digest_of_bytes(&bytes);
        if found != digest {
            return Err(malformed(format!("it has the digest sha256:{found}")));
        }
        let (content, stated) = Manifest::parse(&bytes).map_err(malformed)?;
        let media_type = stated.unwrap_or_else(|| descriptor.media_type.clone());
        Ok(LayoutManifest { media_type, digest, bytes, content, is_top })
    }

    /// Sends the blobs that the registry is missing. Returns the number of sent blobs, and of those that were there.
    async fn send_blobs(&self, manifests: &[LayoutManifest]) -> Result<(usize, usize), TransferError> {
        let mut blobs: BTreeMap<Sha256Digest, u64> = BTreeMap::new();
        for manifest in manifests {
            let Manifest::Image(config, layers) = &manifest.content else { continue };
            for descriptor in layers.iter().chain([&**config]) {
                blobs.insert(self.session.digest_of(descriptor)?, descriptor.size);
            }
        }
        let count = blobs.len();
        let sends = blobs.into_iter().map(|(digest, size_bytes)| self.send_blob(digest, size_bytes));
        let sent: Vec<bool> = stream::iter(sends).buffer_unordered(CONCURRENT_BLOBS).try_collect().await?;
        let sent = sent.into_iter().filter(|is_sent| *is_sent).count();
        Ok((sent, count - sent))
    }

    /// Sends a blob; returns false if the registry has it.
    async fn send_blob(&self, digest: Sha256Digest, size_bytes: u64) -> Result<bool, TransferError> {
        let (name, path) = (format!("sha256:{digest}"), self.blob(digest));
        self.session
            .perform(async |session| {
                let failed = |error| TransferError::of_client(session.host(), &name, error);
                let image = session.image.as_client();
                if session.client().blob_exists(image, &name).await.map_err(failed)? {
                    return Ok(false);
                }
                // Registries refuse to mount in various ways: then the blob is sent.
                if let Some(from) = self.mount_from
                    && session.client().mount_blob(image, from.as_client(), &name).await.is_ok()
                {
                    return Ok(false);
                }
                let unreadable = |source: io::Error| TransferError::File { path: path.clone(), source };
                let file = File::open(&path).map_err(unreadable)?;
                let found = file.metadata().map_err(unreadable)?.len();
                if found != size_bytes {
                    return Err(unreadable(io::Error::other(format!(
                        "it has {found} bytes and not {size_bytes}"
                    ))));
                }
                let label = format!("{} {name:.19}", session.image.repository());
                let chunks = chunks_of(file, self.progress.task(&label, Some(size_bytes)));
                let sent =
                    session.client().push_blob_stream(image, stream::iter(chunks), &name, Some(size_bytes));
                sent.await.map_err(failed)?;
                Ok(true)
            })
            .await
    }

    fn blob(&self, digest: Sha256Digest) -> PathBuf {
        self.layout.join("blobs/sha256").join(digest.to_string())
    }
}

/// Chunks of a file; each is added to the progress of `task`.
fn chunks_of<Chunk: From<Vec<u8>>, Error: From<io::Error>>(
    mut file: File,
    task: Box<dyn Task>,
) -> impl Iterator<Item = Result<Chunk, Error>> + Send {
    std::iter::from_fn(move || {
        let mut chunk = Vec::with_capacity(CHUNK_BYTES);
        match file.by_ref().take(CHUNK_BYTES as u64).read_to_end(&mut chunk) {
            Ok(0) => None,
            Ok(read) => {
                task.advance(read as u64);
                Some(Ok(Chunk::from(chunk)))
            }
            Err(error) => Some(Err(Error::from(error))),
        }
    })
}
