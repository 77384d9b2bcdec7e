//! An image out of docker's engine, as the archive of docker-save in the cache (Docker Engine API, "Inspect an image",
//! "Export an image"). It is kept by the image's identifier, which is a digest: the same image is fetched once.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use reqwest::Client;
use serde::Deserialize;

use super::manifests::{read_within, request_failed, successful};
use super::session::USER_AGENT;
use super::store::{Store, temporary};
use super::{EngineImage, RegistryError, RegistrySettings, TransferError};
use crate::support::progress::Progress;
use crate::support::tls;
use crate::vocabulary::Sha256Digest;

/// Where the engine listens if nobody says otherwise.
const SOCKET: &str = "/var/run/docker.sock";
/// How addresses of sockets begin.
const UNIX: &str = "unix://";
/// The host of a request to a socket, which nobody looks at.
const HOST: &str = "http://docker";
/// What the engine's description of an image may come to.
const MAX_DESCRIPTION_BYTES: usize = 4 << 20;
/// What an archive that holds an image may come to.
const MAX_ARCHIVE_BYTES: u64 = 256 << 30;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Description {
    id: String,
}

/// Has the engine write an image into the cache, unless it did before.
pub(super) async fn save(
    settings: &RegistrySettings,
    image: &EngineImage,
    progress: &dyn Progress,
) -> Result<PathBuf, RegistryError> {
    let socket = socket(settings.docker_host.as_deref())?;
    let engine = Engine { host: socket.display().to_string(), socket };
    engine.save(image, &Store::new(&settings.cache_dir), progress).await.map_err(|source| {
        let (image, socket) = (image.to_string(), engine.socket.clone());
        RegistryError::Engine { image, socket, source: Box::new(source) }
    })
}

/// The socket that DOCKER_HOST names.
fn socket(docker_host: Option<&str>) -> Result<PathBuf, RegistryError> {
    let Some(address) = docker_host.filter(|address| !address.is_empty()) else {
        return Ok(PathBuf::from(SOCKET));
    };
    match address.strip_prefix(UNIX).filter(|path| path.starts_with('/')) {
        Some(path) => Ok(PathBuf::from(path)),
        None => Err(RegistryError::EngineAddress { address: address.to_owned() }),
    }
}

struct Engine {
    socket: PathBuf,
    host: String,
}

impl Engine {
    async fn save(
        &self,
        image: &EngineImage,
        store: &Store,
        progress: &dyn Progress,
    ) -> Result<PathBuf, TransferError> {
        let client = new_client(&self.socket)?;
        let what = format!("image {}", image.name());
        // A name of an image has nothing in it that a URL would need escaped.
        let answer = client.get(format!("{HOST}/images/{}/json", image.name())).send().await;
        let described = successful(answer, &self.host, &what).await?;
        let description = read_within(described, MAX_DESCRIPTION_BYTES, &self.host).await?;
        let id = description.and_then(|text| {
            let Description { id } = serde_json::from_slice(&text).ok()?;
            id.strip_prefix("sha256:")?.parse().ok()
        });
        let Some(id) = id else {
            let cause = "it does not tell the image's identifier".to_owned();
            return Err(TransferError::Document { host: self.host.clone(), what, cause });
        };
        let path = store.engine_archive(id);
        if !path.is_file() {
            self.fetch(&client, id, &path, progress).await?;
        }
        Ok(path)
    }

    /// Fetches the archive by the identifier: the name may stand for another image by now, and one without a tag
    /// would give those of all tags.
    async fn fetch(
        &self,
        client: &Client,
        id: Sha256Digest,
        path: &Path,
        progress: &dyn Progress,
    ) -> Result<(), TransferError> {
        let what = format!("image sha256:{id}");
        let task = progress.task(&format!("docker engine {what:.25}"), None);
        let answer = client.get(format!("{HOST}/images/sha256:{id}/get")).send().await;
        let mut archive = successful(answer, &self.host, &what).await?;
        let stored = |source: io::Error| TransferError::Store { path: path.to_owned(), source };
        let directory = path.parent().unwrap_or(Path::new("."));
        let mut file = fs::create_dir_all(directory).and_then(|()| temporary(directory)).map_err(stored)?;
        let mut received = 0;
        while let Some(chunk) = archive.chunk().await.map_err(|error| request_failed(&self.host, error))? {
            received += chunk.len() as u64;
            if received > MAX_ARCHIVE_BYTES {
                let cause = format!("it has more than the {MAX_ARCHIVE_BYTES} bytes allowed");
                return Err(TransferError::Document { host: self.host.clone(), what, cause });
            }
            io::Write::write_all(&mut file, &chunk).map_err(stored)?;
            task.advance(chunk.len() as u64);
        }
        file.persist(path).map(drop).map_err(|error| stored(error.error))
    }
}

/// A client of a socket. Nothing there speaks TLS, and yet it can't be made without.
fn new_client(socket: &Path) -> Result<Client, TransferError> {
    let tls = tls::client_config(&[]).map_err(|error| TransferError::Client(Box::new(error)))?;
    let client = Client::builder().tls_backend_preconfigured(tls).unix_socket(socket).user_agent(USER_AGENT);
    client.build().map_err(|error| TransferError::Client(Box::new(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_engine_is() {
        let of = |address| socket(address).ok();
        assert_eq!(of(None), Some(PathBuf::from("/var/run/docker.sock")));
        assert_eq!(of(Some("")), Some(PathBuf::from("/var/run/docker.sock")));
        assert_eq!(of(Some("unix:///run/user/1000/docker.sock")), Some("/run/user/1000/docker.sock".into()));
        for address in
            ["tcp://127.0.0.1:2375", "ssh://host", "unix://", "unix://relative", "/run/docker.sock"]
        {
            assert!(of(Some(address)).is_none(), "{address}");
        }
    }
}
