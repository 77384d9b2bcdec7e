//! Lock files.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;

use crate::cli::failure::Failure;
use crate::cli::printer::{check_file, is_stdout};
use crate::solve::plan::{LockError, Plan, read_lock};

/// Usual name of a lock.
const LOCK_NAME: &str = "sodeb.lock";

/// Extension of lock files.
const LOCK_EXTENSION: &str = "lock";

/// Returns true if a path is read as a lock and not as a tree.
pub(super) fn is_lock(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == LOCK_EXTENSION) && path.is_file()
}

/// Reads a lock.
pub(super) fn read(path: &Path) -> Result<Plan, Failure> {
    read_if_exists(path)?.ok_or_else(|| {
        let error = anyhow::anyhow!("cannot read the lock {}: no such file", path.display());
        Failure::input(error).hint("`sodeb lock PATH -o sodeb.lock` writes one")
    })
}

/// Reads a lock; none if there is no such file.
pub(super) fn read_if_exists(path: &Path) -> Result<Option<Plan>, Failure> {
    let cannot_read = || format!("cannot read {}", path.display());
    if path.metadata().is_ok_and(|metadata| !metadata.is_dir() && !metadata.is_file()) || is_stdout(path) {
        // A device or pipe has no lock, and reading one might wait forever.
        return Ok(None);
    }
    check_file(path, LOCK_NAME)?;
    let text = match std::fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        read => read.with_context(cannot_read).map_err(Failure::input)?,
    };
    read_lock(&text).with_context(cannot_read).map(Some).map_err(|error| {
        let hint = error.downcast_ref::<LockError>().and_then(LockError::hint);
        let hint = hint.unwrap_or("remove it, and `sodeb lock PATH -o FILE` writes a new one");
        Failure::input(error).hint(hint)
    })
}
