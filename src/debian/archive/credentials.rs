//! Log-ins for mirrors: those in the URLs of mirrors, else in apt_auth.conf(5), else in netrc(5). They are sent to the
//! server that they are for and written nowhere.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use reqwest::Url;

use crate::support::netrc::{Login, NetrcEntry, login_for_host, parse_netrc};
use crate::support::url::without_login;

/// Files with log-ins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CredentialFiles {
    /// Directory of apt's configuration (`/etc/apt`), with `auth.conf` and `auth.conf.d`.
    pub apt_directory: Option<PathBuf>,
    /// File in the form of netrc(5).
    pub netrc: Option<PathBuf>,
}

/// Log-ins of a client. The files are read before the first request.
#[derive(Debug, Default)]
pub(super) struct Credentials {
    files: CredentialFiles,
    /// Bases with a log-in in their URL, without it.
    of_urls: Mutex<Vec<(String, Login)>>,
    of_files: OnceLock<FileLogins>,
}

/// Entries of the files.
#[derive(Debug, Default)]
struct FileLogins {
    apt: Vec<NetrcEntry>,
    netrc: Vec<NetrcEntry>,
}

impl Credentials {
    pub(super) fn new(files: CredentialFiles) -> Self {
        Self { files, ..Self::default() }
    }

    /// Takes the log-in out of the URL of a mirror, and returns the URL without it.
    pub(super) fn take_login(&self, mirror: &str) -> String {
        let clean = without_login(mirror);
        if let Some(login) = Url::parse(mirror).ok().and_then(|url| login_of(&url)) {
            let mut of_urls = self.of_urls.lock().unwrap_or_else(PoisonError::into_inner);
            if !of_urls.iter().any(|(base, known)| (base, known) == (&clean, &login)) {
                of_urls.push((clean.clone(), login));
            }
        }
        clean
    }

    /// Returns the log-in for a URL.
    pub(super) fn for_url(&self, url: &Url) -> Option<Login> {
        let of_urls = self.of_urls.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, login)) = of_urls.iter().find(|(base, _)| is_below(url.as_str(), base)) {
            return Some(login.clone());
        }
        let files = self.of_files.get_or_init(|| FileLogins::read(&self.files));
        let of_apt = files.apt.iter().find(|entry| is_apts(entry, url)).map(|entry| &entry.login);
        of_apt.or_else(|| login_for_host(&files.netrc, url.host_str()?, url.port_or_known_default())).cloned()
    }
}

impl FileLogins {
    fn read(files: &CredentialFiles) -> Self {
        let mut apt = Vec::new();
        if let Some(directory) = &files.apt_directory {
            let mut paths = vec![directory.join("auth.conf")];
            let more = fs::read_dir(directory.join("auth.conf.d")).into_iter().flatten();
            let mut more: Vec<PathBuf> = more.filter_map(Result::ok).map(|entry| entry.path()).collect();
            more.retain(|path| path.extension().is_none_or(|extension| extension == "conf"));
            more.sort();
            paths.extend(more);
            apt.extend(paths.iter().flat_map(|path| entries(path)));
        }
        Self { apt, netrc: files.netrc.as_deref().map(entries).unwrap_or_default() }
    }
}

/// Entries of a file; none if it cannot be read: that of apt is often for root alone.
fn entries(path: &Path) -> Vec<NetrcEntry> {
    fs::read(path).map(|bytes| parse_netrc(&String::from_utf8_lossy(&bytes))).unwrap_or_default()
}

/// Log-in in a URL.
fn login_of(url: &Url) -> Option<Login> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    let password = url.password().unwrap_or_default();
    Some(Login { user: percent_decoded(url.username()), password: percent_decoded(password) })
}

/// Text with `%XX` replaced by its byte.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match hex.filter(|_| *first == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Returns true if a URL is below a base.
fn is_below(url: &str, base: &str) -> bool {
    let rest = url.strip_prefix(base.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns true if an entry of apt is for a URL: `[SCHEME://]HOST[:PORT][/PATH]`. Without a scheme it is for https, and for
/// servers on this machine.
fn is_apts(entry: &NetrcEntry, url: &Url) -> bool {
    let Some(machine) = &entry.machine else { return false };
    let (scheme, rest) = match machine.split_once("://") {
        Some((scheme, rest)) => (Some(scheme), rest),
        None => (None, machine.as_str()),
    };
    let (server, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = url.host_str().unwrap_or_default();
    let is_local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
    let is_scheme = scheme.map_or(url.scheme() == "https" || is_local, |scheme| scheme == url.scheme());
    let is_server = server.eq_ignore_ascii_case(host)
        || url.port_or_known_default().is_some_and(|port| server == format!("{host}:{port}"));
    is_scheme && is_server && url.path().trim_start_matches('/').starts_with(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(credentials: &Credentials, url: &str) -> Option<String> {
        let login = credentials.for_url(&Url::parse(url).expect("is a URL"))?;
        Some(format!("{}:{}", login.user, login.password))
    }

    #[test]
    fn the_url_comes_first_then_apt_then_netrc() {
        let directory = tempfile::tempdir().expect("a directory");
        let file = |name: &str, text: &str| {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().expect("has one")).expect("created");
            fs::write(&path, text).expect("written");
            path
        };
        file("apt/auth.conf", "machine a.example/deb login apt password one\n");
        file("apt/auth.conf.d/b.conf", "machine http://b.example login apt password two\n");
        file("apt/auth.conf.d/b.conf.save", "machine c.example login old password old\n");
        let netrc = file("netrc", "machine a.example login n password three\n");
        let files = CredentialFiles { apt_directory: Some(directory.path().join("apt")), netrc: Some(netrc) };
        let credentials = Credentials::new(files);
        assert_eq!(credentials.take_login("https://u%40x:p%2Fq@a.example/deb/x"), "https://a.example/deb/x");
        for (url, expected) in [
            ("https://a.example/deb/x/dists", Some("u@x:p/q")),
            ("https://a.example/deb/xy", Some("apt:one")),
            ("http://a.example/deb/y", Some("n:three")),
            ("https://a.example/other", Some("n:three")),
            ("http://b.example/", Some("apt:two")),
            ("https://b.example/", None),
            ("https://c.example/", None),
        ] {
            assert_eq!(found(&credentials, url).as_deref(), expected, "{url}");
        }
    }
}
