//! Signed archive in memory, and a small HTTP server that serves it, with faults on request.
//!
//! ```ignore
//! let key = SigningKey::new("archive");
//! let suite = TestSuite::debian("bookworm")
//!     .contents("main", "amd64", "usr/lib/x86_64-linux-gnu/libgmp.so.10 libs/libgmp10\n")
//!     .packages("main", "amd64", "Package: libgmp10\nVersion: 2:6.2.1+dfsg1-1.1\n…");
//! let server = ArchiveServer::start([suite.publish(&key)]);
//! server.fault("Contents-amd64.gz", Fault::BreakOff { after: 100, times: 1 });
//! // … use server.url() as a mirror and key.write_public(path) as its keyring …
//! assert!(server.requests().iter().any(|request| request.path.contains("by-hash")));
//! ```

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, SystemTime};

use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::{SignedDuration, Timestamp};
use sequoia_openpgp::cert::{Cert, CertBuilder};
use sequoia_openpgp::policy::StandardPolicy;
use sequoia_openpgp::serialize::SerializeInto;
use sequoia_openpgp::serialize::stream::{Message, Signer};
use sequoia_openpgp::types::HashAlgorithm;
use sha2::{Digest, Sha256};
use xz2::write::XzEncoder;

/// Age of the archives of these tests.
pub(crate) const AGE: SignedDuration = SignedDuration::from_hours(1);

/// Time at which the archives of these tests were made and signed, to the second.
pub(crate) fn archive_date() -> Timestamp {
    static DATE: OnceLock<Timestamp> = OnceLock::new();
    *DATE.get_or_init(|| {
        let now = Timestamp::now().saturating_sub(AGE).expect("in range");
        Timestamp::from_second(now.as_second()).expect("in range")
    })
}

/// Key that signs an archive.
pub(crate) struct SigningKey {
    certificate: Cert,
    signed_at: SystemTime,
    hash: HashAlgorithm,
}

impl SigningKey {
    /// Creates a key a day before the archive.
    pub(crate) fn new(name: &str) -> Self {
        Self::at(name, archive_date(), None)
    }

    /// Creates a key a day before `signed_at`, the time of its signatures; it is valid for `validity`.
    pub(crate) fn at(name: &str, signed_at: Timestamp, validity: Option<Duration>) -> Self {
        let signed_at = SystemTime::try_from(signed_at).expect("in range");
        let (certificate, _revocation) = CertBuilder::new()
            .add_userid(name)
            .set_creation_time(signed_at - Duration::from_secs(24 * 3600))
            .set_validity_period(validity)
            .add_signing_subkey()
            .generate()
            .expect("a key");
        Self { certificate, signed_at, hash: HashAlgorithm::SHA512 }
    }

    /// Signs with SHA-1 instead of SHA-512.
    pub(crate) fn with_weak_hash(mut self) -> Self {
        self.hash = HashAlgorithm::SHA1;
        self
    }

    /// Writes the public key, armored.
    pub(crate) fn write_public(&self, path: &Path) {
        fs::write(path, self.certificate.armored().to_vec().expect("serialised")).expect("written");
    }

    /// Returns the fingerprint of the signing subkey.
    pub(crate) fn fingerprint(&self) -> String {
        self.certificate.keys().subkeys().next().expect("a subkey").key().fingerprint().to_string()
    }

    /// Returns the text with a clear signature.
    pub(crate) fn sign(&self, text: &str) -> Vec<u8> {
        let policy = StandardPolicy::new();
        let pair = self
            .certificate
            .keys()
            .with_policy(&policy, self.signed_at)
            .for_signing()
            .next()
            .expect("a signing key")
            .key()
            .clone()
            .parts_into_secret()
            .expect("has its secret part")
            .into_keypair()
            .expect("not encrypted");
        let mut signed = Vec::new();
        let mut signer = Signer::new(Message::new(&mut signed), pair)
            .expect("a signer")
            .hash_algo(self.hash)
            .expect("a known hash")
            .creation_time(self.signed_at)
            .cleartext()
            .build()
            .expect("a signer");
        signer.write_all(text.as_bytes()).expect("signed");
        signer.finalize().expect("signed");
        signed
    }
}

