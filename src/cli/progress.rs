//! Progress of downloads and of images as bars on stderr, where that is a terminal.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::support::progress::{Progress, Task};

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

/// Steps of a number that is known beforehand, one after the other: the images of an audit.
pub(super) struct Steps(ProgressBar);

impl Steps {
    /// A line on stderr that tells which step it is at, or none where it is not wanted or there is but one step.
    pub(super) fn new(is_wanted: bool, total: usize) -> Self {
        let is_shown = is_wanted && total > 1;
        let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(Some(total as u64), target);
        // The template is a constant that parses; were it broken, the default shows as well.
        let style = ProgressStyle::with_template("{pos} of {len} {wide_bar} {wide_msg}");
        Self(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
    }

    /// The next one begins.
    pub(super) fn begin(&self, label: String) {
        self.0.set_message(label);
        self.0.tick();
    }

    /// One is done.
    pub(super) fn done(&self) {
        self.0.inc(1);
    }

    /// Takes the line away while something else is printed.
    pub(super) fn beside<Printed>(&self, print: impl FnOnce() -> Printed) -> Printed {
        self.0.suspend(print)
    }
}

impl Drop for Steps {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bars {
    fn task(&self, label: &str, total_bytes: Option<u64>) -> Box<dyn Task> {
        let template = match total_bytes {
            Some(_) => {
                "{msg:40} {wide_bar} {bytes:>10} of {total_bytes:>10} {bytes_per_sec:>12} {eta:>4} left"
            }
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
