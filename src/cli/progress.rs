//! Progress of downloads as bars on stderr, where that is a terminal.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::progress::{Progress, Task};

/// Bars for the work that goes on.
pub(super) struct Bars {
    all: MultiProgress,
}

impl Bars {
    /// Bars on stderr, or none where they are not wanted; indicatif itself shows none without a terminal.
    pub(super) fn new(is_wanted: bool) -> Self {
        let target = if is_wanted { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        Self { all: MultiProgress::with_draw_target(target) }
    }
}

impl Progress for Bars {
    fn task(&self, label: &str, total_bytes: Option<u64>) -> Box<dyn Task> {
        let template = match total_bytes {
            Some(_) => "{msg:40} {wide_bar} {bytes:>10} of {total_bytes:>10} {bytes_per_sec:>12}",
            None => "{msg:40} {spinner} {bytes:>10} {bytes_per_sec:>12}",
        };
        let bar = match total_bytes {
            Some(total) => ProgressBar::new(total),
            None => ProgressBar::new_spinner(),
        };
        // The templates are constants that parse; were one broken, the default shows as well.
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = self.all.add(bar.with_style(style).with_message(label.to_owned()));
        Box::new(Bar(bar))
    }
}

struct Bar(ProgressBar);

impl Task for Bar {
    fn advance(&self, bytes: u64) {
        self.0.inc(bytes);
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