/// Files of an archive by their path below its base.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Suite before it is published.
#[derive(Clone)]
pub(crate) struct TestSuite {
    directory: String,
    codename: String,
    suite: String,
    date: Timestamp,
    valid_until: Option<Timestamp>,
    by_hash: bool,
    components: Vec<String>,
    /// Plain and compressed files by their path below the suite.
    indices: Files,
}

impl TestSuite {
    /// Creates a suite named as Debian's: the codename is the name of the directory.
    pub(crate) fn debian(name: &str) -> Self {
        Self::new(name, name, "stable")
    }

    /// Creates a suite named as Ubuntu's: Suite is the name of the directory, the codename that of the release.
    pub(crate) fn ubuntu(name: &str) -> Self {
        Self::new(name, name.split('-').next().expect("has one"), name)
    }

    fn new(directory: &str, codename: &str, suite: &str) -> Self {
        Self {
            directory: directory.to_owned(),
            codename: codename.to_owned(),
            suite: suite.to_owned(),
            date: archive_date(),
            valid_until: None,
            by_hash: true,
            components: Vec::new(),
            indices: Files::new(),
        }
    }

    /// Sets the codename in the Release file.
    pub(crate) fn codename(mut self, codename: &str) -> Self {
        self.codename = codename.to_owned();
        self
    }

    /// Sets the Date of the Release file.
    pub(crate) fn date(mut self, date: Timestamp) -> Self {
        self.date = date;
        self
    }

    /// Sets the Valid-Until of the Release file.
    pub(crate) fn valid_until(mut self, valid_until: Timestamp) -> Self {
        self.valid_until = Some(valid_until);
        self
    }

    /// Publishes without by-hash names.
    pub(crate) fn without_by_hash(mut self) -> Self {
        self.by_hash = false;
        self
    }

    /// Adds a Contents file; `component` is empty for Ubuntu's, which covers all components.
    pub(crate) fn contents(self, component: &str, architecture: &str, lines: &str) -> Self {
        let stem = match component {
            "" => format!("Contents-{architecture}"),
            _ => format!("{component}/Contents-{architecture}"),
        };
        self.component(component).index(&stem, lines).compressed(&format!("{stem}.gz"), gz(lines.as_bytes()))
    }

    /// Adds a Packages file as .xz and .gz.
    pub(crate) fn packages(self, component: &str, architecture: &str, stanzas: &str) -> Self {
        let stem = format!("{component}/binary-{architecture}/Packages");
        self.component(component)
            .index(&stem, stanzas)
            .compressed(&format!("{stem}.xz"), xz(stanzas.as_bytes()))
            .compressed(&format!("{stem}.gz"), gz(stanzas.as_bytes()))
    }

    /// Adds or replaces one file; the Release lists it with its real size and digest.
    pub(crate) fn compressed(mut self, path: &str, bytes: Vec<u8>) -> Self {
        self.indices.insert(path.to_owned(), bytes);
        self
    }

    fn index(self, stem: &str, text: &str) -> Self {
        self.compressed(stem, text.as_bytes().to_vec())
    }

    fn component(mut self, component: &str) -> Self {
        if !component.is_empty() && !self.components.iter().any(|known| known == component) {
            self.components.push(component.to_owned());
        }
        self
    }

