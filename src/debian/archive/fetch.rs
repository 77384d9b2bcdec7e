//! Getting bytes from a mirror, over http, https or out of a local directory.
//!
//! What comes back is not trusted here: whoever asks checks a signature or a digest. This module bounds how
//! much is taken and how long it is waited for, tries again what may succeed the next time (broken
//! connections, 408, 429, 5xx), and goes on where a transfer broke off (RFC 9110 §14). Proxies are taken
//! from the environment and certificate authorities from the system's store; redirects are followed.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use reqwest::blocking::{Client, RequestBuilder, Response};
use reqwest::header::{
    CONTENT_RANGE, ETAG, HeaderMap, HeaderName, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, RANGE,
    RETRY_AFTER,
};
use reqwest::{StatusCode, Url};

use crate::support::progress::Task;
use crate::support::streams::for_each_chunk;
use crate::support::tls;

/// How long a connection may take to come up.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a mirror may be silent, before its answer or in the midst of it.
const SILENCE_TIMEOUT: Duration = Duration::from_secs(30);
/// How many redirects are followed for one request; snapshot services use one or two.
const MAX_REDIRECTS: usize = 5;
/// How often one mirror is asked for one file.
const MAX_ATTEMPTS: u32 = 4;
/// The wait before the second attempt; it doubles with each further one.
const BACK_OFF: Duration = Duration::from_millis(250);
/// The longest wait that a mirror may ask for with Retry-After.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(15);

/// A file could not be had from a mirror.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The HTTP client could not be set up.
    #[error("cannot set up the HTTP client")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The address is none.
    #[error("not a URL with http, https or file")]
    BadUrl,
    /// The mirror cannot be reached, or does not speak HTTP.
    #[error("request failed")]
    Request(#[source] reqwest::Error),
    /// The mirror answered something else than the file.
    #[error("the server answered {status}")]
    Status {
        /// The answer.
        status: StatusCode,
        /// How long it asks to wait.
        retry_after: Option<Duration>,
    },
    /// There is no such file in a local mirror, or it cannot be read.
    #[error("cannot read the local file")]
    Local(#[source] io::Error),
    /// The transfer broke off.
    #[error("the transfer broke off after {received} bytes")]
    Interrupted {
        /// How much is there.
        received: u64,
        /// Why, where the connection says so.
        #[source]
        source: Option<io::Error>,
    },
    /// The mirror sent another part of the file than was asked for.
    #[error("the server answered with another range than was asked for")]
    WrongRange,
    /// The file is larger than any such file should be.
    #[error("larger than the limit of {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// The file is not the one that the Release lists.
    #[error("size {found} instead of {expected} in the signed Release")]
    Size {
        /// The signed size in bytes.
        expected: u64,
        /// The size in bytes that the mirror has.
        found: u64,
    },
    /// The file is not the one that the Release lists.
    #[error("sha256 {found} instead of {expected} in the signed Release")]
    Digest {
        /// The signed digest.
        expected: crate::vocabulary::Sha256Digest,
        /// The digest of what the mirror sent.
        found: crate::vocabulary::Sha256Digest,
    },
    /// What came could not be written on this side.
    #[error("cannot store what was received")]
    Store(#[source] io::Error),
}

impl FetchError {
    /// Whether the mirror simply does not have the file.
    pub(super) fn is_absent(&self) -> bool {
        match self {
            Self::Status { status, .. } => matches!(status.as_u16(), 403 | 404 | 410),
            Self::Local(error) => error.kind() == io::ErrorKind::NotFound,
            _ => false,
        }
    }

    /// Whether the mirror has another file than the one that the Release lists.
    pub(super) fn is_mismatch(&self) -> bool {
        matches!(self, Self::Size { .. } | Self::Digest { .. })
    }

    /// Whether the fault is on this side, so that no other mirror would help.
    pub(super) fn is_ours(&self) -> bool {
        matches!(self, Self::Store(_) | Self::Client(_))
    }

    /// The wait before another attempt, where that has a chance.
    fn retry_after(&self, attempt: u32) -> Option<Duration> {
        let back_off = BACK_OFF * 2_u32.saturating_pow(attempt);
        match self {
            Self::Request(error) if error.is_builder() || error.is_redirect() => None,
            Self::Request(_) | Self::Interrupted { .. } | Self::WrongRange => Some(back_off),
            Self::Status { status, retry_after } => {
                let transient = status.is_server_error() || matches!(status.as_u16(), 408 | 429);
                transient.then(|| retry_after.unwrap_or(back_off).min(MAX_RETRY_AFTER))
            }
            _ => None,
        }
    }
}

/// What a mirror says for recognising a document that has not changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Validators {
    etag: Option<String>,
    last_modified: Option<String>,
}

/// The answer to a conditional request.
#[derive(Debug)]
pub(super) enum Answer {
    /// It is the document that the validators stand for.
    NotModified,
    /// The document, and what to send the next time.
    Document(Vec<u8>, Validators),
}

/// A client for any number of mirrors, used from several threads.
#[derive(Debug, Default)]
pub(super) struct Fetcher {
    /// Made for the first request over the network: reading the system's certificate store takes longer than
    /// all the rest of an offline run.
    http: OnceLock<Client>,
}

impl Fetcher {
    fn http(&self) -> Result<&Client, FetchError> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let http = new_client()?;
        Ok(self.http.get_or_init(|| http))
    }

    /// A small document as a whole, unless it is the one that `known` stands for.
    pub(super) fn document(&self, url: &str, limit: u64, known: &Validators) -> Result<Answer, FetchError> {
        match Source::of(url)? {
            Source::Local(path) => {
                let file = File::open(path).map_err(FetchError::Local)?;
                Ok(Answer::Document(read_whole(file, limit)?, Validators::default()))
            }
            Source::Http(url) => with_retries(|| {
                let mut request = self.http()?.get(url.clone());
                for (name, value) in [(IF_NONE_MATCH, &known.etag), (IF_MODIFIED_SINCE, &known.last_modified)]
                {
                    if let Some(value) = value {
                        request = request.header(name, value);
                    }
                }
                let response = send(request)?;
                if response.status() == StatusCode::NOT_MODIFIED {
                    return Ok(Answer::NotModified);
                }
                let validators = validators(response.headers());
                Ok(Answer::Document(read_whole(response, limit)?, validators))
            }),
        }
    }

    /// Puts the file of `expected_bytes` at `url` into `file`, going on after what is there already. On a
    /// failure the file keeps what has come.
    pub(super) fn complete(
        &self,
        url: &str,
        file: &mut File,
        expected_bytes: u64,
        task: &dyn Task,
    ) -> Result<(), FetchError> {
        match Source::of(url)? {
            Source::Local(path) => {
                let source = File::open(path).map_err(FetchError::Local)?;
                let found = source.metadata().map_err(FetchError::Local)?.len();
                check_size(expected_bytes, found)?;
                empty(file)?;
                append(source, file, expected_bytes, task)
            }
            Source::Http(url) => with_retries(|| self.go_on(&url, file, expected_bytes, task)),
        }
    }

    /// Puts whatever is at `url` into `file`, at most `limit` bytes.
    pub(super) fn take(
        &self,
        url: &str,
        file: &mut File,
        limit: u64,
        task: &dyn Task,
    ) -> Result<(), FetchError> {
        let taken = match Source::of(url)? {
            Source::Local(path) => {
                append_all(File::open(path).map_err(FetchError::Local)?, file, limit, task)
            }
            Source::Http(url) => with_retries(|| {
                empty(file)?;
                append_all(send(self.http()?.get(url.clone()))?, file, limit, task)
            }),
        };
        taken.map(drop)
    }

    fn go_on(
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
            let response = send(self.http()?.get(url.clone()))?;
            return from_start(response, file, expected_bytes, task);
        }
        let response = self.http()?.get(url.clone()).header(RANGE, format!("bytes={present}-")).send();
        let response = response.map_err(|error| FetchError::Request(error.without_url()))?;
        match response.status() {
            StatusCode::PARTIAL_CONTENT => match content_range(response.headers()) {
                Some((start, total)) if start == present => {
                    check_size(expected_bytes, total)?;
                    task.advance(present);
                    append(response, file, expected_bytes, task)
                }
                _ => start_anew(file),
            },
            StatusCode::RANGE_NOT_SATISFIABLE => start_anew(file),
            _ => {
                let response = successful(response)?;
                empty(file)?;
                from_start(response, file, expected_bytes, task)
            }
        }
    }
}

