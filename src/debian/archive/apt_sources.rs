//! Apt sources of the host (sources.list(5)): the mirrors that its owner chose.
//!
//! Both forms are read: `*.sources` in deb822 style and `*.list` in one-line style. Options are ignored (this client
//! has its own keys and reads every architecture), as are entries that are disabled, for source packages, or with
//! another transport than http, https and file.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use deb822_fast::{Deb822, Paragraph};

/// Archive that apt uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AptSource {
    /// Base of the archive, without a slash at its end.
    pub(super) uri: String,
    /// Suites that apt uses from there.
    pub(super) suites: Vec<String>,
    /// Components of the suites; empty for a flat repository.
    pub(super) components: Vec<String>,
}

/// Error while the host's apt sources are read.
#[derive(Debug, thiserror::Error)]
pub enum AptSourcesError {
    /// A directory or file cannot be read.
    #[error("cannot read apt sources {path}")]
    Read {
        /// Path.
        path: PathBuf,
        /// Cause.
        #[source]
        source: io::Error,
    },
    /// A file `*.sources` is not in deb822 style.
    #[error("cannot parse apt sources {path}: {cause}")]
    Malformed {
        /// Path.
        path: PathBuf,
        /// Cause.
        cause: String,
    },
}

/// Reads the enabled `deb` sources below `apt_directory` (`/etc/apt`) in apt's order: `sources.list`, then the files of
/// `sources.list.d` by name. A host without apt has none.
pub(super) fn read_apt_sources(apt_directory: &Path) -> Result<Vec<AptSource>, AptSourcesError> {
    let mut files = vec![apt_directory.join("sources.list")];
    files.extend(files_in(&apt_directory.join("sources.list.d"))?);
    let mut sources = Vec::new();
    for path in files {
        let deb822 = path.extension().is_some_and(|extension| extension == "sources");
        if !deb822 && path.extension().is_none_or(|extension| extension != "list") {
            continue;
        }
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(source) => return Err(AptSourcesError::Read { path, source }),
        };
        if deb822 {
            sources.extend(
                parse_deb822(&text)
                    .map_err(|cause| AptSourcesError::Malformed { path: path.clone(), cause })?,
            );
        } else {
            sources.extend(text.lines().filter_map(parse_line));
        }
    }
    Ok(sources)
}

fn files_in(directory: &Path) -> Result<Vec<PathBuf>, AptSourcesError> {
    let unreadable = |source| AptSourcesError::Read { path: directory.to_owned(), source };
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(error)),
    };
    let mut files =
        entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, io::Error>>().map_err(unreadable)?;
    files.sort();
    Ok(files)
}

fn parse_deb822(text: &str) -> Result<Vec<AptSource>, String> {
    let file: Deb822 = text.parse().map_err(|error: deb822_fast::Error| error.to_string())?;
    Ok(file.iter().flat_map(sources_of_paragraph).collect())
}

fn sources_of_paragraph(paragraph: &Paragraph) -> Vec<AptSource> {
    let words = |field: &str| -> Vec<String> {
        paragraph.get(field).unwrap_or_default().split_whitespace().map(str::to_owned).collect()
    };
    if !words("Types").iter().any(|kind| kind == "deb") || paragraph.get("Enabled").is_some_and(is_no) {
        return Vec::new();
    }
    words("URIs")
        .iter()
        .filter_map(|uri| base_uri(uri))
        .map(|uri| AptSource { uri, suites: words("Suites"), components: words("Components") })
        .collect()
}

/// Returns true for the words that mean no to apt.
fn is_no(word: &str) -> bool {
    ["no", "false", "without", "off", "disable", "0"].contains(&word.trim().to_ascii_lowercase().as_str())
}

/// Parses `deb [option=value …] uri suite component…`, and a comment from `#` on.
fn parse_line(line: &str) -> Option<AptSource> {
    let line = line.split('#').next()?.trim_start().strip_prefix("deb")?;
    if !line.starts_with([' ', '\t']) {
        return None;
    }
    let line = line.trim_start();
    let line = match line.strip_prefix('[') {
        Some(options) => options.split_once(']')?.1,
        None => line,
    };
    let mut words = line.split_whitespace();
    Some(AptSource {
        uri: base_uri(words.next()?)?,
        suites: vec![words.next()?.to_owned()],
        components: words.map(str::to_owned).collect(),
    })
}

fn base_uri(uri: &str) -> Option<String> {
    let known = ["http://", "https://", "file:/"].iter().any(|scheme| uri.starts_with(scheme));
    known.then(|| uri.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(uri: &str, suites: &[&str], components: &[&str]) -> AptSource {
        let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        AptSource { uri: uri.to_owned(), suites: owned(suites), components: owned(components) }
    }

    #[test]
    fn both_styles_are_read_in_the_order_of_apt() {
        let directory = tempfile::tempdir().expect("a directory");
        let parts = directory.path().join("sources.list.d");
        fs::create_dir(&parts).expect("a directory");
        fs::write(directory.path().join("sources.list"), "deb http://a.example/debian/ bookworm main\n")
            .expect("written");
        fs::write(
            parts.join("20-b.sources"),
            "Types: deb\n# a comment inside\nURIs: http://b.example/debian\nSuites: bookworm bookworm-updates\n\
             Components: main contrib\n\nTypes: deb-src\nURIs: http://c.example/debian\nSuites: sid\n\
             Components: main\n\nEnabled: no\nTypes: deb\nURIs: http://d.example/debian\nSuites: sid\n\
             Components: main\n",
        )
        .expect("written");
        fs::write(
            parts.join("10-e.list"),
            "deb [arch=amd64 signed-by=/k.gpg] https://e.example/x sid main # x\n",
        )
        .expect("written");
        fs::write(parts.join("30-f.list.save"), "deb http://f.example/debian sid main\n").expect("written");
        let expected = [
            source("http://a.example/debian", &["bookworm"], &["main"]),
            source("https://e.example/x", &["sid"], &["main"]),
            source("http://b.example/debian", &["bookworm", "bookworm-updates"], &["main", "contrib"]),
        ];
        assert_eq!(read_apt_sources(directory.path()).expect("read"), expected);
    }

    #[test]
    fn other_lines_are_ignored() {
        for line in [
            "# deb http://a.example/debian sid main",
            "deb-src http://a.example/debian sid main",
            "deb cdrom:[Debian GNU/Linux 12]/ bookworm main",
            "deb [arch=amd64 http://a.example/debian sid main",
            "deb http://a.example/debian",
            "debug http://a.example/debian sid main",
            "",
        ] {
            assert_eq!(parse_line(line), None, "{line}");
        }
    }

    #[test]
    fn a_host_without_apt_has_no_sources() {
        let directory = tempfile::tempdir().expect("a directory");
        assert_eq!(read_apt_sources(&directory.path().join("absent")).expect("read"), []);
    }

    #[test]
    fn a_broken_file_is_named() {
        let directory = tempfile::tempdir().expect("a directory");
        fs::create_dir(directory.path().join("sources.list.d")).expect("a directory");
        fs::write(directory.path().join("sources.list.d/x.sources"), "no colon here\n").expect("written");
        let error = read_apt_sources(directory.path()).expect_err("is broken").to_string();
        assert!(error.starts_with("cannot parse apt sources ") && error.contains("x.sources: "), "{error}");
    }
}
