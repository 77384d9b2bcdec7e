//! Runs of the program whose whole output is compared: stdout, stderr and exit status together.
//!
//! Exit status 0: fine; 1: problems found; 2: usage or input error; 3: network, signature or disk failure.

use std::process::{Command, Output};

use super::fixture::Fixture;
use serde_json::Value;

/// Returns a command in the fixture's directory, without the host's environment, settings and cache.
pub(crate) fn command(fixture: &Fixture, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    command.env_clear().env("HOME", fixture.host("/home")).current_dir(fixture.root()).args(arguments);
    command
}

/// Returns the output for bookworm.
pub(crate) fn says(fixture: &Fixture, arguments: &[&str]) -> String {
    said(fixture, command(fixture, arguments).env("SODEB_RELEASE", "bookworm"))
}

/// Runs a command and returns its output as a transcript.
pub(crate) fn said(fixture: &Fixture, command: &mut Command) -> String {
    written_down(fixture, &command.output().expect("the program runs"))
}

/// Formats an output as a transcript: stdout, the lines of stderr with `! ` before them, the exit status. Words replace the
/// texts that differ between runs or between embedded indices.
pub(crate) fn written_down(fixture: &Fixture, output: &Output) -> String {
    let mut text = String::from_utf8(output.stdout.clone()).expect("an answer in UTF-8");
    for line in String::from_utf8_lossy(&output.stderr).lines() {
        text += &format!("! {line}\n");
    }
    let status = output.status.code().expect("ends by itself");
    let text = text.replace(&fixture.root().display().to_string(), "DIR") + &format!("exit {status}\n");
    let text = without(&without(&text, "index of ", ","), "(", " MiB installed");
    let text = without(&text, "(", " KiB installed");
    without(&text, ", updates of ", ",").replace(", updates of #", "")
}

/// Replaces the text between `begin` and `end` on each line with `#`.
pub(crate) fn without(text: &str, begin: &str, end: &str) -> String {
    let line = |line: &str| {
        let place = line.find(begin).map(|start| start + begin.len());
        match place.and_then(|start| Some((start, start + line[start..].find(end)?))) {
            Some((start, stop)) => format!("{}#{}", &line[..start], &line[stop..]),
            None => line.to_owned(),
        }
    };
    text.lines().map(|text| line(text) + "\n").collect()
}

/// Returns the JSON output and the exit status.
pub(crate) fn json(fixture: &Fixture, arguments: &[&str]) -> (Value, i32) {
    let mut command = command(fixture, arguments);
    let output = command.args(["--format", "json"]).output().expect("the program runs");
    let value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|cause| panic!("no JSON ({cause}): {}", String::from_utf8_lossy(&output.stderr)));
    (value, output.status.code().expect("ends by itself"))
}

/// Asserts that the texts are equal.
#[track_caller]
pub(crate) fn assert_says(actual: &str, expected: &str) {
    assert!(actual == expected, "the output is:\n{actual}\ninstead of:\n{expected}");
}
