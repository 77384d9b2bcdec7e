//! The command line from outside: for each question the whole answer, stdout, stderr and exit status together.
//!
//! Exit status 0: nothing is wrong; 1: the answer is bad news; 2: the question was bad; 3: the outside failed.

use std::process::{Command, Output};

use super::fixture::Fixture;
use serde_json::Value;

/// The program in the fixture's directory, with nothing of the host's environment, settings or cache.
pub(crate) fn command(fixture: &Fixture, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    command.env_clear().env("HOME", fixture.host("/home")).current_dir(fixture.root()).args(arguments);
    command
}

/// What it says about bookworm.
pub(crate) fn says(fixture: &Fixture, arguments: &[&str]) -> String {
    said(fixture, command(fixture, arguments).env("SODEB_RELEASE", "bookworm"))
}

/// Runs a command and writes down all that comes of it: stdout as it is, stderr behind `! `, the exit status.
/// What is not the same on every run or with every embedded index has a word in its place.
pub(crate) fn said(fixture: &Fixture, command: &mut Command) -> String {
    written_down(fixture, &command.output().expect("the program runs"))
}

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

/// The text with `#` between a beginning and an end, wherever they stand on one line.
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

/// The answer as JSON, and the exit status.
pub(crate) fn json(fixture: &Fixture, arguments: &[&str]) -> (Value, i32) {
    let mut command = command(fixture, arguments);
    let output = command.args(["--format", "json"]).output().expect("the program runs");
    let value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|cause| panic!("no JSON ({cause}): {}", String::from_utf8_lossy(&output.stderr)));
    (value, output.status.code().expect("ends by itself"))
}

/// That it says just this.
#[track_caller]
pub(crate) fn assert_says(actual: &str, expected: &str) {
    assert!(actual == expected, "it says:\n{actual}\ninstead of:\n{expected}");
}
