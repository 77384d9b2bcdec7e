//! Packages indices: one control stanza per binary package of a suite's component and architecture
//! (<https://wiki.debian.org/DebianRepository/Format#A.22Packages.22_Indices>, deb-control(5)).

use std::borrow::Cow;
use std::io::Read;

use deb822_fast::borrowed::{BorrowedParagraph, BorrowedParser};
use memchr::memmem::Finder;

use super::chunks::for_each_chunk;
use crate::vocabulary::Sha256Digest;

/// Fields of a binary package's stanza that a catalog needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageStanza<'a> {
    /// `Package`.
    pub name: &'a str,
    /// `Version`.
    pub version: &'a str,
    /// `Architecture`: that of the index, or `all`.
    pub architecture: &'a str,
    /// Name of the source package: `Source` without its version, or `Package` if there is no such field.
    pub source: &'a str,
    /// `Section`; empty if there is none.
    pub section: &'a str,
    /// `Filename`; empty in a dpkg database.
    pub filename: &'a str,
    /// `SHA256`; none in a dpkg database.
    pub sha256: Option<Sha256Digest>,
    /// `Size`, in bytes; 0 in a dpkg database.
    pub size_bytes: u64,
    /// `Installed-Size`, in KiB.
    pub installed_size_kib: u64,
    /// `Status`; empty in an archive's index.
    pub status: &'a str,
    /// `Priority`; empty if there is none.
    pub priority: &'a str,
    /// `Essential: yes`.
    pub is_essential: bool,
    /// `Pre-Depends`, unfolded; empty if there is none.
    pub pre_depends: Cow<'a, str>,
    /// `Depends`, unfolded; empty if there is none.
    pub depends: Cow<'a, str>,
    provides: Vec<&'a str>,
}

/// Numbers of stanzas in an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PackagesStatistics {
    /// Stanzas.
    pub stanzas: u64,
    /// Stanzas without a required field, and stanzas that are too long.
    pub malformed: u64,
}

/// Reads a decompressed index to its end, and calls `visit` for each stanza.
///
/// # Errors
/// If `reader` fails. A malformed stanza is counted and is not an error.
pub fn read_packages(
    reader: impl Read,
    mut visit: impl FnMut(PackageStanza<'_>),
) -> std::io::Result<PackagesStatistics> {
    let mut statistics = PackagesStatistics::default();
    let blank_line = Finder::new(b"\n\n");
    let oversized = for_each_chunk(reader, b"\n\n", |chunk| {
        let mut rest = chunk;
        while !rest.is_empty() {
            let end = blank_line.find(rest).unwrap_or(rest.len());
            let stanza = rest[..end].trim_ascii();
            rest = rest.get(end + 2..).unwrap_or_default();
            if stanza.is_empty() {
                continue;
            }
            statistics.stanzas += 1;
            let text = std::str::from_utf8(stanza).map_err(|_| MalformedStanza);
            match text.and_then(PackageStanza::parse) {
                Ok(parsed) => visit(parsed),
                Err(MalformedStanza) => statistics.malformed += 1,
            }
        }
    })?;
    statistics.malformed += oversized;
    Ok(statistics)
}

struct MalformedStanza;

impl<'a> PackageStanza<'a> {
    fn parse(text: &'a str) -> Result<Self, MalformedStanza> {
        let paragraphs = BorrowedParser::new(text).parse_all().map_err(|_| MalformedStanza)?;
        let [paragraph] = paragraphs.as_slice() else { return Err(MalformedStanza) };
        let field = |name: &str| paragraph.get_single(name).unwrap_or_default().trim();
        let required =
            |name: &str| Some(field(name)).filter(|value| !value.is_empty()).ok_or(MalformedStanza);
        let number = |name: &str| match field(name) {
            "" => Ok(0),
            digits => digits.parse().map_err(|_| MalformedStanza),
        };
        let name = required("Package")?;
        let source = field("Source").split([' ', '(']).next().unwrap_or_default();
        Ok(Self {
            name,
            version: required("Version")?,
            architecture: required("Architecture")?,
            source: if source.is_empty() { name } else { source },
            section: field("Section"),
            filename: field("Filename"),
            sha256: match field("SHA256") {
                "" => None,
                digits => Some(digits.parse().map_err(|_| MalformedStanza)?),
            },
            size_bytes: number("Size")?,
            installed_size_kib: number("Installed-Size")?,
            status: field("Status"),
            priority: field("Priority"),
            is_essential: field("Essential") == "yes",
            pre_depends: unfolded(paragraph, "Pre-Depends"),
            depends: unfolded(paragraph, "Depends"),
            provides: provided_names(paragraph),
        })
    }

    /// Returns the names of the virtual packages in `Provides`, without versions.
    pub fn provides(&self) -> &[&'a str] {
        &self.provides
    }
}

/// Unfolds a field to one line.
fn unfolded<'a>(paragraph: &BorrowedParagraph<'a>, name: &str) -> Cow<'a, str> {
    match paragraph.get(name).unwrap_or_default() {
        [] => Cow::Borrowed(""),
        [line] => Cow::Borrowed(line),
        lines => Cow::Owned(lines.join(" ")),
    }
}

