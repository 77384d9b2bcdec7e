//! Lock files.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::app::InputTrees;
use crate::cli::arguments::CatalogArguments;
use crate::cli::failure::Failure;
use crate::cli::printer::{check_file, is_stdout};
use crate::cli::recorded::base_name;
use crate::cli::session::Session;
use crate::oci::base::BaseReference;
use crate::pipeline::{LockBase, compare_base};
use crate::solve::plan::{LockError, Plan, read_lock};
use crate::tree::inventory;

/// Usual name of a lock.
const LOCK_NAME: &str = "sodeb.lock";

/// Bytes at the beginning of a file in which a lock is recognised.
const HEAD_BYTES: u64 = 4096;

/// Returns true if a path is read as a lock and not as a tree. Its content decides, whatever the name.
pub(super) fn is_lock(path: &Path) -> bool {
    let mut head = Vec::new();
    let mut read = || File::open(path)?.take(HEAD_BYTES).read_to_end(&mut head);
    // Opening a pipe would wait for its writer.
    path.is_file() && read().is_ok() && inventory::is_lock(&head)
}

/// Reads a lock.
pub(super) fn read(path: &Path) -> Result<Plan, Failure> {
    read_if_exists(path)?.ok_or_else(|| {
        let error = anyhow::anyhow!("cannot read the lock {}: no such file", path.display());
        Failure::input(error).hint("`sodeb lock PATH -o sodeb.lock` writes one")
    })
}

/// Refuses a release or an architecture that is not the lock's.
pub(super) fn check_target(lock: &Plan, path: &Path, catalog: &CatalogArguments) -> Result<(), Failure> {
    let target = &lock.provenance.target;
    let release = catalog.release.as_ref().filter(|release| **release != target.release);
    let architecture = catalog.arch.filter(|architecture| *architecture != target.architecture);
    let (kind, other, own) = match (release, architecture) {
        (Some(release), _) => ("release", release.to_string(), target.release.to_string()),
        (None, Some(other)) => ("arch", other.to_string(), target.architecture.to_string()),
        (None, None) => return Ok(()),
    };
    let error = anyhow::anyhow!("cannot use {} for {other}: it was made for {own}", path.display());
    Err(Failure::input(error).hint(format!(
        "leave out --{kind}, or `sodeb lock PATH --{kind} {other} -o FILE` writes another lock"
    )))
}

/// Refuses to put a lock on another base than the one that it was made for, and warns of one that has changed.
pub(super) fn check_base(
    lock: &Plan,
    path: &Path,
    trees: &InputTrees,
    session: &Session,
) -> Result<(), Failure> {
    let Some(planned) = &lock.base else { return Ok(()) };
    let name = PathBuf::from(base_name(&planned.name, directory_of(path)));
    let is_modelled =
        BaseReference::parse(name.as_os_str(), Path::new("")).is_ok_and(|base| base.is_modelled());
    let base = trees.base.as_ref().map(|base| base.host_path.display().to_string()).unwrap_or_default();
    match compare_base(lock, trees, is_modelled) {
        LockBase::Same => Ok(()),
        LockBase::Changed => {
            session.printer.warning(&format!(
                "{base} has changed since {0} was made; `sodeb lock --check -o {0}` compares them",
                path.display()
            ));
            Ok(())
        }
        LockBase::Other(cause) => {
            let error = anyhow::anyhow!("cannot put {} on {base}: {cause}", path.display());
            Err(Failure::input(error).hint(format!(
                "use --base {}, or `sodeb lock PATH --base {base} -o FILE` writes a lock for {base}",
                name.display()
            )))
        }
    }
}

/// Directory of a lock.
pub(super) fn directory_of(lock: &Path) -> &Path {
    lock.parent().unwrap_or(Path::new(""))
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
