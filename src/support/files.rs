//! Atomic file writes.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Returns the directory of a path: its parent, or the current directory for a bare file name.
pub fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|directory| !directory.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Writes a temporary file in the same directory and renames it, so that a reader sees the old file or the whole new one.
///
/// # Errors
/// The system's error; an existing file is then unchanged.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = directory_of(path);
    // An error of the temporary file would show a name that the user does not know.
    fs::metadata(directory)?;
    // The umask decides who may read the file, as with any other.
    let everyone = fs::Permissions::from_mode(0o666);
    let mut file = tempfile::Builder::new().permissions(everyone).tempfile_in(directory)?;
    file.write_all(bytes)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