    /// Returns the text of the Release file.
    pub(crate) fn release(&self) -> String {
        let date = |date: Timestamp| date.strftime("%a, %d %b %Y %H:%M:%S UTC").to_string();
        let mut text = format!("Origin: Test\nSuite: {}\nCodename: {}\n", self.suite, self.codename);
        text += &format!("Date: {}\n", date(self.date));
        if let Some(valid_until) = self.valid_until {
            text += &format!("Valid-Until: {}\n", date(valid_until));
        }
        if self.by_hash {
            text += "Acquire-By-Hash: yes\n";
        }
        text +=
            &format!("Architectures: all amd64 arm64\nComponents: {}\nSHA256:\n", self.components.join(" "));
        for (path, bytes) in &self.indices {
            text += &format!(" {} {:8} {path}\n", sha256(bytes), bytes.len());
        }
        text
    }

    /// Returns all files of the suite, with the Release signed by `key`.
    pub(crate) fn publish(&self, key: &SigningKey) -> Files {
        let directory = format!("dists/{}", self.directory);
        let mut files = Files::new();
        files.insert(format!("{directory}/InRelease"), key.sign(&self.release()));
        // As in real archives, the uncompressed files are listed but do not exist.
        for (path, bytes) in self.indices.iter().filter(|(path, _)| path.contains('.')) {
            let path = format!("{directory}/{path}");
            if self.by_hash {
                let parent = path.rsplit_once('/').expect("has a directory").0;
                files.insert(format!("{parent}/by-hash/SHA256/{}", sha256(bytes)), bytes.clone());
            }
            files.insert(path, bytes.clone());
        }
        files
    }
}

/// Fault of a file.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// The file is missing.
    NotFound,
    /// Another status, that many times.
    Status { code: u16, times: usize },
    /// The connection breaks after that many bytes of the body, that many times.
    BreakOff { after: usize, times: usize },
    /// Each response takes that long.
    Slow(Duration),
    /// Ranges are ignored: the response is the whole file.
    NoRange,
}

/// Received request.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Path below the base.
    pub path: String,
    /// Range header.
    pub range: Option<String>,
    /// If-None-Match header.
    pub if_none_match: Option<String>,
    /// Authorization header.
    pub authorization: Option<String>,
    /// Status of the response.
    pub status: u16,
}

#[derive(Default)]
struct State {
    files: Files,
    faults: Vec<(String, Fault)>,
    requests: Vec<Request>,
    /// Value of the Authorization header that every request must have.
    authorization: Option<String>,
}

/// Server of files on a local port until the process ends.
pub(crate) struct ArchiveServer {
    url: String,
    state: Arc<Mutex<State>>,
}

impl ArchiveServer {
    /// Starts a server with the files of some suites.
    pub(crate) fn start(suites: impl IntoIterator<Item = Files>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/debian", listener.local_addr().expect("an address"));
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = Arc::clone(&shared);
                // A client may close the connection early.
                thread::spawn(move || answer(stream, &state).ok());
            }
        });
        let server = Self { url, state };
        for files in suites {
            server.publish(files);
        }
        server
    }

    /// Returns the URL of the archive.
    pub(crate) fn url(&self) -> String {
        self.url.clone()
    }

    /// Adds or replaces files.
    pub(crate) fn publish(&self, files: Files) {
        self.state().files.extend(files);
    }

    /// Removes every file whose path ends with `suffix`.
    pub(crate) fn remove(&self, ending: &str) {
        self.state().files.retain(|path, _| !path.ends_with(ending));
    }

    /// Adds a fault to every file whose path contains `part`. The first match counts.
    pub(crate) fn fault(&self, part: &str, fault: Fault) {
        self.state().faults.push((part.to_owned(), fault));
    }

    /// Removes all faults and forgets the requests.
    pub(crate) fn reset(&self) {
        let mut state = self.state();
        state.faults.clear();
        state.requests.clear();
    }

    /// Requires a log-in: the value of the Authorization header, such as `Basic dXNlcjpwYXNz`.
    pub(crate) fn require(&self, authorization: &str) {
        self.state().authorization = Some(authorization.to_owned());
    }

    /// Returns the requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.state().requests.clone()
    }

    /// Returns the number of requests for paths that contain `part` that were answered with content.
    pub(crate) fn served(&self, part: &str) -> usize {
        let requests = self.requests();
        requests.iter().filter(|request| request.path.contains(part) && request.status / 100 == 2).count()
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("no test panics while it holds the lock")
    }
}

