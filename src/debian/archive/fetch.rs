//! Downloads from a mirror by http or https, or from a local directory.
//!
//! The data is not trusted here: the caller verifies a signature or a digest. This module limits the size and the
//! time of transfers, retries temporary failures (broken connections, 408, 429, 5xx), and resumes interrupted
//! transfers (RFC 9110 §14). Proxies are those of the environment and certificate authorities those of the system;
//! redirects are followed.

use std::cell::Cell;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::header::{
    CONTENT_RANGE, ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, RANGE,
    RETRY_AFTER,
};
use reqwest::{StatusCode, Url};

use super::credentials::Credentials;
use super::fetch_error::{FetchError, MAX_ATTEMPTS};
use crate::support::progress::Task;
use crate::support::streams::for_each_chunk;
use crate::support::tls;

/// Timeout of connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
/// Maximum time without any data from a mirror.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(30);
/// Maximum number of redirects of one request; snapshot services use one or two.
const MAX_REDIRECTS: usize = 5;
/// Validators of a cached document for conditional requests (RFC 9110 §8.8).
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Validators {
    etag: Option<String>,
    last_modified: Option<String>,
}

/// Response to a conditional request.
#[derive(Debug)]
pub(super) enum DocumentResponse {
    /// The document has not changed.
    NotModified,
    /// The document, and its validators.
    Document(Vec<u8>, Validators),
}

/// Client for any number of mirrors, shared by threads.
#[derive(Debug)]
pub(super) struct Fetcher {
    /// HTTP client, created for the first request: reading the system's certificates takes longer than all the rest
    /// of an offline run.
    http: OnceLock<Client>,
    /// Log-ins for mirrors.
    pub(super) credentials: Credentials,
}

impl Fetcher {
    pub(super) fn new(credentials: Credentials) -> Self {
        Self { http: OnceLock::new(), credentials }
    }

    /// Prepares a request, with the log-in for its server.
    fn get(&self, url: &Url) -> Result<RequestBuilder, FetchError> {
        let request = self.http()?.get(url.clone());
        Ok(match self.credentials.for_url(url) {
            Some(login) => request.basic_auth(login.user, Some(login.password)),
            None => request,
        })
    }

    fn http(&self) -> Result<&Client, FetchError> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let http = new_client()?;
        Ok(self.http.get_or_init(|| http))
    }

    /// Downloads a small document, unless it has not changed since the one with the validators `known`.
    pub(super) fn document(
        &self,
        url: &str,
        limit: u64,
        known: &Validators,
    ) -> Result<DocumentResponse, FetchError> {
        match Location::of(url)? {
            Location::Local(path) => {
                let file = File::open(path).map_err(FetchError::Local)?;
                Ok(DocumentResponse::Document(read_whole(file, limit)?, Validators::default()))
            }
            Location::Http(url) => with_retries(|| {
                let mut request = self.get(&url)?;
                for (name, value) in [(IF_NONE_MATCH, &known.etag), (IF_MODIFIED_SINCE, &known.last_modified)]
                {
                    if let Some(value) = value {
                        request = request.header(name, value);
                    }
                }
                let response = send(request)?;
                if response.status() == StatusCode::NOT_MODIFIED {
                    return Ok(DocumentResponse::NotModified);
                }
                let validators = validators(response.headers());
                Ok(DocumentResponse::Document(read_whole(response, limit)?, validators))
            }),
        }
    }

    /// Downloads a file of `expected_bytes` into `file`, after the bytes that it already has. After a failure it
    /// keeps the received bytes.
    pub(super) fn complete(
        &self,
        url: &str,
        file: &mut File,
        expected_bytes: u64,
        task: &dyn Task,
    ) -> Result<(), FetchError> {
        match Location::of(url)? {
            Location::Local(path) => {
                let source = File::open(path).map_err(FetchError::Local)?;
                let found = source.metadata().map_err(FetchError::Local)?.len();
                check_size(expected_bytes, found)?;
                empty(file)?;
                append(source, file, expected_bytes, task)
            }
            Location::Http(url) => with_retries(|| self.resume(&url, file, expected_bytes, task)),
        }
    }

    /// Downloads a file of any size up to `limit` bytes into `file`.
    pub(super) fn download(
        &self,
        url: &str,
        file: &mut File,
        limit: u64,
        task: &dyn Task,
    ) -> Result<(), FetchError> {
        let length = match Location::of(url)? {
            Location::Local(path) => {
                append_all(File::open(path).map_err(FetchError::Local)?, file, limit, task)
            }
            Location::Http(url) => with_retries(|| {
                empty(file)?;
                append_all(send(self.get(&url)?)?, file, limit, task)
            }),
        };
        length.map(drop)
    }

    fn resume(
        &self,
        url: &Url,
        file: &mut File,
        expected_bytes: u64,
        task: &dyn Task,
    ) -> Result<(), FetchError> {
        let present = file.seek(SeekFrom::End(0)).map_err(FetchError::Store)?;
        if present == expected_bytes && present > 0 {
            return Ok(());
        }
        if present == 0 || present > expected_bytes {
            empty(file)?;
            let response = send(self.get(url)?)?;
            return from_start(response, file, expected_bytes, task);
        }
        let response = self.get(url)?.header(RANGE, format!("bytes={present}-")).send();
        let response = response.map_err(|error| FetchError::Request(error.without_url()))?;
        match response.status() {
            StatusCode::PARTIAL_CONTENT => match content_range(response.headers()) {
                Some((start, total)) if start == present => {
                    check_size(expected_bytes, total)?;
                    task.advance(present);
                    append(response, file, expected_bytes, task)
                }
                _ => restart(file),
            },
            StatusCode::RANGE_NOT_SATISFIABLE => restart(file),
            _ => {
                let response = successful(response)?;
                empty(file)?;
                from_start(response, file, expected_bytes, task)
            }
        }
    }
}

