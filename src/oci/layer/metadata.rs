//! Package database for scanners such as Syft and Trivy: one file per package in `/var/lib/dpkg/status.d`, as in
//! distroless images, and the MD5 digests of the files that are shipped.

use std::fmt::Write as _;

use hashbrown::HashSet;

use super::builder::LayerBuilder;
use super::content_store::ContentStore;
use super::entries::{LayerEntry, LayerEntryKind};
use super::error::LayerError;
use crate::solve::plan::{PlannedPackage, is_package_name};
use crate::tree::inventory::Deb;
use crate::vocabulary::RootedPath;

/// Directory of the database.
const DATABASE: &str = "/var/lib/dpkg/status.d";

/// Adds the two files of a package.
pub(super) fn put_metadata(
    builder: &mut LayerBuilder<'_>,
    index: usize,
    planned: &PlannedPackage,
    deb: &Deb,
    contents: &ContentStore,
) -> Result<(), LayerError> {
    let name = planned.package.name.as_str();
    if !is_package_name(name) {
        return Err(LayerError::PackageName(name.to_owned()));
    }
    let sums = md5sums(builder, index, contents);
    let directory = RootedPath::new(DATABASE);
    builder.put(&directory.join(name), LayerEntry::text(stanza(&deb.control).into_bytes()))?;
    builder.put(&directory.join(format!("{name}.md5sums")), LayerEntry::text(sums))
}

/// Control stanza without blank lines, which would end it, and without repeated fields.
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

/// Digests of the shipped files of a package in the format of md5sum(1), with paths below the root. As md5sum does, a line
/// whose name has a newline or a backslash begins with a backslash, and they are escaped.
fn md5sums(builder: &LayerBuilder<'_>, index: usize, contents: &ContentStore) -> Vec<u8> {
    let mut sums = Vec::new();
    for (path, entry) in builder.entries().iter().filter(|(_, entry)| entry.package == Some(index)) {
        let LayerEntryKind::File { sha256, .. } = &entry.kind else { continue };
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
    fn a_stanza_has_no_repeated_field_and_no_blank_line() {
        let control =
            "Package: a\nSource: b (1)\nDescription: x\n more\n .\npackage: evil\n folded\n\nVersion: 1\n";
        assert_eq!(stanza(control), "Package: a\nSource: b (1)\nDescription: x\n more\n .\nVersion: 1\n");
    }
}
