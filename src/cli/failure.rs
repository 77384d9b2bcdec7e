//! Exit status of a run, and errors with their exit status and hint.

/// Exit status of a run; of two results the greater one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Exit {
    /// Nothing is wrong.
    Fine = 0,
    /// Problems were found.
    Problems = 1,
    /// Usage or input error.
    InputError = 2,
    /// Network, signature or disk failure.
    ExternalError = 3,
}

impl Exit {
    /// Returns the exit status of a check that found problems or none.
    pub(super) fn of_problems(are_found: bool) -> Self {
        if are_found { Self::Problems } else { Self::Fine }
    }
}

/// Error with its exit status and advice.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) exit: Exit,
    pub(super) error: anyhow::Error,
    pub(super) hint: Option<String>,
}

impl Failure {
    /// Error of the arguments or the input.
    pub(super) fn input(error: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::InputError, error: error.into(), hint: None }
    }

    /// Error that is a problem found, so that there is no other result.
    pub(super) fn problem(error: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::Problems, error: error.into(), hint: None }
    }

    /// Error of the network, a signature or the disk.
    pub(super) fn external(error: impl Into<anyhow::Error>) -> Self {
        Self { exit: Exit::ExternalError, error: error.into(), hint: None }
    }

    /// Returns the error and its causes in one line.
    pub(super) fn cause(&self) -> String {
        format!("{:#}", self.error)
    }

    /// Adds what could not be done because of the error.
    pub(super) fn context(self, context: String) -> Self {
        Self { error: self.error.context(context), ..self }
    }

    /// Adds advice that fixes the error.
    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Adds advice, if there is any.
    pub(super) fn hint_if(self, hint: Option<impl Into<String>>) -> Self {
        Self { hint: hint.map(Into::into), ..self }
    }
}
