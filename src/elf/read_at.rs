//! Buffered random access: keeps the last window, so nearby reads cost no system call.

use std::io::{self, Read};

/// Bytes that can be read at any offset, such as an open file or a slice.
pub trait ReadAt {
    /// Reads from `offset` on and returns the number of bytes read, which is 0 at the end.
    ///
    /// # Errors
    /// The system's error.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
}

impl ReadAt for std::fs::File {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(self, buffer, offset)
    }
}

impl ReadAt for [u8] {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|start| self.get(start..)).unwrap_or_default();
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        Ok(length)
    }
}

/// Reader over a [`ReadAt`] that remembers its offset.
#[derive(Debug)]
pub struct SequentialReader<'source, S: ?Sized> {
    source: &'source S,
    offset: u64,
}

impl<'source, S: ReadAt + ?Sized> SequentialReader<'source, S> {
    /// Reads a source from `offset` on.
    pub fn new(source: &'source S, offset: u64) -> Self {
        Self { source, offset }
    }
}

impl<S: ReadAt + ?Sized> Read for SequentialReader<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read_at(buffer, self.offset)?;
        self.offset = self.offset.saturating_add(count as u64);
        Ok(count)
    }
}

/// Smallest read: the next request is usually for bytes just behind this one.
const WINDOW_BYTES: usize = 4096;

/// The part of a source that was read last. An object's tables are walked in order, so most requests fall into it.
pub(super) struct Window<'source, S: ?Sized> {
    source: &'source S,
    start: u64,
    bytes: Vec<u8>,
}

impl<'source, S: ReadAt + ?Sized> Window<'source, S> {
    /// Creates a window that has read nothing yet.
    pub(super) fn new(source: &'source S) -> Self {
        Self { source, start: 0, bytes: Vec::new() }
    }

    /// Creates a window from the first bytes of a source, which the caller has already read.
    pub(super) fn starting_with(source: &'source S, head: &[u8]) -> Self {
        Self { source, start: 0, bytes: head.to_vec() }
    }

    /// Reads `length` bytes at `offset`, or fewer if the source ends before them.
    ///
    /// Callers bound `length` by their own limits, never by a number in the file.
    pub(super) fn up_to(&mut self, offset: u64, length: usize) -> io::Result<&[u8]> {
        let inside = offset.checked_sub(self.start).and_then(|skip| usize::try_from(skip).ok());
        if let Some(skip) = inside.filter(|skip| skip.saturating_add(length) <= self.bytes.len()) {
            return Ok(&self.bytes[skip..skip + length]);
        }
        let size = length.max(WINDOW_BYTES);
        self.bytes.clear();
        self.bytes.reserve_exact(size);
        self.start = offset;
        let reader = SequentialReader::new(self.source, offset);
        if let Err(error) = reader.take(size as u64).read_to_end(&mut self.bytes) {
            self.bytes.clear();
            return Err(error);
        }
        Ok(&self.bytes[..length.min(self.bytes.len())])
    }

    /// Reads exactly `length` bytes at `offset`; `None` if the source ends before them.
    pub(super) fn exactly(&mut self, offset: u64, length: usize) -> io::Result<Option<&[u8]>> {
        let bytes = self.up_to(offset, length)?;
        Ok((bytes.len() == length).then_some(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_reads_across_its_edge_and_stops_at_the_end() {
        let bytes: Vec<u8> = (0..10_000_u32).map(|number| number as u8).collect();
        let mut window = Window::new(bytes.as_slice());
        assert_eq!(window.up_to(4090, 10).expect("reads"), &bytes[4090..4100]);
        assert_eq!(window.up_to(9_995, 10).expect("reads"), &bytes[9_995..]);
        assert_eq!(window.exactly(9_995, 10).expect("reads"), None);
        assert_eq!(window.up_to(u64::MAX, 10).expect("reads"), b"");
    }
}
