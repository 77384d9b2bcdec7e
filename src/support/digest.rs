//! SHA-256 digests of streams and of bytes.

use std::io::{self, Read, Write};

use sha2::{Digest, Sha256};

use super::streams::for_each_chunk;
use crate::vocabulary::Sha256Digest;

/// Digest and size of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DigestAndSize {
    /// SHA-256 digest.
    pub digest: Sha256Digest,
    /// Size in bytes.
    pub size_bytes: u64,
}

/// Hasher that also counts its bytes.
#[derive(Debug, Default)]
struct CountingHasher {
    hasher: Sha256,
    size_bytes: u64,
}

impl CountingHasher {
    fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.size_bytes += bytes.len() as u64;
    }

    fn finish(self) -> DigestAndSize {
        DigestAndSize { digest: Sha256Digest(self.hasher.finalize().into()), size_bytes: self.size_bytes }
    }
}

/// Reader that digests the bytes that are read through it.
#[derive(Debug)]
pub struct DigestReader<R> {
    source: R,
    hasher: CountingHasher,
}

impl<R> DigestReader<R> {
    /// Wraps a source, of which nothing has been read yet.
    pub fn new(source: R) -> Self {
        Self { source, hasher: CountingHasher::default() }
    }

    /// Returns the digest and size of the bytes that were read.
    pub fn finish(self) -> DigestAndSize {
        self.hasher.finish()
    }
}

impl<R: Read> Read for DigestReader<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        Ok(count)
    }
}

/// Writer that digests the bytes that are written through it.
#[derive(Debug)]
pub struct DigestWriter<W> {
    target: W,
    hasher: CountingHasher,
}

impl<W: Write> DigestWriter<W> {
    /// Wraps a target, into which nothing has been written yet.
    pub fn new(target: W) -> Self {
        Self { target, hasher: CountingHasher::default() }
    }

    /// Returns the target, and the digest and size of the bytes that were written.
    pub fn finish(self) -> (W, DigestAndSize) {
        (self.target, self.hasher.finish())
    }
}

impl<W: Write> Write for DigestWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.target.write(bytes)?;
        self.hasher.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.target.flush()
    }
}

/// Reads a source to its end and returns its digest.
///
/// # Errors
/// The source's error.
pub fn digest_of(source: impl Read) -> io::Result<Sha256Digest> {
    let mut hasher = Sha256::new();
    for_each_chunk(
        source,
        |error| error,
        |chunk| {
            hasher.update(chunk);
            Ok(())
        },
    )?;
    Ok(Sha256Digest(hasher.finalize().into()))
}

/// Returns the digest of `bytes`.
pub fn digest_of_bytes(bytes: &[u8]) -> Sha256Digest {
    Sha256Digest(Sha256::digest(bytes).into())
}
