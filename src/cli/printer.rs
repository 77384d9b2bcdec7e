//! Output streams: results on stdout, everything else on stderr, colors only where they are shown.

use std::io::{self, Write};
use std::path::Path;

use anstream::{AutoStream, ColorChoice as StreamColors};
use anstyle::{AnsiColor, Style};
use anyhow::Context;

use crate::cli::arguments::{ColorChoice, GlobalArguments};
use crate::cli::failure::{Exit, Failure};
use crate::support::files::write_atomically;
use crate::support::url::without_logins;

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default();

/// The two output streams.
pub(super) struct Printer {
    colors: StreamColors,
    quiet: bool,
    /// True with `--verbose`.
    pub(super) verbose: bool,
    /// True if progress bars may be shown.
    pub(super) shows_progress: bool,
}

impl Printer {
    pub(super) fn new(arguments: &GlobalArguments) -> Self {
        let colors = match arguments.color {
            ColorChoice::Auto => StreamColors::Auto,
            ColorChoice::Always => StreamColors::Always,
            ColorChoice::Never => StreamColors::Never,
        };
        let shows_progress = !arguments.quiet && !arguments.no_progress;
        Self { colors, quiet: arguments.quiet, verbose: arguments.verbose, shows_progress }
    }

    /// Returns a printer for errors before the arguments are parsed.
    pub(super) fn plain() -> Self {
        Self { colors: StreamColors::Auto, quiet: false, verbose: false, shows_progress: false }
    }

    /// Prints text, or writes it to a file without colors. A line feed is added if there is none at the end.
    pub(super) fn print_or_write(&self, text: String, file: Option<&Path>) -> Result<(), Failure> {
        match file {
            None => self.print(text),
            Some(path) => {
                let plain = anstream::adapter::strip_str(&text).to_string();
                self.write_file(path, with_line_feed(plain).as_bytes())
            }
        }
    }

    /// Writes a file atomically. A special file (`/dev/stdout`, a pipe) is written in place.
    pub(super) fn write_file(&self, path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        if is_stdout(path) {
            return self.print_bytes(bytes);
        }
        check_file(path, "answer")?;
        let is_special = path.metadata().is_ok_and(|metadata| !metadata.is_file());
        let written = if is_special { std::fs::write(path, bytes) } else { write_atomically(path, bytes) };
        written.with_context(|| format!("cannot write {}", path.display())).map_err(Failure::external)
    }

    /// Prints text. A line feed is added if there is none at the end.
    pub(super) fn print(&self, text: String) -> Result<(), Failure> {
        let mut stdout = AutoStream::new(io::stdout().lock(), self.colors);
        let written = stdout.write_all(with_line_feed(text).as_bytes());
        check_written(written.and_then(|()| stdout.flush()))
    }

    /// Prints bytes unchanged.
    pub(super) fn print_bytes(&self, bytes: &[u8]) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        check_written(stdout.write_all(bytes).and_then(|()| stdout.flush()))
    }

    /// Prints information about a result.
    pub(super) fn note(&self, message: &str) {
        if !self.quiet {
            self.message(HINT, "note", message);
        }
    }

    /// Prints a reason for which a result may be wrong.
    pub(super) fn warning(&self, message: &str) {
        if !self.quiet {
            self.message(WARNING, "warning", message);
        }
    }

    /// Prints an error with its hint, and returns its exit status.
    pub(super) fn failure(&self, failure: &Failure) -> Exit {
        self.message(ERROR, "error", &failure.cause());
        if let Some(hint) = &failure.hint {
            self.message(HINT, "hint", hint);
        }
        failure.exit
    }

    fn message(&self, style: Style, kind: &str, text: &str) {
        let mut stderr = AutoStream::new(io::stderr().lock(), self.colors);
        // If stderr is closed, there is no place for an error.
        let _ =
            writeln!(stderr, "{style}{kind}{style:#}: {}", without_control_characters(&without_logins(text)));
    }
}

/// Returns true for the names of the standard output, which may be a file that is open already.
pub(super) fn is_stdout(path: &Path) -> bool {
    ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].iter().any(|name| path == Path::new(name))
}

/// Rejects a directory as an output file.
pub(super) fn check_file(path: &Path, name: &str) -> Result<(), Failure> {
    if !path.is_dir() {
        return Ok(());
    }
    let error = anyhow::anyhow!("cannot write {}: it is a directory", path.display());
    Err(Failure::input(error).hint(format!("name a file in it: {}", path.join(name).display())))
}

fn with_line_feed(mut text: String) -> String {
    if !(text.is_empty() || text.ends_with('\n')) {
        text.push('\n');
    }
    text
}

/// Escapes characters that a terminal would interpret: messages have names and texts from trees and images.
fn without_control_characters(message: &str) -> String {
    let mut text = String::with_capacity(message.len());
    for character in message.chars() {
        if character.is_control() && !matches!(character, '\n' | '\t') {
            text.extend(character.escape_default());
        } else {
            text.push(character);
        }
    }
    text
}

/// Turns an error on stdout into a failure. A closed pipe (`sodeb … | head`) is none: the reader has what it wanted.
pub(super) fn check_written(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::external(anyhow::Error::new(error).context("cannot write the output")))
        }
        _ => Ok(()),
    }
}
