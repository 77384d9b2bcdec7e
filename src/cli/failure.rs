//! Exit status of a run, and errors with their exit status and hint.

/// How a run ended; of two endings the greater one is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    /// Nothing is wrong.
    Fine = 0,
    /// The answer is bad news.
    BadNews = 1,
    /// The question was bad: usage, unreadable input.
    BadQuestion = 2,
    /// The outside failed: network, signature, disk.
    OutsideFailed = 3,
}

/// An error with the exit status that it means and a hint of what to do, if there is one.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) exit: Exit,
    pub(super) error: anyhow::Error,
    pub(super) hint: Option<String>,
}

impl Failure {
    /// The question can't be answered as it was asked.
    pub(crate) fn question(error: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::BadQuestion, error: error.into(), hint: None }
    }

    /// There is no answer but bad news.
    pub(crate) fn bad_news(error: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::BadNews, error: error.into(), hint: None }
    }

    /// Something outside of the program failed.
    pub(crate) fn outside(error: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::OutsideFailed, error: error.into(), hint: None }
    }

    /// What failed and why, in one line.
    pub(crate) fn cause(&self) -> String {
        format!("{:#}", self.error)
    }

    /// Adds what the user can do.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Adds what the user can do, if anything.
    pub(crate) fn hint_if(self, hint: Option<impl Into<String>>) -> Self {
        Self { hint: hint.map(Into::into), ..self }
    }
}
