//! An OCI layout into a registry (OCI Distribution, "Push"): the blobs that it lacks, then the manifest, so that a
//! push that breaks off leaves no name for what is not whole.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use futures_util::{StreamExt, TryStreamExt, stream};
use oci_client::RegistryOperation;

use super::manifests::Manifest;
use super::session::Session;
use super::{ImageReference, RegistryError, RegistrySettings, TransferError};
use crate::support::digest::digest_of_bytes;
use crate::support::progress::{Progress, Task};
use crate::tree::inventory::Descriptor;
use crate::vocabulary::Sha256Digest;

/// How many blobs are sent at a time.
const BLOBS_AT_A_TIME: usize = 4;
/// How much of a blob is read at once.
const CHUNK_BYTES: usize = 256 << 10;
/// What a manifest may come to, here as in a registry.
const MAX_MANIFEST_BYTES: u64 = 4 << 20;
/// How deep lists may lie in lists.
const MAX_DEPTH: usize = 4;

/// An image that is in a registry now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// The digest of what the name stands for now.
    pub digest: Sha256Digest,
    /// How many blobs were sent.
    pub sent: usize,
    /// How many the registry had, in this repository or in the one that they were taken from.
    pub present: usize,
}

/// A layout on its way into a registry.
struct Push<'run> {
    session: Session<'run>,
    /// Where the registry may have blobs already.
    from: Option<&'run ImageReference>,
    layout: &'run Path,
    progress: &'run dyn Progress,
}

/// Sends the one image of a layout, or the one list of images.
pub(super) async fn push(
    settings: &RegistrySettings,
    layout: &Path,
    image: &ImageReference,
    from: Option<&ImageReference>,
    progress: &dyn Progress,
) -> Result<Pushed, RegistryError> {
    let top = top_of(layout)?;
    let send = async || {
        let session = Session::open(settings, image, RegistryOperation::Push).await?;
        let from = from.filter(|from| from.host() == image.host());
        let push = Push { session, from, layout, progress };
        let documents = push.documents(&top)?;
        let (sent, present) = push.send_blobs(&documents).await?;
        let mut pushed = Pushed { digest: push.session.digest_of(&top)?, sent, present };
        // What a list names has to be there before it.
        for document in documents.iter().rev() {
            let name = match document.is_top {
                true => image.manifest_name(),
                false => format!("sha256:{}", document.digest),
            };
            pushed.digest = push.session.put_manifest(&name, &document.media_type, &document.bytes).await?;
        }
        Ok(pushed)
    };
    let fault = |error| RegistryError::Push { reference: image.to_string(), source: Box::new(error) };
    send().await.map_err(fault)
}

/// What the list of a layout points to.
fn top_of(layout: &Path) -> Result<Descriptor, RegistryError> {
    let fault = |cause: String| RegistryError::Layout { directory: layout.to_owned(), cause };
    let text = fs::read(layout.join("index.json")).map_err(|error| fault(format!("index.json: {error}")))?;
    match Manifest::parse(&text) {
        Ok((Manifest::List(mut listed), _)) if listed.len() == 1 => {
            listed.pop().ok_or_else(|| fault("it has no image".to_owned()))
        }
        Ok((Manifest::List(listed), _)) => Err(fault(format!("it has {} images", listed.len()))),
        Ok((Manifest::Image(..), _)) => Err(fault("index.json is no list".to_owned())),
        Err(cause) => Err(fault(format!("index.json: {cause}"))),
    }
}

/// A manifest or list of the layout.
struct Document {
    media_type: String,
    digest: Sha256Digest,
    bytes: Vec<u8>,
    content: Manifest,
    is_top: bool,
}

