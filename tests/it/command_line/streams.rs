//! Where the output goes: pipes that close, full disks, colours.

use std::fs::OpenOptions;
use std::io::Read;
use std::process::Stdio;

use crate::support::command_line::{assert_says, command, says, written_down};
use crate::support::fixture::{Fixture, library};

fn fixture() -> Fixture {
    let fixture = Fixture::empty();
    fixture.build(library("/app/x.so").needs("libgmp.so.10"));
    fixture
}

/// Commands with an answer.
const COMMANDS: [&[&str]; 6] = [
    &["app", "--at", "/app", "--release", "bookworm"],
    &["why", "app", "libgmp.so.10", "--release", "bookworm"],
    &["tree", "app"],
    &["completions", "bash"],
    &["man"],
    &["--help"],
];

#[test]
fn a_full_disk_is_an_error_of_the_outside() {
    let fixture = fixture();
    for arguments in COMMANDS {
        let full = OpenOptions::new().write(true).open("/dev/full").expect("a device that is full");
        let output = command(&fixture, arguments).stdout(full).output().expect("runs");
        assert_says(
            &written_down(&fixture, &output),
            "! error: cannot write the output: No space left on device (os error 28)\nexit 3\n",
        );
    }
}

#[test]
fn a_reader_that_goes_away_has_what_it_wanted() {
    let fixture = fixture();
    for arguments in COMMANDS {
        let mut child =
            command(&fixture, arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("runs");
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut said).expect("is read");
        let status = child.wait().expect("ends").code().expect("ends by itself");
        assert!(status <= 1 && said.is_empty(), "{arguments:?}: {status} {said}");
    }
}

#[test]
fn colours_come_when_they_are_wanted() {
    let fixture = fixture();
    let question = ["app", "--at", "/app", "--color"];
    let with = |when: &str| says(&fixture, &[&question[..], &[when]].concat());
    assert!(!with("auto").contains('\x1b'), "a pipe is no terminal");
    assert!(!with("never").contains('\x1b'));
    let coloured = with("always");
    assert!(coloured.contains("\x1b[1m/app\x1b[0m"), "{coloured}");
    assert_says(
        &says(&fixture, &["nope", "--color", "always"]),
        "! \x1b[1m\x1b[31merror\x1b[0m: cannot read nope: No such file or directory (os error 2)\nexit 2\n",
    );
}
