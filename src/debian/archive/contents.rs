//! Contents indices: which package has which path
//! (<https://wiki.debian.org/DebianRepository/Format#A.22Contents.22_indices>).
//!
//! A line is a path without its leading slash, blanks, and a list of locations joined by commas, each
//! `[area/]section/package`. The path may hold blanks itself, so the line is split at its last run of
//! them. Old indices begin with free text, up to a line `FILE  LOCATION`.
//!
//! An index has some 150 MB of text of which a reader wants a few per cent, so lines are handed to a
//! quick filter as they stand in the buffer, and only those that pass are taken apart. The filter is told
//! whether a line has a mark such as `.so`: to look for that in a large piece of text at once takes a
//! fraction of the time that it takes line by line.

use std::io::Read;

use memchr::memmem::{self, Finder};

use super::chunks::for_each_chunk;

/// A line of a Contents index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentsLine<'a> {
    /// The path, without a leading slash.
    pub path: &'a [u8],
    locations: &'a [u8],
}

/// A package that has the path of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Location<'a> {
    /// The section, with its area where that is not main; empty in an index that tells none.
    pub section: &'a str,
    /// The package's name.
    pub package: &'a str,
}

/// What became of an index's lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContentsStatistics {
    /// Lines that were handed to the filter.
    pub lines: u64,
    /// Lines that passed it, but are not of the form, or are too long to be taken.
    pub malformed: u64,
}

/// Reads a decompressed index to its end: of the lines that `wanted` lets pass (it sees them whole, and
/// whether `mark` is in them), `visit` gets each.
///
/// # Errors
/// When `reader` fails. A malformed line is counted, not an error.
pub fn read_contents(
    reader: impl Read,
    mark: &str,
    wanted: impl Fn(&[u8], bool) -> bool,
    mut visit: impl FnMut(ContentsLine<'_>),
) -> std::io::Result<ContentsStatistics> {
    let mut statistics = ContentsStatistics::default();
    let mark = Finder::new(mark);
    let mut at_start = true;
    let oversized = for_each_chunk(reader, b"\n", |chunk| {
        let header = if at_start { header_length(chunk) } else { 0 };
        at_start = false;
        for_each_line(&chunk[header..], &mark, |line, has_mark| {
            statistics.lines += 1;
            if wanted(line, has_mark) {
                match ContentsLine::parse(line) {
                    Some(parsed) => visit(parsed),
                    None => statistics.malformed += 1,
                }
            }
        });
    })?;
    statistics.malformed += oversized;
    Ok(statistics)
}

fn for_each_line(chunk: &[u8], mark: &Finder<'_>, mut visit: impl FnMut(&[u8], bool)) {
    let mut marks = mark.find_iter(chunk).peekable();
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', chunk).chain([chunk.len()]) {
        let mut has_mark = false;
        while marks.next_if(|&place| place < end).is_some() {
            has_mark = true;
        }
        if start < end || end < chunk.len() {
            visit(&chunk[start..end], has_mark);
        }
        start = end + 1;
    }
}

/// The length of the free text that an old index begins with.
fn header_length(chunk: &[u8]) -> usize {
    memmem::find_iter(chunk, b"FILE")
        .filter(|&place| place == 0 || chunk[place - 1] == b'\n')
        .find_map(|place| {
            let end = memchr::memchr(b'\n', &chunk[place..]).map_or(chunk.len(), |length| place + length + 1);
            let rest = &chunk[place + b"FILE".len()..end];
            (rest.trim_ascii() == b"LOCATION" && rest.first().is_some_and(is_blank)).then_some(end)
        })
        .unwrap_or(0)
}

impl<'a> ContentsLine<'a> {
    fn parse(line: &'a [u8]) -> Option<Self> {
        let line = line.trim_ascii_end();
        let split = line.iter().rposition(is_blank)?;
        let (path, locations) = (line[..split].trim_ascii_end(), &line[split + 1..]);
        let path = path.strip_prefix(b"./").or(path.strip_prefix(b"/")).unwrap_or(path);
        let parsed = Self { path, locations };
        let is_whole = !path.is_empty() && parsed.split().all(|location| location.is_some());
        is_whole.then_some(parsed)
    }

    fn split(&self) -> impl Iterator<Item = Option<Location<'a>>> + use<'a> {
        self.locations.split(|&byte| byte == b',').map(|location| {
            let location = std::str::from_utf8(location).ok()?;
            let (section, package) = location.rsplit_once('/').unwrap_or(("", location));
            (!package.is_empty()).then_some(Location { section, package })
        })
    }

    /// The packages that have the path.
    pub fn locations(&self) -> impl Iterator<Item = Location<'a>> + use<'a> {
        self.split().flatten()
    }
}

fn is_blank(byte: &u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> (Vec<String>, ContentsStatistics) {
        let mut found = Vec::new();
        let statistics = read_contents(
            text.as_bytes(),
            "gmp",
            |line, has_mark| {
                assert_eq!(has_mark, memmem::find(line, b"gmp").is_some());
                true
            },
            |line| {
                for Location { section, package } in line.locations() {
                    found.push(format!("{}|{section}|{package}", String::from_utf8_lossy(line.path)));
                }
            },
        );
        (found, statistics.expect("memory reads"))
    }

    #[test]
    fn the_last_run_of_blanks_parts_path_and_locations() {
        let (found, statistics) = parse(
            "usr/lib/libgmp.so.10 \t  libs/libgmp10\nusr/share/a file  with blanks\tnon-free/misc/odd,games/even\n",
        );
        assert_eq!(
            found,
            [
                "usr/lib/libgmp.so.10|libs|libgmp10",
                "usr/share/a file  with blanks|non-free/misc|odd",
                "usr/share/a file  with blanks|games|even",
            ]
        );
        assert_eq!(statistics, ContentsStatistics { lines: 2, malformed: 0 });
    }

    #[test]
    fn the_free_text_of_an_old_index_is_passed_over() {
        let (found, statistics) =
            parse("This file maps each file\nto its FILE list\n\nFILE   LOCATION\nbin/ls  utils/coreutils");
        assert_eq!(found, ["bin/ls|utils|coreutils"]);
        assert_eq!(statistics, ContentsStatistics { lines: 1, malformed: 0 });
    }

    #[test]
    fn malformed_lines_are_counted_and_the_rest_is_read() {
        let (found, statistics) =
            parse("noblank\n  libs/nopath\n\nbin/a  libs/,libs/b\nbin/ls  utils/coreutils\n");
        assert_eq!(found, ["bin/ls|utils|coreutils"]);
        assert_eq!(statistics, ContentsStatistics { lines: 5, malformed: 4 });
    }

    #[test]
    fn an_empty_index_has_no_lines() {
        assert_eq!(parse(""), (Vec::new(), ContentsStatistics::default()));
    }
}
