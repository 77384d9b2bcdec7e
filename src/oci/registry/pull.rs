//! An image out of a registry, as an OCI layout in the cache (OCI Distribution, "Pull").
//!
//! A tag is asked for each time; as long as it stands for what it stood for, nothing else is fetched. A digest never
//! stands for anything else, and needs no network once it is here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use futures_util::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use oci_client::RegistryOperation;
use oci_client::client::{BlobResponse, SizedStream};

use super::manifests::{Fetched, Manifest};
use super::session::Session;
use super::store::{Partial, Store};
use super::{ImageReference, RegistryError, RegistrySettings, TransferError};
use crate::support::progress::{Progress, Task};
use crate::tree::inventory::{Descriptor, ImagePlatform, choose_image};
use crate::vocabulary::Sha256Digest;

/// How many blobs are fetched at a time.
const BLOBS_AT_A_TIME: usize = 4;
/// How deep lists may lie in lists; real ones have two.
const MAX_DEPTH: usize = 4;
/// How many manifests the lists may have together.
const MAX_MANIFESTS: usize = 1000;
/// How many layers an image may have; engines stop at 127.
const MAX_LAYERS: usize = 1024;
/// What a blob may come to, which is what a layer may inflate to.
const MAX_BLOB_BYTES: u64 = 64 << 30;

/// An image that is in the cache now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulled {
    /// An OCI layout with just this image.
    pub layout: PathBuf,
    /// The digest of its manifest.
    pub digest: Sha256Digest,
    /// When the tag stood for it, where that could not be asked now.
    pub as_of: Option<Timestamp>,
}

/// Fetches an image, as far as it is not in the cache.
pub(super) async fn pull(
    settings: &RegistrySettings,
    image: &ImageReference,
    wanted: Option<&ImagePlatform>,
    progress: &dyn Progress,
) -> Result<Pulled, RegistryError> {
    let store = Store::new(&settings.cache_dir);
    let reference = image.whole();
    let known = store.record(&reference, wanted);
    if let Some(known) = known.as_ref().filter(|_| settings.offline || image.digest().is_some()) {
        let as_of = image.digest().is_none().then_some(known.asked);
        return Ok(Pulled { layout: known.layout.clone(), digest: known.digest, as_of });
    }
    if settings.offline {
        return Err(RegistryError::NotCached { reference: image.to_string() });
    }
    let renew = async || {
        let session = Session::open(settings, image, RegistryOperation::Pull).await?;
        let name = image.manifest_name();
        if let Some(known) = known
            && session.manifest_digest(&name).await? == Some(known.named)
        {
            store.note(&reference, wanted, known.named, known.digest, settings.now)?;
            return Ok(Pulled { layout: known.layout, digest: known.digest, as_of: None });
        }
        let top = session.manifest(&name).await?;
        let named = top.digest;
        let (manifest, platform) = session.choose(top, wanted).await?;
        session.fetch_blobs(&manifest, &store, progress).await?;
        let layout = store.lay_out(&manifest, platform.as_ref())?;
        store.note(&reference, wanted, named, manifest.digest, settings.now)?;
        Ok(Pulled { layout, digest: manifest.digest, as_of: None })
    };
    renew().await.map_err(|error| match error {
        TransferError::Choice(source) => RegistryError::Choice { reference: image.to_string(), source },
        error => RegistryError::Pull { reference: image.to_string(), source: Box::new(error) },
    })
}

