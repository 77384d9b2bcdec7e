//! Reading streams: in chunks, into a buffer, and up to a limit.

use std::io::{self, ErrorKind, Read};

/// Size of the chunks that streams are read in.
const CHUNK_BYTES: usize = 128 << 10;

/// Reads a source to its end and passes each chunk to `take`.
///
/// # Errors
/// The source's error as `failed` converts it, and the error of `take`, which ends the reading.
pub fn for_each_chunk<Error>(
    mut source: impl Read,
    failed: impl FnOnce(io::Error) -> Error,
    mut take: impl FnMut(&[u8]) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match source.read(&mut chunk) {
            Ok(0) => return Ok(()),
            Ok(count) => take(&chunk[..count])?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
    }
}

/// Reads until the buffer is full or the source ends, and returns the number of bytes read.
///
/// # Errors
/// The source's error.
pub fn read_full(mut source: impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Reads a source to its end; `None` if it has more than `limit` bytes.
///
/// # Errors
/// The source's error.
pub fn read_up_to(source: impl Read, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    source.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

/// Reader that fails if its source, a decompressed stream, has more bytes than a limit.
#[derive(Debug)]
pub struct BoundedReader<R> {
    source: R,
    left: u64,
    limit: u64,
}

impl<R> BoundedReader<R> {
    /// Wraps a source, of which at most `limit` bytes may be read.
    pub fn new(source: R, limit: u64) -> Self {
        Self { source, left: limit, limit }
    }
}

impl<R: Read> Read for BoundedReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(|| {
            io::Error::other(format!("it decompresses to more than the {} bytes allowed", self.limit))
        })?;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_reached_but_not_passed() {
        let bytes = [1; 1000];
        assert_eq!(
            read_up_to(bytes.as_slice(), 1000).expect("memory reads").map(|read| read.len()),
            Some(1000)
        );
        assert_eq!(read_up_to(bytes.as_slice(), 999).expect("memory reads"), None);
        let read = |limit| BoundedReader::new(bytes.as_slice(), limit).read_to_end(&mut Vec::new());
        assert_eq!(read(1000).expect("fits"), 1000);
        let error = read(999).expect_err("is too long").to_string();
        assert_eq!(error, "it decompresses to more than the 999 bytes allowed");
    }

    #[test]
    fn a_buffer_is_filled_from_short_reads() {
        let mut source = b"ab".chain(&b"cd"[..]).chain(&b"e"[..]);
        let mut buffer = [0; 4];
        assert_eq!(read_full(&mut source, &mut buffer).expect("memory reads"), 4);
        assert_eq!(&buffer, b"abcd");
        assert_eq!(read_full(&mut source, &mut buffer).expect("memory reads"), 1);
    }
}
