//! Registry in memory (OCI Distribution) on a local port, with faults on request.
//!
//! As in a real one, repositories share nothing: a blob must be published, uploaded or mounted from another repository.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;

use serde_json::Value;

use super::archive_server::sha256;

/// User and password that a registry with tokens accepts, in base 64.
pub(crate) const LOGIN: &str = "dXNlcjpzZWNyZXQ=";

/// Fault of a request.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// Another status with these headers, that many times.
    Status { code: u16, headers: &'static str, times: usize },
    /// The connection breaks after that many bytes of the body, that many times.
    BreakOff { after: usize, times: usize },
    /// Other content than the requested one.
    Instead(Vec<u8>),
    /// Redirect to another URL.
    Redirect(String),
    /// Another digest in the headers of the response.
    WrongDigest,
}

/// Received request and the status of the response.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) range: Option<String>,
    pub(crate) status: u16,
    authorization: Option<String>,
    body: Vec<u8>,
}

/// Access rules.
#[derive(Default)]
struct Door {
    /// True if a token is required.
    is_closed: bool,
    /// True if anonymous clients get a token.
    is_public: bool,
    /// Number of requests after which a token expires.
    lasts: Option<usize>,
    /// Text of tokens in place of generated ones.
    token: Option<String>,
    /// Number of uses of each token.
    tokens: Vec<usize>,
}

#[derive(Default)]
struct State {
    /// Blobs by repository and digest.
    blobs: BTreeMap<(String, String), Vec<u8>>,
    /// Media type and content of manifests by repository and tag or digest.
    manifests: BTreeMap<(String, String), (String, Vec<u8>)>,
    faults: Vec<(String, Fault)>,
    requests: Vec<Request>,
    door: Door,
}

/// Registry that serves until the process ends.
pub(crate) struct RegistryServer {
    host: String,
    state: Arc<Mutex<State>>,
}

impl RegistryServer {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let host = listener.local_addr().expect("an address").to_string();
        let state = Arc::new(Mutex::new(State::default()));
        let (shared, own_host) = (Arc::clone(&state), host.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (state, host) = (Arc::clone(&shared), own_host.clone());
                // A client may close the connection early.
                thread::spawn(move || answer(stream, &state, &host).ok());
            }
        });
        Self { host, state }
    }

    /// Returns `HOST:PORT`.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Puts the parts of a layout into a repository and tags the manifest of the descriptor.
    pub(crate) fn publish(
        &self,
        repository: &str,
        tag: &str,
        parts: &[(String, Vec<u8>)],
        descriptor: &Value,
    ) {
        let mut state = self.state();
        for (name, bytes) in parts {
            let Some(hex) = name.strip_prefix("blobs/sha256/") else { continue };
            let key = (repository.to_owned(), format!("sha256:{hex}"));
            let parsed: Value = serde_json::from_slice(bytes).unwrap_or_default();
            match parsed["mediaType"].as_str() {
                Some(media_type) => {
                    state.manifests.insert(key, (media_type.to_owned(), bytes.clone())).map(drop)
                }
                None => state.blobs.insert(key, bytes.clone()).map(drop),
            };
        }
        let digest = descriptor["digest"].as_str().expect("a digest").to_owned();
        let manifest = state.manifests[&(repository.to_owned(), digest)].clone();
        state.manifests.insert((repository.to_owned(), tag.to_owned()), manifest);
    }

    /// Adds a fault to every request whose method and path contain `part`. The first match counts.
    pub(crate) fn fault(&self, part: &str, fault: Fault) {
        self.state().faults.push((part.to_owned(), fault));
    }

    /// Requires a token, which the log-in gives, or anyone gets.
    pub(crate) fn close(&self, is_public: bool) {
        self.state().door = Door { is_closed: true, is_public, ..Door::default() };
    }

    /// Sets the number of requests after which a token expires.
    pub(crate) fn let_tokens_last(&self, requests: usize) {
        self.state().door.lasts = Some(requests);
    }

    /// Sets the text of tokens.
    pub(crate) fn give_token(&self, token: &str) {
        self.state().door.token = Some(token.to_owned());
    }

    /// Removes all faults and forgets the requests.
    pub(crate) fn reset(&self) {
        let mut state = self.state();
        state.faults.clear();
        state.requests.clear();
    }

    /// Returns the methods, paths and statuses of the requests so far, without those for tokens.
    pub(crate) fn requests(&self) -> Vec<String> {
        let requests = self.state().requests.clone();
        let is_counted = |request: &Request| {
            !matches!(request.path.as_str(), "/v2/") && !request.path.starts_with("/token")
        };
        let line = |request: &Request| format!("{} {} {}", request.method, request.path, request.status);
        requests.iter().filter(|request| is_counted(request)).map(line).collect()
    }

    /// Returns the requested ranges.
    pub(crate) fn ranges(&self) -> Vec<String> {
        self.state().requests.iter().filter_map(|request| request.range.clone()).collect()
    }

    /// Returns the content of a tag or digest in a repository.
    pub(crate) fn manifest(&self, repository: &str, name: &str) -> Option<Vec<u8>> {
        let key = (repository.to_owned(), name.to_owned());
        self.state().manifests.get(&key).map(|(_, bytes)| bytes.clone())
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no test panics while it holds the lock")
    }
}

