//! What is taken away when the program is interrupted or asked to end (SIGINT, SIGTERM, SIGHUP): a process that a signal
//! ends has no time for its temporary directories.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use std::{fs, process, thread};

use super::Failure;

/// What shells report of a process that was interrupted.
const INTERRUPTED: i32 = 130;

/// How often it is tried: the rest of the program goes on writing until the end.
const ATTEMPTS: usize = 20;

/// Whether the signals are handled.
static IS_SET: AtomicBool = AtomicBool::new(false);

/// Whether the end has begun.
static HAS_BEGUN: AtomicBool = AtomicBool::new(false);

/// What is taken away.
static DIRECTORIES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Makes a directory that is taken away when the program is interrupted: `make` gives what has it, and where it is. There
/// is no moment at which it is there and nobody knows of it.
pub(super) fn removed_when_interrupted<Value>(
    make: impl FnOnce() -> Result<(Value, PathBuf), Failure>,
) -> Result<Value, Failure> {
    if !IS_SET.swap(true, Ordering::SeqCst) {
        ctrlc::set_handler(end).map_err(Failure::outside)?;
    }
    directories(|directories| {
        let (value, directory) = make()?;
        directories.push(directory);
        Ok(value)
    })
}

/// Lets an interrupted run end as such: what fails when its directory is taken away is no failure to be told.
pub(super) fn give_way() {
    while HAS_BEGUN.load(Ordering::SeqCst) {
        thread::park();
    }
}

fn directories<Value>(use_them: impl FnOnce(&mut Vec<PathBuf>) -> Value) -> Value {
    use_them(&mut DIRECTORIES.lock().unwrap_or_else(PoisonError::into_inner))
}

#[allow(clippy::exit, reason = "a signal's handler has no caller to return to")]
fn end() {
    HAS_BEGUN.store(true, Ordering::SeqCst);
    for _ in 0..ATTEMPTS {
        let are_gone = directories(|directories| {
            directories.retain(|directory| fs::remove_dir_all(directory).is_err() && directory.exists());
            directories.is_empty()
        });
        if are_gone {
            break;
        }
        thread::sleep(Duration::from_millis(10));
    }
    process::exit(INTERRUPTED);
}
