//! Reader of a stream in chunks of complete records, so that the parsers of large indices work in place on one buffer
//! of fixed size.

use std::io::Read;

use memchr::memmem::{Finder, FinderRev};

use crate::support::streams::read_full;

/// Size of the buffer, and maximum size of a record. The longest line in bookworm's Contents and the longest stanza
/// in its Packages have some tens of kilobytes.
pub(super) const RECORD_LIMIT_BYTES: usize = 256 << 10;

/// Calls `visit` for the whole stream in chunks of complete records, each with its separator except for the very
/// last. Records longer than [`RECORD_LIMIT_BYTES`] are left out.
///
/// Returns the number of records that were left out.
pub(super) fn for_each_chunk(
    mut reader: impl Read,
    separator: &[u8],
    mut visit: impl FnMut(&[u8]),
) -> std::io::Result<u64> {
    let first_separator = Finder::new(separator);
    let last_separator = FinderRev::new(separator);
    let mut buffer = vec![0; RECORD_LIMIT_BYTES];
    let mut filled = 0;
    let mut oversized = 0;
    // True within a record that is too long, up to its separator.
    let mut skipping = false;
    loop {
        let count = read_full(&mut reader, &mut buffer[filled..])?;
        filled += count;
        let mut start = 0;
        if skipping && let Some(position) = first_separator.find(&buffer[..filled]) {
            start = position + separator.len();
            skipping = false;
        }
        let end = match last_separator.rfind(&buffer[start..filled]) {
            _ if count == 0 => filled,
            Some(position) => start + position + separator.len(),
            None => start,
        };
        if !skipping && end > start {
            visit(&buffer[start..end]);
        }
        if count == 0 {
            return Ok(oversized);
        }
        buffer.copy_within(end..filled, 0);
        filled -= end;
        if filled == buffer.len() {
            oversized += u64::from(!skipping);
            skipping = true;
            // The separator may begin in the dropped part.
            let kept = separator.len() - 1;
            buffer.copy_within(filled - kept.., 0);
            filled = kept;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reader that returns one byte, then two, then three, and so on.
    struct Trickle<'a>(&'a [u8], usize);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.1 += 1;
            let count = self.1.min(buffer.len());
            self.0.read(&mut buffer[..count])
        }
    }

    fn records(stream: &[u8], separator: &str) -> (Vec<String>, u64) {
        let mut text = String::new();
        let mut whole = true;
        let oversized = for_each_chunk(Trickle(stream, 0), separator.as_bytes(), |chunk| {
            assert!(whole, "only the last chunk may be without its separator");
            whole = chunk.ends_with(separator.as_bytes());
            text.push_str(std::str::from_utf8(chunk).expect("is text"));
        })
        .expect("memory reads");
        (text.split(separator).filter(|record| !record.is_empty()).map(str::to_owned).collect(), oversized)
    }

    #[test]
    fn every_record_arrives_whole() {
        let stream: String = (0..2000).map(|number| format!("Package: p{number}\nSize: 1\n\n")).collect();
        let (found, oversized) = records(stream.trim_end().as_bytes(), "\n\n");
        assert_eq!((found.len(), oversized), (2000, 0));
        assert_eq!(found[1999], "Package: p1999\nSize: 1");
    }

    #[test]
    fn a_record_past_the_limit_is_left_out_and_counted() {
        for (excess, expected) in [(0, 1), (RECORD_LIMIT_BYTES, 1), (5 * RECORD_LIMIT_BYTES + 3, 1)] {
            let stream = format!("first\n{}\nlast\n", "x".repeat(RECORD_LIMIT_BYTES + excess));
            let (found, oversized) = records(stream.as_bytes(), "\n");
            assert_eq!(found, ["first", "last"]);
            assert_eq!(oversized, expected);
        }
    }
}
