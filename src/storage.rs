//! Files that are whole or not there, and digests of what they hold.

use std::fs;
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::vocabulary::Sha256Digest;

/// How much is read at once for a digest.
const CHUNK_BYTES: usize = 128 * 1024;

/// Writes a file beside and renames it, so that no reader ever sees a part of it.
///
/// # Errors
/// As the system reports them; what was there before is then untouched.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // The temporary file's errors would name it, which nobody knows.
    fs::metadata(folder)?;
    // The umask decides who may read it, as with any other file.
    let everyone = fs::Permissions::from_mode(0o666);
    let mut file = tempfile::Builder::new().permissions(everyone).tempfile_in(folder)?;
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
