//! Reading a file here and there in as few calls as will do.

use std::io;

/// Bytes that can be read at any offset: an open file, or a slice.
pub trait Source {
    /// Reads from `offset` on and says how many bytes there were; 0 at the end.
    ///
    /// # Errors
    /// As the system reports them.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
}

impl Source for std::fs::File {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        std::os::unix::fs::FileExt::read_at(self, buffer, offset)
    }
}

impl Source for [u8] {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = usize::try_from(offset).ok().and_then(|start| self.get(start..)).unwrap_or_default();
        let length = rest.len().min(buffer.len());
        buffer[..length].copy_from_slice(&rest[..length]);
        Ok(length)
    }
}

/// The smallest read: neighbours of what is asked for are asked for next.
const WINDOW_BYTES: usize = 4096;

/// The part of a source that was read last. Tables of an object are walked in order, so that most of what
/// is asked for is in it already.
pub(super) struct Window<'source, S: ?Sized> {
    source: &'source S,
    start: u64,
    bytes: Vec<u8>,
}

impl<'source, S: Source + ?Sized> Window<'source, S> {
    /// A window on `source` that has read nothing yet.
    pub(super) fn new(source: &'source S) -> Self {
        Self { source, start: 0, bytes: Vec::new() }
    }

    /// A window on `source` whose first bytes are known.
    pub(super) fn starting_with(source: &'source S, head: &[u8]) -> Self {
        Self { source, start: 0, bytes: head.to_vec() }
    }

    /// The `length` bytes at `offset`, or fewer where the source ends before them.
    ///
    /// `length` is bounded by the callers' limits, never by what a file claims.
    pub(super) fn up_to(&mut self, offset: u64, length: usize) -> io::Result<&[u8]> {
        let inside = offset.checked_sub(self.start).and_then(|skip| usize::try_from(skip).ok());
        if let Some(skip) = inside.filter(|skip| skip.saturating_add(length) <= self.bytes.len()) {
            return Ok(&self.bytes[skip..skip + length]);
        }
        self.bytes.resize(length.max(WINDOW_BYTES), 0);
        let mut filled = 0;
        while filled < self.bytes.len() {
            let count =
                match self.source.read_at(&mut self.bytes[filled..], offset.saturating_add(filled as u64)) {
                    Ok(0) => break,
                    Ok(count) => count,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    Err(error) => {
                        self.bytes.clear();
                        return Err(error);
                    }
                };
            filled += count;
        }
        self.bytes.truncate(filled);
        self.start = offset;
        Ok(&self.bytes[..length.min(filled)])
    }

    /// Exactly `length` bytes at `offset`, or nothing where the source ends before them.
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
