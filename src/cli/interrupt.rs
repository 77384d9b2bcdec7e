//! Removal of temporary directories when a signal ends the program (SIGINT, SIGTERM, SIGHUP): a process that a signal
//! ends does not drop its values.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{fs, process, thread};

use crate::cli::failure::Failure;

/// Exit status that shells report for an interrupted process.
const INTERRUPTED: i32 = 130;

/// Number of attempts to remove the directories: the other threads go on writing until the process ends.
const ATTEMPTS: usize = 20;

/// Handler of the signals, set when the first directory is registered.
#[derive(Default)]
pub(super) struct Interrupts(Arc<State>);

#[derive(Default)]
struct State {
    is_set: AtomicBool,
    /// True once a signal has come.
    is_ending: AtomicBool,
    /// Directories to remove.
    directories: Mutex<Vec<PathBuf>>,
}

impl Interrupts {
    /// Makes a directory that is removed when the program is interrupted: `make` returns its owner and its path. A signal
    /// that comes meanwhile waits until the directory is registered.
    pub(super) fn removed_when_interrupted<Value>(
        &self,
        make: impl FnOnce() -> Result<(Value, PathBuf), Failure>,
    ) -> Result<Value, Failure> {
        if !self.0.is_set.swap(true, Ordering::SeqCst) {
            let state = Arc::clone(&self.0);
            ctrlc::set_handler(move || state.end()).map_err(Failure::external)?;
        }
        self.0.directories(|directories| {
            let (value, directory) = make()?;
            directories.push(directory);
            Ok(value)
        })
    }

    /// Blocks if the program was interrupted: an error that comes from the removal of a directory is not reported.
    pub(super) fn wait_if_interrupted(&self) {
        while self.0.is_ending.load(Ordering::SeqCst) {
            thread::park();
        }
    }
}

impl State {
    fn directories<Value>(&self, use_them: impl FnOnce(&mut Vec<PathBuf>) -> Value) -> Value {
        use_them(&mut self.directories.lock().unwrap_or_else(PoisonError::into_inner))
    }

    #[allow(clippy::exit, reason = "a signal's handler has no caller to return to")]
    fn end(&self) {
        self.is_ending.store(true, Ordering::SeqCst);
        for _ in 0..ATTEMPTS {
            let are_removed = self.directories(|directories| {
                directories.retain(|directory| fs::remove_dir_all(directory).is_err() && directory.exists());
                directories.is_empty()
            });
            if are_removed {
                break;
            }
            thread::sleep(Duration::from_millis(10));
        }
        process::exit(INTERRUPTED);
    }
}