fn answer(mut stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut request = read_request(&stream)?;
    let (file, fault) = {
        let mut state = state.lock().expect("not poisoned");
        let fault = match &state.authorization {
            Some(wanted) if request.authorization.as_ref() != Some(wanted) => {
                Some(Fault::Status { code: 401, times: 1 })
            }
            _ => take_fault(&mut state.faults, &request.path),
        };
        (state.files.get(&request.path).cloned(), fault)
    };
    if let Some(Fault::Slow(wait)) = fault {
        thread::sleep(wait);
    }
    let (head, body) = response(&mut request, file, fault.as_ref());
    state.lock().expect("not poisoned").requests.push(request);
    stream.write_all(head.as_bytes())?;
    let body = match fault {
        Some(Fault::BreakOff { after, .. }) => &body[..after.min(body.len())],
        _ => &body[..],
    };
    stream.write_all(body)?;
    stream.flush()
}

fn read_request(stream: &TcpStream) -> std::io::Result<Request> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().transpose()?.unwrap_or_default();
    let path = first.split(' ').nth(1).unwrap_or_default().trim_start_matches("/debian/").to_owned();
    let mut request = Request { path, range: None, if_none_match: None, authorization: None, status: 0 };
    for line in lines {
        let line = line?;
        let Some((name, value)) = line.split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "range" => request.range = Some(value.to_owned()),
            "authorization" => request.authorization = Some(value.to_owned()),
            "if-none-match" => request.if_none_match = Some(value.to_owned()),
            _ => {}
        }
    }
    Ok(request)
}

/// Returns the fault of a path, and counts it if it happens a limited number of times.
fn take_fault(faults: &mut Vec<(String, Fault)>, path: &str) -> Option<Fault> {
    let index = faults.iter().position(|(part, _)| path.contains(part.as_str()))?;
    let fault = faults[index].1.clone();
    if let Fault::Status { times, .. } | Fault::BreakOff { times, .. } = &mut faults[index].1 {
        *times -= 1;
        if *times == 0 {
            faults.remove(index);
        }
    }
    Some(fault)
}

fn response(request: &mut Request, file: Option<Vec<u8>>, fault: Option<&Fault>) -> (String, Vec<u8>) {
    let mut headers = String::new();
    let (status, body) = match (file, fault) {
        (_, Some(Fault::Status { code, .. })) => (*code, Vec::new()),
        (None, _) | (_, Some(Fault::NotFound)) => (404, Vec::new()),
        (Some(file), fault) => {
            let etag = format!("\"{}\"", &sha256(&file)[..16]);
            headers += &format!("ETag: {etag}\r\n");
            let start = request
                .range
                .as_deref()
                .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse::<usize>().ok());
            match start.filter(|_| !matches!(fault, Some(Fault::NoRange))) {
                _ if request.if_none_match.as_ref() == Some(&etag) => (304, Vec::new()),
                Some(start) if start >= file.len() => (416, Vec::new()),
                Some(start) => {
                    let (end, total) = (file.len() - 1, file.len());
                    headers += &format!("Content-Range: bytes {start}-{end}/{total}\r\n");
                    (206, file[start..].to_vec())
                }
                None => (200, file),
            }
        }
    };
    request.status = status;
    let length = body.len();
    (
        format!("HTTP/1.1 {status} Test\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n"),
        body,
    )
}

/// Returns the SHA-256 digest in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compresses with gzip.
pub(crate) fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).expect("compressed");
    encoder.finish().expect("compressed")
}

/// Compresses with xz.
pub(crate) fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = XzEncoder::new(Vec::new(), 6);
    encoder.write_all(bytes).expect("compressed");
    encoder.finish().expect("compressed")
}
