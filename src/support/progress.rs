//! Progress reporting for long-running work; the caller decides whether to show it.

/// Receiver of progress. Several tasks may run at the same time, each on its own thread.
pub trait Progress: Sync {
    /// Starts a task, which ends when the returned value is dropped.
    ///
    /// `total_bytes` is the size of the whole task, if it is known beforehand.
    fn task(&self, label: &str, total_bytes: Option<u64>) -> Box<dyn Task>;
}

/// A task in progress.
pub trait Task: Send {
    /// Reports that `bytes` more bytes are done.
    fn advance(&self, bytes: u64);
}

/// Receiver that ignores all progress.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn task(&self, _label: &str, _total_bytes: Option<u64>) -> Box<dyn Task> {
        Box::new(Self)
    }
}

impl Task for Silent {
    fn advance(&self, _bytes: u64) {}
}