fn new_client() -> Result<Client, FetchError> {
    // What vouches for an archive is its signature: mirrors over http do on a system without authorities, as for apt.
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

enum Source {
    Http(Url),
    Local(std::path::PathBuf),
}

impl Source {
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

fn start_anew(file: &mut File) -> Result<(), FetchError> {
    empty(file)?;
    Err(FetchError::WrongRange)
}

fn empty(file: &mut File) -> Result<(), FetchError> {
    file.set_len(0).and_then(|()| file.rewind()).map_err(FetchError::Store)
}

fn check_size(expected: u64, found: u64) -> Result<(), FetchError> {
    if found == expected { Ok(()) } else { Err(FetchError::Size { expected, found }) }
}

/// Appends the rest of a file that is to have `expected_bytes` in the end.
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

/// Appends all of `source` and says how long the file is then; more than `limit` is refused.
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

/// `bytes <start>-<end>/<total>`: the start and the total.
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

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let status = |code| FetchError::Status {
            status: StatusCode::from_u16(code).expect("a status"),
            retry_after: None,
        };
        assert_eq!(status(429).retry_after(0), Some(BACK_OFF));
        assert_eq!(status(503).retry_after(2), Some(BACK_OFF * 4));
        assert_eq!(status(404).retry_after(0), None);
        let patient = FetchError::Status {
            status: StatusCode::TOO_MANY_REQUESTS,
            retry_after: Some(Duration::from_secs(3600)),
        };
        assert_eq!(patient.retry_after(0), Some(MAX_RETRY_AFTER));
        assert_eq!(FetchError::TooLarge { limit: 1 }.retry_after(0), None);
    }
}