fn new_client() -> Result<Client, FetchError> {
    // The signature authenticates an archive: without any authorities, mirrors with http still work, as for apt.
    let tls = tls::client_config(&tls::authorities()).map_err(|error| FetchError::Client(Box::new(error)))?;
    Client::builder()
        .tls_backend_preconfigured(tls)
        .user_agent(concat!("sodeb/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(SILENCE_TIMEOUT)
        .redirect(reqwest::redirect::Policy::limited(MAX_REDIRECTS))
        .build()
        .map_err(|error| FetchError::Client(Box::new(error)))
}

enum Location {
    Http(Url),
    Local(std::path::PathBuf),
}

impl Location {
    fn of(url: &str) -> Result<Self, FetchError> {
        let url = Url::parse(url).map_err(|_| FetchError::BadUrl)?;
        match url.scheme() {
            "http" | "https" => Ok(Self::Http(url)),
            "file" => url.to_file_path().map(Self::Local).map_err(|()| FetchError::BadUrl),
            _ => Err(FetchError::BadUrl),
        }
    }
}

fn with_retries<T>(mut attempt: impl FnMut() -> Result<T, FetchError>) -> Result<T, FetchError> {
    for failures in 0..MAX_ATTEMPTS - 1 {
        match attempt() {
            Err(error) => match error.retry_after(failures) {
                Some(wait) => thread::sleep(wait),
                None => return Err(error),
            },
            done => return done,
        }
    }
    attempt()
}

fn send(request: RequestBuilder) -> Result<Response, FetchError> {
    successful(request.send().map_err(|error| FetchError::Request(error.without_url()))?)
}

fn successful(response: Response) -> Result<Response, FetchError> {
    let status = response.status();
    if status.is_success() || status == StatusCode::NOT_MODIFIED {
        return Ok(response);
    }
    let seconds = text_header(response.headers(), RETRY_AFTER).and_then(|text| text.parse().ok());
    Err(FetchError::Status { status, retry_after: seconds.map(Duration::from_secs) })
}

fn from_start(
    response: Response,
    file: &mut File,
    expected_bytes: u64,
    task: &dyn Task,
) -> Result<(), FetchError> {
    if let Some(found) = response.content_length() {
        check_size(expected_bytes, found)?;
    }
    append(response, file, expected_bytes, task)
}

fn restart(file: &mut File) -> Result<(), FetchError> {
    empty(file)?;
    Err(FetchError::WrongRange)
}

fn empty(file: &mut File) -> Result<(), FetchError> {
    file.set_len(0).and_then(|()| file.rewind()).map_err(FetchError::Store)
}

fn check_size(expected: u64, found: u64) -> Result<(), FetchError> {
    if found == expected { Ok(()) } else { Err(FetchError::Size { expected, found }) }
}

/// Appends the rest of a file that has `expected_bytes` in total.
fn append(
    source: impl Read,
    file: &mut File,
    expected_bytes: u64,
    task: &dyn Task,
) -> Result<(), FetchError> {
    match append_all(source, file, expected_bytes, task) {
        Ok(found) if found < expected_bytes => Err(FetchError::Interrupted { received: found, source: None }),
        Ok(_) => Ok(()),
        Err(FetchError::TooLarge { limit }) => {
            Err(FetchError::Size { expected: expected_bytes, found: limit.saturating_add(1) })
        }
        Err(error) => Err(error),
    }
}

/// Appends all of `source` and returns the length of the file, which is at most `limit`.
fn append_all(source: impl Read, file: &mut File, limit: u64, task: &dyn Task) -> Result<u64, FetchError> {
    let length = Cell::new(file.stream_position().map_err(FetchError::Store)?);
    let interrupted = |error| FetchError::Interrupted { received: length.get(), source: Some(error) };
    for_each_chunk(source, interrupted, |chunk| {
        let longer = length.get() + chunk.len() as u64;
        if longer > limit {
            return Err(FetchError::TooLarge { limit });
        }
        file.write_all(chunk).map_err(FetchError::Store)?;
        length.set(longer);
        task.advance(chunk.len() as u64);
        Ok(())
    })?;
    Ok(length.get())
}

fn read_whole(source: impl Read, limit: u64) -> Result<Vec<u8>, FetchError> {
    let mut bytes = Vec::new();
    source
        .take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| FetchError::Interrupted { received: bytes.len() as u64, source: Some(error) })?;
    if bytes.len() as u64 > limit { Err(FetchError::TooLarge { limit }) } else { Ok(bytes) }
}

fn validators(headers: &HeaderMap) -> Validators {
    let text = |name| text_header(headers, name).map(str::to_owned);
    Validators { etag: text(ETAG), last_modified: text(LAST_MODIFIED) }
}

fn text_header(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Parses `bytes <start>-<end>/<total>` to the start and the total.
fn content_range(headers: &HeaderMap) -> Option<(u64, u64)> {
    let (range, total) = text_header(headers, CONTENT_RANGE)?.strip_prefix("bytes ")?.split_once('/')?;
    Some((range.split_once('-')?.0.parse().ok()?, total.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_range_is_start_and_total() {
        let range = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_RANGE, text.parse().expect("a header"));
            content_range(&headers)
        };
        assert_eq!(range("bytes 10-19/20"), Some((10, 20)));
        assert_eq!(range("bytes 10-19/*"), None);
        assert_eq!(range("bytes */20"), None);
        assert_eq!(range("lines 1-2/3"), None);
    }
}
