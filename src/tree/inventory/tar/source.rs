//! Sources of a tar archive: streams, and files in which contents that are not needed are skipped without reading.

use std::io::{self, Read, Seek, SeekFrom};

/// Reader that can skip bytes.
pub(crate) trait SkippableRead: Read {
    /// Skips `count` bytes.
    ///
    /// # Errors
    /// If the source has fewer bytes.
    fn skip(&mut self, count: u64) -> io::Result<()>;
}

/// Stream, which skips bytes by reading them.
pub(crate) struct SkipByReading<R>(pub(crate) R);

impl<R: Read> Read for SkipByReading<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<R: Read> SkippableRead for SkipByReading<R> {
    fn skip(&mut self, count: u64) -> io::Result<()> {
        let skipped = io::copy(&mut self.0.by_ref().take(count), &mut io::sink())?;
        if skipped < count { Err(ends_too_soon()) } else { Ok(()) }
    }
}

/// File, which skips bytes by seeking.
pub(crate) struct SkipBySeeking<F> {
    file: F,
    position: u64,
    length: u64,
}

impl<F: Read + Seek> SkipBySeeking<F> {
    /// Reads a file from its beginning.
    pub(crate) fn new(mut file: F) -> io::Result<Self> {
        let length = file.seek(SeekFrom::End(0))?;
        file.rewind()?;
        Ok(Self { file, position: 0, length })
    }
}

impl<F: Read> Read for SkipBySeeking<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.position += count as u64;
        Ok(count)
    }
}

impl<F: Read + Seek> SkippableRead for SkipBySeeking<F> {
    fn skip(&mut self, count: u64) -> io::Result<()> {
        let target = self.position.checked_add(count).filter(|target| *target <= self.length);
        self.position = self.file.seek(SeekFrom::Start(target.ok_or_else(ends_too_soon)?))?;
        Ok(())
    }
}

pub(super) fn ends_too_soon() -> io::Error {
    io::Error::new(io::ErrorKind::UnexpectedEof, "it ends too soon")
}