impl Session<'_> {
    /// The image for a platform, of those that a list and the lists in it have.
    async fn choose(
        &self,
        top: Fetched,
        wanted: Option<&ImagePlatform>,
    ) -> Result<(Fetched, Option<ImagePlatform>), TransferError> {
        let Manifest::List(listed) = top.content else { return Ok((top, None)) };
        let (mut met, mut found) = (BTreeSet::from([top.digest]), Vec::new());
        let mut lists = vec![(1, listed)];
        while let Some((depth, listed)) = lists.pop() {
            for descriptor in listed {
                let digest = self.digest_of(&descriptor)?;
                if !met.insert(digest) || descriptor.is_about_another() {
                    continue;
                }
                if met.len() > MAX_MANIFESTS {
                    let cause = format!("it has more than the {MAX_MANIFESTS} manifests allowed");
                    return Err(self.broken("a list", cause));
                }
                if !descriptor.is_list() {
                    found.push((descriptor.platform(), digest));
                    continue;
                }
                if depth == MAX_DEPTH {
                    let cause = format!("it lies deeper than the {MAX_DEPTH} lists allowed");
                    return Err(self.broken(&descriptor.digest, cause));
                }
                if let Manifest::List(nested) = self.manifest(&format!("sha256:{digest}")).await?.content {
                    lists.push((depth + 1, nested));
                }
            }
        }
        let named = found.into_iter().map(|(platform, digest)| (platform.clone(), (platform, digest)));
        let (platform, digest) = choose_image(named.collect(), wanted).map_err(TransferError::Choice)?;
        Ok((self.manifest(&format!("sha256:{digest}")).await?, platform))
    }

    /// Fetches what a manifest names.
    async fn fetch_blobs(
        &self,
        manifest: &Fetched,
        store: &Store,
        progress: &dyn Progress,
    ) -> Result<(), TransferError> {
        let what = format!("manifest sha256:{}", manifest.digest);
        let Manifest::Image(config, layers) = &manifest.content else {
            return Err(self.broken(&what, "it is a list where an image was promised"));
        };
        if layers.len() > MAX_LAYERS {
            return Err(self.broken(&what, format!("it has more than the {MAX_LAYERS} layers allowed")));
        }
        // Two layers may be one blob.
        let mut blobs: BTreeMap<Sha256Digest, &Descriptor> = BTreeMap::new();
        for descriptor in layers.iter().chain([&**config]) {
            if descriptor.size > MAX_BLOB_BYTES {
                let cause = format!("it has more than the {MAX_BLOB_BYTES} bytes allowed");
                return Err(self.broken(&descriptor.digest, cause));
            }
            blobs.insert(self.digest_of(descriptor)?, descriptor);
        }
        blobs.retain(|digest, descriptor| !store.has(*digest, descriptor.size));
        let fetches = blobs
            .into_iter()
            .map(|(digest, descriptor)| self.fetch_blob(digest, descriptor.size, store, progress));
        stream::iter(fetches).buffer_unordered(BLOBS_AT_A_TIME).try_collect().await
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
        let mut partial = store.begin()?;
        self.perform(async |session| session.go_on(&name, size_bytes, &mut partial, &*task).await).await?;
        let found = partial.digest();
        if found != digest {
            let host = self.host().to_owned();
            return Err(TransferError::Digest { host, what: "a blob".to_owned(), expected: digest, found });
        }
        store.keep(partial, digest)
    }

    /// Goes on with a blob where it broke off (RFC 9110 §14).
    async fn go_on(
        &self,
        name: &str,
        size_bytes: u64,
        partial: &mut Partial,
        task: &dyn Task,
    ) -> Result<(), TransferError> {
        let fault = |error| TransferError::of_client(self.host(), name, error);
        let image = self.image.as_client();
        let SizedStream { mut stream, .. } = if partial.received == 0 {
            self.client().pull_blob_stream(image, name).await.map_err(fault)?
        } else {
            let rest = self.client().pull_blob_stream_partial(image, name, partial.received, None);
            match rest.await.map_err(fault)? {
                BlobResponse::Partial(rest) => rest,
                BlobResponse::Full(whole) => {
                    partial.start_anew()?;
                    whole
                }
            }
        };
        let (host, what) = (|| self.host().to_owned(), || name.to_owned());
        loop {
            let received = partial.received;
            match stream.next().await {
                // Whatever is said at the end, the digest decides.
                Some(Err(_)) | None if received == size_bytes => return Ok(()),
                Some(Ok(bytes)) => {
                    if received + bytes.len() as u64 > size_bytes {
                        return Err(TransferError::Size { host: host(), what: what(), expected: size_bytes });
                    }
                    partial.append(&bytes)?;
                    task.advance(bytes.len() as u64);
                }
                end => {
                    let source = end.and_then(Result::err);
                    return Err(TransferError::Interrupted { host: host(), what: what(), received, source });
                }
            }
        }
    }
}
