//! The outermost layer of a catalog file: a magic number, the version of the format, and a directory of
//! named sections.
//!
//! ```text
//! file = "sodebcat", version (u32, little-endian), section count, then for each section: name, length;
//!        then the sections, one after another
//! ```
//! A reader looks sections up by name and passes over those that it does not know, so a later version may
//! add facts without a change of the version number. The number changes when a section changes its
//! meaning.

use std::ops::Range;

use super::bytes::{Cursor, Malformed, push_number, push_string};

/// The first bytes of every catalog file.
const MAGIC: &[u8; 8] = b"sodebcat";

/// The version that this program writes and the only one that it reads.
pub(super) const VERSION: u32 = 1;

/// The bytes of a file with these sections.
pub(super) fn write(sections: &[(&str, Vec<u8>)]) -> Vec<u8> {
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

/// Where the sections of a file are.
#[derive(Debug)]
pub(super) struct Directory {
    sections: Vec<(String, Range<usize>)>,
}

impl Directory {
    /// Reads the head of a file.
    pub(super) fn read(file: &[u8]) -> Result<Self, Malformed> {
        let mut cursor = Cursor::new(file);
        if cursor.take(MAGIC.len()).ok() != Some(MAGIC) {
            return Err(Malformed("it is no catalog"));
        }
        if cursor.take(4)? != VERSION.to_le_bytes() {
            return Err(Malformed("its format is of another version of sodeb"));
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
            return Err(Malformed("the file is cut short or has something after its end"));
        }
        let head = file.len() - end;
        for (_, range) in &mut sections {
            *range = head + range.start..head + range.end;
        }
        Ok(Self { sections })
    }

    /// The place of the section of this name.
    pub(super) fn section(&self, name: &str) -> Result<Range<usize>, Malformed> {
        self.later_section(name).ok_or(Malformed("a section is not there"))
    }

    /// The place of a section that files of this version did not have from the beginning.
    pub(super) fn later_section(&self, name: &str) -> Option<Range<usize>> {
        let found = self.sections.iter().find(|(known, _)| known == name);
        found.map(|(_, range)| range.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_found_by_name_and_unknown_ones_passed_over() {
        let file = write(&[("a", b"one".to_vec()), ("later", b"??".to_vec()), ("b", b"two".to_vec())]);
        let directory = Directory::read(&file).expect("is a catalog");
        assert_eq!(&file[directory.section("b").expect("is there")], b"two");
        assert_eq!(directory.section("c"), Err(Malformed("a section is not there")));
        assert_eq!(directory.later_section("c"), None);
    }

    #[test]
    fn another_version_a_cut_file_and_another_file_are_refused() {
        let file = write(&[("a", b"one".to_vec())]);
        let mut other = file.clone();
        other[MAGIC.len()] += 1;
        let cause = |bytes: &[u8]| Directory::read(bytes).expect_err("is refused").0;
        assert_eq!(cause(&other), "its format is of another version of sodeb");
        assert_eq!(cause(&file[..file.len() - 1]), "the file is cut short or has something after its end");
        assert_eq!(cause(b"\x7fELF"), "it is no catalog");
    }
}
