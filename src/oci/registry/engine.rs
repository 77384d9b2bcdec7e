//! Export of an image from docker's engine, as a docker-save archive in the cache (Docker Engine API, "Inspect an
//! image", "Export an image"). Its name is the image's identifier, a digest, so that each image is fetched once.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use reqwest::Client;
use serde::Deserialize;

use super::error::{RegistryError, TransferError};
use super::http::{USER_AGENT, read_within, request_failed, successful};
use super::reference::EngineImage;
use super::settings::RegistrySettings;
use super::store::{Store, temporary_file};
use crate::support::progress::Progress;
use crate::support::tls;
use crate::vocabulary::Sha256Digest;

/// Default socket of the engine.
const SOCKET: &str = "/var/run/docker.sock";
/// Prefix of the address of a socket.
const UNIX: &str = "unix://";
/// Host in requests to a socket, which ignores it.
const HOST: &str = "http://docker";
/// Limit on the engine's description of an image.
const MAX_DESCRIPTION_BYTES: usize = 4 << 20;
/// Limit on the archive of an image.
const MAX_ARCHIVE_BYTES: u64 = 256 << 30;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ImageDescription {
    id: String,
}

/// Saves an image into the cache, unless it is there already.
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

/// Socket that DOCKER_HOST names.
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
        let item = format!("image {}", image.name());
        // A name of an image has no character that must be escaped in a URL.
        let sent = client.get(format!("{HOST}/images/{}/json", image.name())).send().await;
        let response = successful(sent, &self.host, &item).await?;
        let description = read_within(response, MAX_DESCRIPTION_BYTES, &self.host).await?;
        let id = description.and_then(|text| {
            let ImageDescription { id } = serde_json::from_slice(&text).ok()?;
            id.strip_prefix("sha256:")?.parse().ok()
        });
        let Some(id) = id else {
            let cause = "it has no identifier".to_owned();
            return Err(TransferError::Malformed { host: self.host.clone(), item, cause });
        };
        let path = store.engine_archive(id);
        if !path.is_file() {
            self.fetch(&client, id, &path, progress).await?;
        }
        Ok(path)
    }

    /// Fetches the archive by the identifier: the name may stand for another image by now, and a name without a tag
    /// exports the images of all tags.
    async fn fetch(
        &self,
        client: &Client,
        id: Sha256Digest,
        path: &Path,
        progress: &dyn Progress,
    ) -> Result<(), TransferError> {
        let item = format!("image sha256:{id}");
        let task = progress.task(&format!("docker engine {item:.25}"), None);
        let sent = client.get(format!("{HOST}/images/sha256:{id}/get")).send().await;
        let mut archive = successful(sent, &self.host, &item).await?;
        let failed = |source: io::Error| TransferError::File { path: path.to_owned(), source };
        let directory = path.parent().unwrap_or(Path::new("."));
        let mut file =
            fs::create_dir_all(directory).and_then(|()| temporary_file(directory)).map_err(failed)?;
        let mut received = 0;
        while let Some(chunk) = archive.chunk().await.map_err(|error| request_failed(&self.host, error))? {
            received += chunk.len() as u64;
            if received > MAX_ARCHIVE_BYTES {
                let cause = format!("it exceeds the limit of {} GiB", MAX_ARCHIVE_BYTES >> 30);
                return Err(TransferError::Malformed { host: self.host.clone(), item, cause });
            }
            io::Write::write_all(&mut file, &chunk).map_err(failed)?;
            task.advance(chunk.len() as u64);
        }
        file.persist(path).map(drop).map_err(|error| failed(error.error))
    }
}

/// Creates a client of a socket. It needs a TLS configuration, although it uses none.
fn new_client(socket: &Path) -> Result<Client, TransferError> {
    let tls = tls::client_config(&[]).map_err(|error| TransferError::Client(Box::new(error)))?;
    let client = Client::builder().tls_backend_preconfigured(tls).unix_socket(socket).user_agent(USER_AGENT);
    client.build().map_err(|error| TransferError::Client(Box::new(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_is_at_the_socket_of_docker_host() {
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