impl Push<'_> {
    /// The manifest that a descriptor points to and those that lists lead to, each before what it names.
    fn documents(&self, top: &Descriptor) -> Result<Vec<Document>, TransferError> {
        let mut documents: Vec<Document> = Vec::new();
        let mut open = vec![(0, top.clone())];
        while let Some((depth, descriptor)) = open.pop() {
            let document = self.document(&descriptor, depth == 0)?;
            if let Manifest::List(listed) = &document.content {
                if depth == MAX_DEPTH {
                    let cause = format!("it lies deeper than the {MAX_DEPTH} lists allowed");
                    return Err(self.session.broken(&descriptor.digest, cause));
                }
                open.extend(listed.iter().map(|listed| (depth + 1, listed.clone())));
            }
            documents.push(document);
        }
        Ok(documents)
    }

    fn document(&self, descriptor: &Descriptor, is_top: bool) -> Result<Document, TransferError> {
        let digest = self.session.digest_of(descriptor)?;
        let path = self.blob(digest);
        let stored = |source: io::Error| TransferError::Store { path: path.clone(), source };
        let mut bytes = Vec::new();
        let file = File::open(&path).map_err(stored)?;
        file.take(MAX_MANIFEST_BYTES + 1).read_to_end(&mut bytes).map_err(stored)?;
        let broken = |cause: String| stored(io::Error::other(cause));
        if bytes.len() as u64 > MAX_MANIFEST_BYTES {
            return Err(broken(format!("it has more than the {MAX_MANIFEST_BYTES} bytes allowed")));
        }
        let found = digest_of_bytes(&bytes);
        if found != digest {
            return Err(broken(format!("it has the digest sha256:{found}")));
        }
        let (content, stated) = Manifest::parse(&bytes).map_err(broken)?;
        let media_type = stated.unwrap_or_else(|| descriptor.media_type.clone());
        Ok(Document { media_type, digest, bytes, content, is_top })
    }

    /// Sends what the manifests name and the registry has not; says how many it sent, and how many were there.
    async fn send_blobs(&self, documents: &[Document]) -> Result<(usize, usize), TransferError> {
        let mut blobs: BTreeMap<Sha256Digest, u64> = BTreeMap::new();
        for document in documents {
            let Manifest::Image(config, layers) = &document.content else { continue };
            for descriptor in layers.iter().chain([&**config]) {
                blobs.insert(self.session.digest_of(descriptor)?, descriptor.size);
            }
        }
        let count = blobs.len();
        let sends = blobs.into_iter().map(|(digest, size_bytes)| self.send_blob(digest, size_bytes));
        let sent: Vec<bool> = stream::iter(sends).buffer_unordered(BLOBS_AT_A_TIME).try_collect().await?;
        let sent = sent.into_iter().filter(|is_sent| *is_sent).count();
        Ok((sent, count - sent))
    }

    /// Sends a blob; false if the registry has it.
    async fn send_blob(&self, digest: Sha256Digest, size_bytes: u64) -> Result<bool, TransferError> {
        let (name, path) = (format!("sha256:{digest}"), self.blob(digest));
        self.session
            .perform(async |session| {
                let fault = |error| TransferError::of_client(session.host(), &name, error);
                let image = session.image.as_client();
                if session.client().blob_exists(image, &name).await.map_err(fault)? {
                    return Ok(false);
                }
                // A registry that does not do that says so, in one way or another: then it is sent.
                if let Some(from) = self.from
                    && session.client().mount_blob(image, from.as_client(), &name).await.is_ok()
                {
                    return Ok(false);
                }
                let stored = |source: io::Error| TransferError::Store { path: path.clone(), source };
                let file = File::open(&path).map_err(stored)?;
                if file.metadata().map_err(stored)?.len() != size_bytes {
                    return Err(stored(io::Error::other(format!(
                        "it has not the {size_bytes} bytes stated"
                    ))));
                }
                let label = format!("{} {name:.19}", session.image.repository());
                let chunks = chunks_of(file, self.progress.task(&label, Some(size_bytes)));
                let sent =
                    session.client().push_blob_stream(image, stream::iter(chunks), &name, Some(size_bytes));
                sent.await.map_err(fault)?;
                Ok(true)
            })
            .await
    }

    fn blob(&self, digest: Sha256Digest) -> PathBuf {
        self.layout.join("blobs/sha256").join(digest.to_string())
    }
}

/// A file in pieces, each counted as it goes.
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
