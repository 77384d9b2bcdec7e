//! Where output goes: answers to stdout, everything else to stderr, colours only where they are seen.

use std::io::{self, Write};
use std::path::Path;

use anstream::{AutoStream, ColorChoice as Choice};
use anstyle::{AnsiColor, Style};
use anyhow::Context;

use crate::cli::arguments::{ColorChoice, GlobalArguments};
use crate::cli::failure::{Exit, Failure};
use crate::support::files::write_atomically;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default();

/// The two streams and what may be said on them.
pub(crate) struct Printer {
    choice: Choice,
    quiet: bool,
    /// Whether more is to be said.
    pub(crate) verbose: bool,
    /// Whether the progress of long work may be shown.
    pub(super) shows_progress: bool,
}

impl Printer {
    pub(super) fn new(arguments: &GlobalArguments) -> Self {
        let choice = match arguments.color {
            ColorChoice::Auto => Choice::Auto,
            ColorChoice::Always => Choice::Always,
            ColorChoice::Never => Choice::Never,
        };
        let shows_progress = !arguments.quiet && !arguments.no_progress;
        Self { choice, quiet: arguments.quiet, verbose: arguments.verbose, shows_progress }
    }

    /// One for before the arguments are known.
    pub(super) fn plain() -> Self {
        Self { choice: Choice::Auto, quiet: false, verbose: false, shows_progress: false }
    }

    /// Prints an answer, or writes it to the file that is asked for.
    pub(crate) fn answer(&self, mut text: String, output: Option<&Path>) -> Result<(), Failure> {
        if !(text.is_empty() || text.ends_with('\n')) {
            text.push('\n');
        }
        if let Some(path) = output {
            return self.write_file(path, anstream::adapter::strip_str(&text).to_string().as_bytes());
        }
        self.print(text)
    }

    /// Writes a file as a whole or not at all; what is no regular file (`/dev/stdout`, a pipe) is written into.
    pub(super) fn write_file(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        let is_special = path.metadata().is_ok_and(|metadata| !metadata.is_file());
        let written = if is_special { std::fs::write(path, bytes) } else { write_atomically(path, bytes) };
        written.with_context(|| format!("cannot write {}", path.display())).map_err(Failure::outside)
    }

    /// Prints text, with colours where they are seen.
    pub(super) fn print(&self, mut text: String) -> Result<(), Failure> {
        if !(text.is_empty() || text.ends_with('\n')) {
            text.push('\n');
        }
        let mut stdout = AutoStream::new(io::stdout().lock(), self.choice);
        written(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
    }

    /// Prints bytes as they are.
    pub(super) fn bytes(&self, bytes: &[u8]) -> Result<Exit, Failure> {
        let mut stdout = io::stdout().lock();
        written(stdout.write_all(bytes).and_then(|()| stdout.flush()))?;
        Ok(Exit::Fine)
    }

    /// Says what is worth knowing beside the answer.
    pub(crate) fn note(&self, words: &str) {
        if !self.quiet {
            self.complain(HINT, "note", words);
        }
    }

    /// Says what may be wrong with the answer.
    pub(crate) fn warning(&self, words: &str) {
        if !self.quiet {
            self.complain(WARNING, "warning", words);
        }
    }

    /// Says why there is no answer, and returns the exit status that it means.
    pub(super) fn failure(&self, failure: &Failure) -> Exit {
        self.complain(ERROR, "error", &failure.cause());
        if let Some(hint) = &failure.hint {
            self.complain(HINT, "hint", hint);
        }
        failure.exit
    }

    fn complain(&self, style: Style, kind: &str, words: &str) {
        let mut stderr = AutoStream::new(io::stderr().lock(), self.choice);
        // There is nowhere to say that stderr is gone.
        let _ = writeln!(stderr, "{style}{kind}{style:#}: {}", plain(words));
    }
}

/// What is said, without what a terminal would act on: names and texts out of trees and images are in it.
fn plain(words: &str) -> String {
    let mut text = String::with_capacity(words.len());
    for character in words.chars() {
        if character.is_control() && !matches!(character, '\n' | '\t') {
            text.extend(character.escape_default());
        } else {
            text.push(character);
        }
    }
    text
}

/// A reader that went away (`sodeb … | head`) has what it wanted.
pub(super) fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::outside(anyhow::Error::new(error).context("cannot write the answer")))
        }
        _ => Ok(()),
    }
}