/// Response: status, headers and body.
type Answer = (u16, String, Vec<u8>);

fn answer(mut stream: TcpStream, state: &Mutex<State>, host: &str) -> std::io::Result<()> {
    let mut request = read_request(&stream)?;
    let (mut answered, fault) = {
        let mut state = state.lock().expect("not poisoned");
        let fault = take_fault(&mut state.faults, &format!("{} {}", request.method, request.path));
        let answered = match &fault {
            Some(Fault::Status { code, headers, .. }) => (*code, (*headers).to_owned(), Vec::new()),
            Some(Fault::Redirect(to)) => (307, format!("Location: {to}\r\n"), Vec::new()),
            Some(Fault::Instead(content)) => (200, String::new(), content.clone()),
            _ => state.answer(&request, host),
        };
        request.status = answered.0;
        state.requests.push(request.clone());
        (answered, fault)
    };
    if matches!(fault, Some(Fault::WrongDigest)) {
        answered.1 = format!("Docker-Content-Digest: sha256:{}\r\nLocation: /\r\n", sha256(b"other"));
    }
    let (status, headers, body) = answered;
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} Test\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n"
    )?;
    let end = match fault {
        Some(Fault::BreakOff { after, .. }) => after.min(length),
        _ => length,
    };
    if request.method != "HEAD" {
        stream.write_all(&body[..end])?;
    }
    stream.flush()
}

fn read_request(stream: &TcpStream) -> std::io::Result<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut request = Request { method, path, range: None, status: 0, authorization: None, body: Vec::new() };
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "range" => request.range = Some(value.to_owned()),
            "authorization" => request.authorization = Some(value.to_owned()),
            "content-length" => length = value.parse().expect("a length"),
            _ => {}
        }
    }
    request.body.resize(length, 0);
    reader.read_exact(&mut request.body)?;
    Ok(request)
}

/// Returns the fault of a request, and counts it if it happens a limited number of times.
fn take_fault(faults: &mut Vec<(String, Fault)>, request: &str) -> Option<Fault> {
    let index = faults.iter().position(|(part, _)| request.contains(part.as_str()))?;
    let fault = faults[index].1.clone();
    if let Fault::Status { times, .. } | Fault::BreakOff { times, .. } = &mut faults[index].1 {
        *times -= 1;
        if *times == 0 {
            faults.remove(index);
        }
    }
    Some(fault)
}

impl State {
    fn answer(&mut self, request: &Request, host: &str) -> Answer {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        if path == "/token" {
            return self.door.token_for(request);
        }
        if !self.door.lets(request) {
            let challenge =
                format!("Www-Authenticate: Bearer realm=\"http://{host}/token\",service=\"test\"\r\n");
            return (
                401,
                challenge,
                br#"{"errors":[{"code":"UNAUTHORIZED","message":"no token"}]}"#.to_vec(),
            );
        }
        let Some(rest) = path.strip_prefix("/v2/").filter(|rest| !rest.is_empty()) else {
            return (200, String::new(), b"{}".to_vec());
        };
        if let Some((repository, name)) = rest.split_once("/manifests/") {
            return self.manifest(request, repository, name);
        }
        if let Some((repository, session)) = rest.split_once("/blobs/uploads/") {
            return self.upload(request, repository, session, query);
        }
        match rest.split_once("/blobs/").map(|(repository, name)| (repository.to_owned(), name.to_owned())) {
            Some(key) => match self.blobs.get(&key) {
                Some(blob) => part_of(blob, request.range.as_deref()),
                None => not_found(),
            },
            None => not_found(),
        }
    }

