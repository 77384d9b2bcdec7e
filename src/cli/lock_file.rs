//! Reading a lock from a file.

use std::io::ErrorKind;
use std::path::Path;

use anyhow::Context;

use crate::cli::failure::Failure;
use crate::solve::plan::{LockError, Plan, read_lock};

/// How the name of a lock ends.
const LOCK_EXTENSION: &str = "lock";

/// Whether a path is read as a lock and not as a tree.
pub(super) fn is_lock(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == LOCK_EXTENSION) && path.is_file()
}

/// The lock in a file.
pub(super) fn read(path: &Path) -> Result<Plan, Failure> {
    read_if_there(path)?.ok_or_else(|| {
        let error = anyhow::anyhow!("cannot read the lock {}: there is no such file", path.display());
        Failure::question(error).hint("`sodeb lock PATH -o sodeb.lock` writes one")
    })
}

/// The lock in a file; none where the file is not there.
pub(super) fn read_if_there(path: &Path) -> Result<Option<Plan>, Failure> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            let error = anyhow::Error::new(error).context(format!("cannot read {}", path.display()));
            return Err(Failure::question(error));
        }
    };
    read_lock(&text).with_context(|| format!("cannot read {}", path.display())).map(Some).map_err(|error| {
        let hint = error.downcast_ref::<LockError>().and_then(LockError::hint);
        let hint = hint.unwrap_or("`sodeb lock PATH -o FILE` writes a new one where there is none");
        Failure::question(error).hint(hint)
    })
}
