//! Pull of an image from a registry, as an OCI layout in the cache (OCI Distribution, "Pull").
//!
//! A tag is looked up each time; unless it stands for another image now, nothing is fetched. A digest always stands for
//! the same image, and needs no network once that is in the cache.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use oci_client::RegistryOperation;
use oci_client::client::{BlobResponse, SizedStream};

use super::error::{RegistryError, TransferError};
use super::manifests::{FetchedManifest, Manifest};
use super::reference::ImageReference;
use super::session::Session;
use super::settings::RegistrySettings;
use super::store::{PartialBlob, Store};
use crate::support::progress::{Progress, Task};
use crate::tree::inventory::{Descriptor, ImagePlatform, choose_image};
use crate::vocabulary::Sha256Digest;

/// Number of blobs that are fetched at a time.
const CONCURRENT_BLOBS: usize = 4;
/// Limit on the depth of indexes within indexes; real ones have two levels.
const MAX_DEPTH: usize = 4;
/// Limit on the manifests of all indexes together.
const MAX_MANIFESTS: usize = 1000;
/// Limit on the layers of an image; engines accept 127.
const MAX_LAYERS: usize = 1024;
/// Limit on a blob; the same as on an uncompressed layer.
const MAX_BLOB_BYTES: u64 = 64 << 30;

/// An image that was fetched into the cache.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulled {
    /// OCI layout with just this image.
    pub layout: PathBuf,
    /// Digest of its manifest.
    pub digest: Sha256Digest,
    /// Time of the last look-up of the tag, if it could not be looked up now.
    pub as_of: Option<Timestamp>,
}

/// Fetches the parts of an image that are not in the cache.
pub(super) async fn pull(
    settings: &RegistrySettings,
    image: &ImageReference,
    platform: Option<&ImagePlatform>,
    progress: &dyn Progress,
) -> Result<Pulled, RegistryError> {
    let store = Store::new(&settings.cache_dir);
    let reference = image.whole();
    let cached = store.find(&reference, platform);
    if let Some(cached) = cached.as_ref().filter(|_| settings.offline || image.digest().is_some()) {
        let as_of = image.digest().is_none().then_some(cached.asked);
        return Ok(Pulled { layout: cached.layout.clone(), digest: cached.digest, as_of });
    }
    if settings.offline {
        return Err(RegistryError::NotCached { reference: image.to_string() });
    }
    let fetch = async || {
        let session = Session::open(settings, image, RegistryOperation::Pull).await?;
        let name = image.manifest_name();
        if let Some(cached) = cached
            && session.manifest_digest(&name).await? == Some(cached.named)
        {
            store.record(&reference, platform, cached.named, cached.digest, settings.now)?;
            return Ok(Pulled { layout: cached.layout, digest: cached.digest, as_of: None });
        }
        let top = session.manifest(&name).await?;
        let named = top.digest;
        let (manifest, chosen) = session.choose(top, platform).await?;
        session.fetch_blobs(&manifest, &store, progress).await?;
        let layout = store.add_layout(&manifest, chosen.as_ref())?;
        store.record(&reference, platform, named, manifest.digest, settings.now)?;
        Ok(Pulled { layout, digest: manifest.digest, as_of: None })
    };
    fetch().await.map_err(|error| match error {
        TransferError::Choice(source) => RegistryError::Choice { reference: image.to_string(), source },
        error => RegistryError::Pull { reference: image.to_string(), source: Box::new(error) },
    })
}