    fn manifest(&mut self, request: &Request, repository: &str, name: &str) -> Answer {
        if request.method == "PUT" {
            let parsed: Value = serde_json::from_slice(&request.body).unwrap_or_default();
            let listed = parsed["manifests"].as_array().into_iter().flatten();
            let key = |named: &Value| {
                (repository.to_owned(), named["digest"].as_str().unwrap_or_default().to_owned())
            };
            let blobs = parsed["layers"].as_array().into_iter().flatten().chain(parsed.get("config"));
            let is_whole = listed.map(key).all(|key| self.manifests.contains_key(&key))
                && blobs.map(key).all(|key| self.blobs.contains_key(&key));
            if !is_whole {
                return (
                    400,
                    String::new(),
                    br#"{"errors":[{"message":"it names a missing blob"}]}"#.to_vec(),
                );
            }
            let media_type = parsed["mediaType"].as_str().unwrap_or_default().to_owned();
            let digest = format!("sha256:{}", sha256(&request.body));
            for name in [name, &digest] {
                let key = (repository.to_owned(), name.to_owned());
                self.manifests.insert(key, (media_type.clone(), request.body.clone()));
            }
            return (201, format!("Docker-Content-Digest: {digest}\r\nLocation: /v2/\r\n"), Vec::new());
        }
        match self.manifests.get(&(repository.to_owned(), name.to_owned())) {
            Some((media_type, bytes)) => {
                let digest = sha256(bytes);
                let headers =
                    format!("Content-Type: {media_type}\r\nDocker-Content-Digest: sha256:{digest}\r\n");
                (200, headers, bytes.clone())
            }
            None => not_found(),
        }
    }

    fn upload(&mut self, request: &Request, repository: &str, session: &str, query: &str) -> Answer {
        let parameter = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.replace("%3A", ":").replace("%2F", "/"))
        };
        if request.method == "POST" {
            let mounted = parameter("from").zip(parameter("mount"));
            let found = mounted.and_then(|key| Some((key.1.clone(), self.blobs.get(&key)?.clone())));
            if let Some((digest, blob)) = found {
                self.blobs.insert((repository.to_owned(), digest), blob);
                return (201, "Location: /mounted\r\n".to_owned(), Vec::new());
            }
            return (202, format!("Location: /v2/{repository}/blobs/uploads/1\r\n"), Vec::new());
        }
        let digest = parameter("digest").unwrap_or_default();
        if session != "1" || digest != format!("sha256:{}", sha256(&request.body)) {
            return (
                400,
                String::new(),
                br#"{"errors":[{"code":"DIGEST_INVALID","message":"other bytes"}]}"#.to_vec(),
            );
        }
        self.blobs.insert((repository.to_owned(), digest), request.body.clone());
        (201, "Location: /uploaded\r\n".to_owned(), Vec::new())
    }
}

impl Door {
    fn token_for(&mut self, request: &Request) -> Answer {
        let is_known = request.authorization.as_deref() == Some(&format!("Basic {LOGIN}"));
        let is_anyone = self.is_public && request.authorization.is_none();
        if !is_known && !is_anyone {
            return (401, String::new(), br#"{"details":"wrong password"}"#.to_vec());
        }
        let token = self.token.clone().unwrap_or_else(|| format!("token-{}", self.tokens.len()));
        self.tokens.push(0);
        (200, String::new(), serde_json::json!({"token": token}).to_string().into_bytes())
    }

    fn lets(&mut self, request: &Request) -> bool {
        if !self.is_closed {
            return true;
        }
        let number = request.authorization.as_deref().and_then(|token| token.strip_prefix("Bearer token-"));
        let number = number.and_then(|number| number.parse::<usize>().ok());
        let Some(used) = number.and_then(|number| self.tokens.get_mut(number)) else { return false };
        *used += 1;
        self.lasts.is_none_or(|lasts| *used <= lasts)
    }
}

fn not_found() -> Answer {
    (404, String::new(), br#"{"errors":[{"code":"NOT_FOUND","message":"not here"}]}"#.to_vec())
}

fn part_of(blob: &[u8], range: Option<&str>) -> Answer {
    let start =
        range.and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
    match start {
        Some(start) if start < blob.len() => {
            let range = format!("Content-Range: bytes {start}-{}/{}\r\n", blob.len() - 1, blob.len());
            (206, range, blob[start..].to_vec())
        }
        _ => (200, String::new(), blob.to_vec()),
    }
}
