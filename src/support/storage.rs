//! Files that are whole or not there, and digests of what they hold.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::vocabulary::Sha256Digest;

/// How much is read at once for a digest.
const CHUNK_BYTES: usize = 128 * 1024;

/// The directory that a path is in, which for a bare name is the current one.
pub fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes a file beside and renames it, so that no reader ever sees a part of it.
///
/// # Errors
/// As the system reports them; what was there before is then untouched.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = directory_of(path);
    // The temporary file's errors would name it, which nobody knows.
    fs::metadata(directory)?;
    // The umask decides who may read it, as with any other file.
    let everyone = fs::Permissions::from_mode(0o666);
    let mut file = tempfile::Builder::new().permissions(everyone).tempfile_in(directory)?;
    file.write_all(bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// A stream of which is known how much of it was read, and the digest of that.
#[derive(Debug)]
pub struct Digesting<R> {
    inner: R,
    hasher: Sha256,
    read_bytes: u64,
}

impl<R> Digesting<R> {
    /// A stream of which nothing was read yet.
    pub fn new(inner: R) -> Self {
        Self { inner, hasher: Sha256::new(), read_bytes: 0 }
    }

    /// How much was read, and its digest.
    pub fn finish(self) -> (u64, Sha256Digest) {
        (self.read_bytes, Sha256Digest(self.hasher.finalize().into()))
    }
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..read]);
        self.read_bytes += read as u64;
        Ok(read)
    }
}

/// How much went through a writer, and the digest of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The digest.
    pub digest: Sha256Digest,
    /// The size in bytes.
    pub size_bytes: u64,
}

/// A writer that measures what goes through it.
#[derive(Debug)]
pub struct Measuring<W> {
    target: W,
    hasher: Sha256,
    size_bytes: u64,
}

impl<W: Write> Measuring<W> {
    /// One that writes into `target`.
    pub fn new(target: W) -> Self {
        Self { target, hasher: Sha256::new(), size_bytes: 0 }
    }

    /// Hands back the target, and what went into it.
    pub fn finish(self) -> (W, Measured) {
        let digest = Sha256Digest(self.hasher.finalize().into());
        (self.target, Measured { digest, size_bytes: self.size_bytes })
    }
}

impl<W: Write> Write for Measuring<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.target.write(bytes)?;
        self.hasher.update(&bytes[..written]);
        self.size_bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.target.flush()
    }
}

/// The digest of all that `source` holds.
///
/// # Errors
/// When `source` fails.
pub fn digest_of(mut source: impl Read) -> io::Result<Sha256Digest> {
    let mut hasher = Sha256::new();
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        match source.read(&mut chunk) {
            Ok(0) => return Ok(Sha256Digest(hasher.finalize().into())),
            Ok(read) => hasher.update(&chunk[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// The digest of `bytes`.
pub fn digest_of_bytes(bytes: &[u8]) -> Sha256Digest {
    Sha256Digest(Sha256::digest(bytes).into())
}