/// Names in `Provides`, which may be folded; a name ends at its architecture or its version.
fn provided_names<'a>(paragraph: &BorrowedParagraph<'a>) -> Vec<&'a str> {
    let lines = paragraph.get("Provides").unwrap_or_default();
    let items = lines.iter().flat_map(|line| line.split(','));
    items
        .filter_map(|item| item.trim().split([' ', '(', ':']).next())
        .filter(|name| !name.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const INDEX: &str = "\
Package: libopenblas0-pthread
Source: openblas (0.3.21+ds-3)
Version: 0.3.21+ds-4
Architecture: amd64
Installed-Size: 35000
Priority: optional
Essential: yes
Pre-Depends: dpkg
Depends: libc6 (>= 2.29),
 libgfortran5 (>= 10)
Provides: libblas.so.3, liblapack.so.3 (= 3),
 libopenblas.so.0:any
Section: libs
Filename: pool/main/o/openblas/libopenblas0-pthread_0.3.21+ds-4_amd64.deb
Size: 7000000
SHA256: cc80fbae45044eaa2eab0b7005e6cfd4bd72472d501c532d51aa26523e1ace6d

Package: attr
Version: 1:2.5.1-4
Architecture: amd64
Size: what

Package: unversioned
Architecture: amd64

Package: zlib1g
Version: 1:1.2.13.dfsg-1
Architecture: amd64
";

    #[test]
    fn the_fields_of_a_stanza_are_read() {
        let mut seen = 0;
        let statistics = read_packages(INDEX.as_bytes(), |stanza| {
            if stanza.name != "libopenblas0-pthread" {
                return;
            }
            seen += 1;
            assert_eq!((stanza.source, stanza.version), ("openblas", "0.3.21+ds-4"));
            assert_eq!((stanza.size_bytes, stanza.installed_size_kib), (7_000_000, 35_000));
            assert_eq!(stanza.provides(), ["libblas.so.3", "liblapack.so.3", "libopenblas.so.0"]);
            assert_eq!(stanza.depends, "libc6 (>= 2.29), libgfortran5 (>= 10)");
            assert_eq!((stanza.pre_depends.as_ref(), stanza.is_essential), ("dpkg", true));
            assert_eq!(stanza.priority, "optional");
            assert!(stanza.sha256.is_some() && stanza.filename.starts_with("pool/main/o/"));
        });
        assert_eq!(statistics.expect("memory reads").stanzas, 4);
        assert_eq!(seen, 1);
    }

    #[test]
    fn malformed_stanzas_are_counted_and_the_rest_is_read() {
        let mut names = Vec::new();
        let statistics = read_packages(INDEX.as_bytes(), |stanza| {
            names.push((stanza.name.to_owned(), stanza.source.to_owned()));
        });
        assert_eq!(statistics.expect("memory reads"), PackagesStatistics { stanzas: 4, malformed: 2 });
        assert_eq!(names.len(), 2);
        assert_eq!(names[1], ("zlib1g".to_owned(), "zlib1g".to_owned()));
    }
}
