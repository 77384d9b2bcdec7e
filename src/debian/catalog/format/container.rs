//! Outermost layer of a catalog file: magic number, version of the format, and a directory of named sections.
//!
//! ```text
//! file = "sodebcat", version (u32, little-endian), section count, then for each section: name, length;
//!        then the sections, one after another
//! ```
//! A reader finds sections by name and ignores unknown ones, so that a later version may add facts under the same
//! version number. The number changes when the meaning of a section changes.

use std::ops::Range;

use super::bytes::{Cursor, Malformed, push_number, push_string};

/// First bytes of every catalog file.
const MAGIC: &[u8; 8] = b"sodebcat";

/// Version that this program writes, and the only one that it reads.
pub(crate) const VERSION: u32 = 1;

/// Returns the bytes of a file with these sections.
pub(crate) fn write(sections: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut file = Vec::with_capacity(sections.iter().map(|(_, bytes)| bytes.len() + 32).sum());
    file.extend_from_slice(MAGIC);
    file.extend_from_slice(&VERSION.to_le_bytes());
    push_number(&mut file, sections.len() as u64);
    for (name, bytes) in sections {
        push_string(&mut file, name.as_bytes());
        push_number(&mut file, bytes.len() as u64);
    }
    for (_, bytes) in sections {
        file.extend_from_slice(bytes);
    }
    file
}

/// Positions of the sections of a file.
#[derive(Debug)]
pub(crate) struct Sections {
    by_name: Vec<(String, Range<usize>)>,
}

impl Sections {
    /// Reads the directory at the start of a file.
    pub(crate) fn read(file: &[u8]) -> Result<Self, Malformed> {
        let mut cursor = Cursor::new(file);
        if cursor.take(MAGIC.len()).ok() != Some(MAGIC) {
            return Err(Malformed("it is not a catalog"));
        }
        if cursor.take(4)? != VERSION.to_le_bytes() {
            return Err(Malformed("another version of sodeb wrote it"));
        }
        let mut sections = Vec::new();
        let mut end = 0_usize;
        for _ in 0..cursor.size()? {
            let name = cursor.text()?.to_owned();
            let start = end;
            end = end.checked_add(cursor.size()?).ok_or(Malformed("a section passes the end"))?;
            sections.push((name, start..end));
        }
        if end != cursor.rest().len() {
            return Err(Malformed("it is truncated or has bytes after its end"));
        }
        let head = file.len() - end;
        for (_, range) in &mut sections {
            *range = head + range.start..head + range.end;
        }
        Ok(Self { by_name: sections })
    }

    /// Returns the position of the section with this name.
    pub(crate) fn required(&self, name: &str) -> Result<Range<usize>, Malformed> {
        self.optional(name).ok_or(Malformed("a section is missing"))
    }

    /// Returns the position of a section that older files of this version do not have.
    pub(crate) fn optional(&self, name: &str) -> Option<Range<usize>> {
        let found = self.by_name.iter().find(|(known, _)| known == name);
        found.map(|(_, range)| range.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_found_by_name_and_unknown_ones_ignored() {
        let file = write(&[("a", b"one".to_vec()), ("later", b"??".to_vec()), ("b", b"two".to_vec())]);
        let sections = Sections::read(&file).expect("is a catalog");
        assert_eq!(&file[sections.required("b").expect("exists")], b"two");
        assert_eq!(sections.required("c"), Err(Malformed("a section is missing")));
        assert_eq!(sections.optional("c"), None);
    }

    #[test]
    fn another_version_a_cut_file_and_another_file_are_refused() {
        let file = write(&[("a", b"one".to_vec())]);
        let mut other = file.clone();
        other[MAGIC.len()] += 1;
        let cause = |bytes: &[u8]| Sections::read(bytes).expect_err("is refused").0;
        assert_eq!(cause(&other), "another version of sodeb wrote it");
        assert_eq!(cause(&file[..file.len() - 1]), "it is truncated or has bytes after its end");
        assert_eq!(cause(b"\x7fELF"), "it is not a catalog");
    }
}
