//! Contents indices: paths with the packages that have them
//! (<https://wiki.debian.org/DebianRepository/Format#A.22Contents.22_indices>).
//!
//! A line is a path without its leading slash, blanks, and a comma-separated list of locations, each
//! `[area/]section/package`. The path may contain blanks, so that the line is split at its last run of blanks. Old
//! indices begin with free text, up to a line `FILE  LOCATION`.
//!
//! An index has about 150 MB of text, of which a reader needs a few per cent. A fast filter gets each line in the
//! buffer, and only accepted lines are parsed. The filter gets a flag whether the line contains a mark such as `.so`:
//! a search for the mark in a large chunk takes a fraction of the time of a search in each line.

use std::io::Read;

use memchr::memmem::{self, Finder};

use super::chunks::for_each_chunk;

/// Line of a Contents index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentsLine<'a> {
    /// Path without a leading slash.
    pub path: &'a [u8],
    locations: &'a [u8],
}

/// Package that has the path of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentsLocation<'a> {
    /// Section, with its area if that is not main; empty in an index without sections.
    pub section: &'a str,
    /// Name of the package.
    pub package: &'a str,
}

/// Numbers of lines in an index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContentsStatistics {
    /// Lines that the filter got.
    pub lines: u64,
    /// Accepted lines that are malformed, and lines that are too long.
    pub malformed: u64,
}

/// Reads a decompressed index to its end, and calls `visit` for the lines that `accepts` accepts. The filter gets the
/// whole line, and true if it contains `mark`.
///
/// # Errors
/// If `reader` fails. A malformed line is counted and is not an error.
pub fn read_contents(
    reader: impl Read,
    mark: &str,
    accepts: impl Fn(&[u8], bool) -> bool,
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
            if accepts(line, has_mark) {
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
        while marks.next_if(|&position| position < end).is_some() {
            has_mark = true;
        }
        if start < end || end < chunk.len() {
            visit(&chunk[start..end], has_mark);
        }
        start = end + 1;
    }
}

/// Length of the free text at the start of an old index.
fn header_length(chunk: &[u8]) -> usize {
    memmem::find_iter(chunk, b"FILE")
        .filter(|&position| position == 0 || chunk[position - 1] == b'\n')
        .find_map(|position| {
            let end =
                memchr::memchr(b'\n', &chunk[position..]).map_or(chunk.len(), |length| position + length + 1);
            let rest = &chunk[position + b"FILE".len()..end];
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

    fn split(&self) -> impl Iterator<Item = Option<ContentsLocation<'a>>> + use<'a> {
        self.locations.split(|&byte| byte == b',').map(|location| {
            let location = std::str::from_utf8(location).ok()?;
            let (section, package) = location.rsplit_once('/').unwrap_or(("", location));
            (!package.is_empty()).then_some(ContentsLocation { section, package })
        })
    }

    /// Returns the packages that have the path.
    pub fn locations(&self) -> impl Iterator<Item = ContentsLocation<'a>> + use<'a> {
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
                for ContentsLocation { section, package } in line.locations() {
                    found.push(format!("{}|{section}|{package}", String::from_utf8_lossy(line.path)));
                }
            },
        );
        (found, statistics.expect("memory reads"))
    }

    #[test]
    fn the_last_run_of_blanks_separates_path_and_locations() {
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
    fn the_free_text_of_an_old_index_is_skipped() {
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