impl Session<'_> {
    /// Chooses the image for a platform in an index and the indexes in it.
    async fn choose(
        &self,
        top: FetchedManifest,
        platform: Option<&ImagePlatform>,
    ) -> Result<(FetchedManifest, Option<ImagePlatform>), TransferError> {
        let Manifest::Index(listed) = top.content else { return Ok((top, None)) };
        let (mut seen, mut found) = (BTreeSet::from([top.digest]), Vec::new());
        let mut indexes = vec![(1, listed)];
        while let Some((depth, listed)) = indexes.pop() {
            for descriptor in listed {
                let digest = self.digest_of(&descriptor)?;
                if !seen.insert(digest) || descriptor.is_attestation() {
                    continue;
                }
                if seen.len() > MAX_MANIFESTS {
                    let cause = format!("it exceeds the limit of {MAX_MANIFESTS} manifests");
                    return Err(self.malformed("an index", cause));
                }
                if !descriptor.is_index() {
                    found.push((descriptor.platform(), digest));
                    continue;
                }
                if depth == MAX_DEPTH {
                    let cause = format!("it exceeds the limit of {MAX_DEPTH} nested indexes");
                    return Err(self.malformed(&descriptor.digest, cause));
                }
                if let Manifest::Index(nested) = self.manifest(&format!("sha256:{digest}")).await?.content {
                    indexes.push((depth + 1, nested));
                }
            }
        }
        let named = found.into_iter().map(|(platform, digest)| (platform.clone(), (platform, digest)));
        let (chosen, digest) = choose_image(named.collect(), platform).map_err(TransferError::Choice)?;
        Ok((self.manifest(&format!("sha256:{digest}")).await?, chosen))
    }

    /// Fetches the blobs of a manifest.
    async fn fetch_blobs(
        &self,
        manifest: &FetchedManifest,
        store: &Store,
        progress: &dyn Progress,
    ) -> Result<(), TransferError> {
        let item = format!("manifest sha256:{}", manifest.digest);
        let Manifest::Image(config, layers) = &manifest.content else {
            return Err(self.malformed(&item, "it is an index and not an image"));
        };
        if layers.len() > MAX_LAYERS {
            return Err(self.malformed(&item, format!("it exceeds the limit of {MAX_LAYERS} layers")));
        }
        // Two layers may be one blob.
        let mut blobs: BTreeMap<Sha256Digest, &Descriptor> = BTreeMap::new();
        for descriptor in layers.iter().chain([&**config]) {
            if descriptor.size > MAX_BLOB_BYTES {
                let cause = format!("it exceeds the limit of {} GiB", MAX_BLOB_BYTES >> 30);
                return Err(self.malformed(&descriptor.digest, cause));
            }
            blobs.insert(self.digest_of(descriptor)?, descriptor);
        }
        blobs.retain(|digest, descriptor| !store.contains(*digest, descriptor.size));
        let fetches = blobs
            .into_iter()
            .map(|(digest, descriptor)| self.fetch_blob(digest, descriptor.size, store, progress));
        stream::iter(fetches).buffer_unordered(CONCURRENT_BLOBS).try_collect().await
    }

    async fn fetch_blob(
        &self,
        digest: Sha256Digest,
        size_bytes: u64,
        store: &Store,
        progress: &dyn Progress,
    ) -> Result<(), TransferError> {
        let name = format!("sha256:{digest}");
        let task = progress.task(&format!("{} {:.19}", self.image.repository(), name), Some(size_bytes));
        let mut partial = store.new_blob()?;
        self.perform(async |session| session.resume(&name, size_bytes, &mut partial, &*task).await).await?;
        let found = partial.digest();
        if found != digest {
            let host = self.host().to_owned();
            return Err(TransferError::Digest { host, item: "a blob".to_owned(), expected: digest, found });
        }
        store.add_blob(partial, digest)
    }

    /// Fetches a blob from where it broke off (RFC 9110 §14).
    async fn resume(
        &self,
        name: &str,
        size_bytes: u64,
        partial: &mut PartialBlob,
        task: &dyn Task,
    ) -> Result<(), TransferError> {
        let failed = |error| TransferError::of_client(self.host(), name, error);
        let image = self.image.as_client();
        let SizedStream { mut stream, .. } = if partial.received == 0 {
            self.client().pull_blob_stream(image, name).await.map_err(failed)?
        } else {
            let rest = self.client().pull_blob_stream_partial(image, name, partial.received, None);
            match rest.await.map_err(failed)? {
                BlobResponse::Partial(rest) => rest,
                BlobResponse::Full(whole) => {
                    partial.restart()?;
                    whole
                }
            }
        };
        let (host, item) = (|| self.host().to_owned(), || name.to_owned());
        loop {
            let received = partial.received;
            match stream.next().await {
                // An error at the end does not matter: the digest decides.
                Some(Err(_)) | None if received == size_bytes => return Ok(()),
                Some(Ok(bytes)) => {
                    if received + bytes.len() as u64 > size_bytes {
                        return Err(TransferError::Size { host: host(), item: item(), expected: size_bytes });
                    }
                    partial.append(&bytes)?;
                    task.advance(bytes.len() as u64);
                }
                end => {
                    let source = end.and_then(Result::err);
                    return Err(TransferError::Interrupted { host: host(), item: item(), received, source });
                }
            }
        }
    }
}
