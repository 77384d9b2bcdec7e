//! What scanners know packages by where there is no dpkg: one file a package in `/var/lib/dpkg/status.d`, as
//! distroless images have them, with the md5sums of just what is shipped of it. Syft, Trivy and others read them.

use std::fmt::Write as _;

use hashbrown::HashSet;

use super::contents::Contents;
use super::places::Places;
use super::{LayerEntry, LayerError, LayerKind};
use crate::solve::plan::{PlannedPackage, is_package_name};
use crate::tree::inventory::{Deb, Permissions};
use crate::vocabulary::RootedPath;

/// Where the files are.
const DIR: &str = "/var/lib/dpkg/status.d";

/// Puts in a package's two files.
pub(super) fn put_metadata(
    places: &mut Places<'_>,
    index: usize,
    planned: &PlannedPackage,
    deb: &Deb,
    contents: &Contents,
) -> Result<(), LayerError> {
    let name = planned.package.name.as_str();
    if !is_package_name(name) {
        return Err(LayerError::PackageName(name.to_owned()));
    }
    let sums = md5sums(places, index, contents);
    let directory = RootedPath::new(DIR);
    places.put(&directory.join(name), text(stanza(&deb.control).into_bytes()))?;
    places.put(&directory.join(format!("{name}.md5sums")), text(sums))
}

/// A file that is made here, for all to read.
pub(super) fn text(bytes: Vec<u8>) -> LayerEntry {
    let permissions = Permissions { mode: 0o644, ..Permissions::SYSTEM_DIRECTORY };
    LayerEntry { kind: LayerKind::Text(bytes), permissions, package: None }
}

/// The control stanza without blank lines, which would end it, and without a field that was there before.
fn stanza(control: &str) -> String {
    let mut seen = HashSet::new();
    let mut is_kept = true;
    let mut stanza = String::with_capacity(control.len());
    for line in control.lines().filter(|line| !line.trim().is_empty()) {
        if !line.starts_with([' ', '\t']) {
            let field = line.split_once(':').map_or(line, |(field, _)| field);
            is_kept = seen.insert(field.to_ascii_lowercase());
        }
        if is_kept {
            stanza.push_str(line);
            stanza.push('\n');
        }
    }
    stanza
}

/// A line for each file that is shipped of a package, in the form of md5sum(1), paths without a leading slash. A
/// name with a newline or backslash in it is written as md5sum does, with a backslash before the line.
fn md5sums(places: &Places<'_>, index: usize, contents: &Contents) -> Vec<u8> {
    let mut sums = Vec::new();
    for (path, entry) in places.entries().iter().filter(|(_, entry)| entry.package == Some(index)) {
        let LayerKind::File { sha256, .. } = &entry.kind else { continue };
        let Some(md5) = contents.md5(*sha256) else { continue };
        let name = path.below(&RootedPath::root()).unwrap_or_default();
        let mut digest = String::new();
        for byte in md5 {
            // Writing to a String can't fail.
            let _ = write!(digest, "{byte:02x}");
        }
        let mut escaped = Vec::with_capacity(name.len());
        for byte in name {
            match byte {
                b'\n' => escaped.extend(b"\\n"),
                b'\r' => escaped.extend(b"\\r"),
                b'\\' => escaped.extend(b"\\\\"),
                byte => escaped.push(*byte),
            }
        }
        if escaped != name {
            sums.push(b'\\');
        }
        sums.extend(digest.into_bytes());
        sums.extend(b"  ");
        sums.extend(escaped);
        sums.push(b'\n');
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_field_is_there_twice_and_no_blank_line_ends_the_stanza() {
        let control =
            "Package: a\nSource: b (1)\nDescription: x\n more\n .\npackage: evil\n folded\n\nVersion: 1\n";
        assert_eq!(stanza(control), "Package: a\nSource: b (1)\nDescription: x\n more\n .\nVersion: 1\n");
    }
}
