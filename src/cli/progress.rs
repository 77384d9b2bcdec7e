//! Progress bars on stderr, if that is a terminal.

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::support::progress::{Progress, Task};

/// Progress bars of tasks that run at the same time.
pub(super) struct Bars {
    all: MultiProgress,
}

impl Bars {
    /// Makes bars on stderr, or invisible ones. Without a terminal they are always invisible.
    pub(super) fn new(is_visible: bool) -> Self {
        Self { all: MultiProgress::with_draw_target(target(is_visible)) }
    }
}

/// Progress bar of steps whose number is known: the images of an audit.
pub(super) struct Steps(ProgressBar);

impl Steps {
    /// Makes a bar that shows the current step; it is invisible for a single step.
    pub(super) fn new(is_visible: bool, total: usize) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total as u64), target(is_visible && total > 1));
        Self(bar.with_style(style("{pos} of {len} {wide_bar} {wide_msg}")))
    }

    /// Shows the name of the step that begins.
    pub(super) fn begin(&self, label: String) {
        self.0.set_message(label);
        self.0.tick();
    }

    /// Counts a step as done.
    pub(super) fn done(&self) {
        self.0.inc(1);
    }

    /// Hides the bar while something is printed.
    pub(super) fn hidden_while<Printed>(&self, print: impl FnOnce() -> Printed) -> Printed {
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
        let (bar, template) = match total_bytes {
            Some(total) => (
                ProgressBar::new(total),
                "{msg:40} {wide_bar} {bytes:>10} of {total_bytes:>10} {bytes_per_sec:>12} {eta:>4} left",
            ),
            None => (ProgressBar::new_spinner(), "{msg:40} {spinner} {bytes:>10} {bytes_per_sec:>12}"),
        };
        Box::new(Bar(self.all.add(bar.with_style(style(template)).with_message(label.to_owned()))))
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

fn target(is_visible: bool) -> ProgressDrawTarget {
    if is_visible { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() }
}

/// Parses a template. All templates are constants that parse; a broken one would show the default bar.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}
