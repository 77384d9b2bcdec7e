//! How long work is watched: the library says what it is doing, and whoever called it decides whether and
//! how to show that.

/// A watcher of long work. Several tasks may run at the same time, each on a thread of its own.
pub trait Progress: Sync {
    /// A piece of work begins. It is over when the returned task is dropped.
    ///
    /// `total_bytes` is how much there is to do, where that is known beforehand.
    fn task(&self, label: &str, total_bytes: Option<u64>) -> Box<dyn Task>;
}

/// One piece of work that is going on.
pub trait Task: Send {
    /// So many more bytes are done.
    fn advance(&self, bytes: u64);
}

/// Watches nothing.
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
