//! Reader of index files, decompressed up to a limit.
//!
//! Data can expand a thousandfold with gzip and far more with xz. The limit is the size of the uncompressed file, if
//! the signed Release lists it, and otherwise a ratio that no real index approaches.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::support::decompress::Compression;
use crate::support::streams::BoundedReader;

/// Maximum ratio of an index to its compressed file. Real ones: Contents 13 to 18, Packages 6.
const MAX_RATIO: u64 = 100;
/// Size that every file may have, at any ratio: small files with repeated lines compress well.
const ALWAYS_ALLOWED_BYTES: u64 = 16 * 1024 * 1024;

/// Returns the limit of a file that the Release does not list uncompressed.
pub(super) fn limit_by_ratio(compressed_bytes: u64) -> u64 {
    compressed_bytes.saturating_mul(MAX_RATIO).max(ALWAYS_ALLOWED_BYTES)
}

/// Reader of an index, which fails if the index has more bytes than a limit.
pub(super) type IndexReader = BoundedReader<Box<dyn Read + Send>>;

/// Opens the index at `path`, whose name in the archive is `name`: its extension states the compression.
pub(super) fn open_index(path: &Path, name: &str, limit: u64) -> io::Result<IndexReader> {
    let extension = name.rfind('.').map_or("", |dot| &name[dot..]);
    let compression = Compression::from_extension(extension).unwrap_or(Compression::None);
    Ok(BoundedReader::new(compression.reader(File::open(path)?)?, limit))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn read(name: &str, compressed: &[u8], limit: u64) -> io::Result<Vec<u8>> {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("file");
        std::fs::write(&path, compressed).expect("written");
        let mut decompressed = Vec::new();
        open_index(&path, name, limit)?.read_to_end(&mut decompressed)?;
        Ok(decompressed)
    }

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).expect("compressed");
        encoder.finish().expect("compressed")
    }

    #[test]
    fn a_file_at_its_limit_is_read_and_a_larger_one_is_refused() {
        let file = gz(&[b'x'; 1000]);
        assert_eq!(read("a.gz", &file, 1000).expect("read").len(), 1000);
        let error = read("a.gz", &file, 999).expect_err("is too large");
        assert_eq!(error.to_string(), "it decompresses to more than the 999 bytes allowed");
    }

    #[test]
    fn a_truncated_file_is_an_error() {
        let file = gz(b"some bytes that are cut off");
        let error = read("a.gz", &file[..file.len() - 9], 1000).expect_err("is truncated");
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        let mut encoder = xz2::write::XzEncoder::new(Vec::new(), 6);
        encoder.write_all(b"some bytes that are cut off").expect("compressed");
        let file = encoder.finish().expect("compressed");
        assert_eq!(read("a.xz", &file, 1000).expect("read").len(), 27);
        assert!(read("a.xz", &file[..file.len() - 9], 1000).is_err());
    }

    #[test]
    fn gzip_members_in_a_row_are_one_file() {
        let file = [gz(b"one"), gz(b"two")].concat();
        assert_eq!(read("a.gz", &file, 1000).expect("read"), b"onetwo");
    }
}
