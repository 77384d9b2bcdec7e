//! Which release answers: as asked, as the base or the tree says, as its surroundings say, else Debian stable.

use std::process::Command;

use serde_json::Value;

use crate::support::command_line::{assert_says, command, said};
use crate::support::fixture::{Fixture, library};

const BULLSEYE: &str = "ID=debian\nVERSION_CODENAME=bullseye\n";
const TRIXIE: &str = "ID=debian\nVERSION_CODENAME=trixie\n";
/// As Google's distroless images have it.
const DISTROLESS: &str = "PRETTY_NAME=\"Distroless\"\nID=\"debian\"\nVERSION_ID=\"12\"\n";
const ALPINE: &str = "ID=alpine\nVERSION_ID=3.20.1\n";

/// A tree in a directory that may be made a root file system.
fn tree() -> Fixture {
    let fixture = Fixture::empty();
    fixture.build(library("/place/app/x.so").needs("libgmp.so.10"));
    fixture
}

/// The release of the answer, and where it was learned.
fn release(fixture: &Fixture, command: &mut Command) -> (String, String) {
    let output = command.args(["--format", "json", "--offline"]).output().expect("runs");
    let said = String::from_utf8_lossy(&output.stderr);
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    let text = |field: &str| answer["target"][field].as_str().expect("a text").to_owned();
    (text("release"), text("release_from").replace(&fixture.root().display().to_string(), "DIR"))
}

fn pair(release: &str, from: &str) -> (String, String) {
    (release.to_owned(), from.to_owned())
}

#[test]
fn a_flag_goes_before_the_variable_and_that_before_the_file() {
    let fixture = tree();
    fixture.file("/place/etc/os-release", TRIXIE);
    let ask = |arguments: &[&str]| command(&fixture, &[&["place/app"], arguments].concat());
    assert_eq!(release(&fixture, &mut ask(&[])), pair("trixie", "from DIR/place/etc/os-release"));
    fixture.file("/sodeb.toml", "release = \"bullseye\"\n");
    assert_eq!(release(&fixture, &mut ask(&[])), pair("bullseye", "as requested"));
    assert_eq!(
        release(&fixture, ask(&[]).env("SODEB_RELEASE", "bookworm")),
        pair("bookworm", "as requested")
    );
    let flag = &["--release", "trixie"];
    assert_eq!(release(&fixture, ask(flag).env("SODEB_RELEASE", "bookworm")), pair("trixie", "as requested"));
}

#[test]
fn the_base_goes_before_the_trees_surroundings() {
    let fixture = tree();
    fixture.file("/place/etc/os-release", TRIXIE);
    fixture.file("/base/usr/lib/os-release", BULLSEYE);
    fixture.make_directory("/base/etc");
    fixture.link("/base/etc/os-release", "../usr/lib/os-release");
    let mut ask = command(&fixture, &["place/app", "--base", "base"]);
    assert_eq!(release(&fixture, &mut ask), pair("bullseye", "from base"));
}

#[test]
fn a_root_file_system_says_it_of_itself() {
    let fixture = tree();
    fixture.file("/place/etc/os-release", BULLSEYE);
    assert_eq!(release(&fixture, &mut command(&fixture, &["place"])), pair("bullseye", "from place"));
}

#[test]
fn a_number_names_a_release_too() {
    let fixture = tree();
    fixture.file("/base/etc/os-release", DISTROLESS);
    let mut ask = command(&fixture, &["place/app", "--base", "base"]);
    assert_eq!(release(&fixture, &mut ask), pair("bookworm", "from base"));
}

#[test]
fn another_distribution_gives_way_to_stable_and_not_to_what_lies_around_it() {
    let fixture = tree();
    fixture.file("/etc/os-release", BULLSEYE);
    fixture.file("/place/etc/os-release", ALPINE);
    fixture.file("/base/etc/os-release", ALPINE);
    let mut around = command(&fixture, &["place/app"]);
    let from = "Debian stable, since DIR/place/etc/os-release names alpine";
    assert_eq!(release(&fixture, &mut around), pair("trixie", from));
    let mut base = command(&fixture, &["place/app", "--base", "base"]);
    assert_eq!(release(&fixture, &mut base), pair("trixie", "Debian stable, since base names alpine"));
}

#[test]
fn a_release_that_nobody_asked_for_gives_way_to_stable_where_it_is_not_at_hand() {
    let fixture = tree();
    fixture.file("/place/etc/os-release", "ID=ubuntu\nVERSION_CODENAME=noble\n");
    let said = said(&fixture, &mut command(&fixture, &["place/app", "--at", "/app"]));
    let heading =
        "/app  plain, amd64 · 1 file, 1 object · Debian 13 trixie (embedded index of #, Debian stable)\n";
    assert!(said.starts_with(heading), "{said}");
    let note = "! note: no index for ubuntu noble amd64: using trixie\nexit 0\n";
    assert!(said.ends_with(note), "{said}");
}

#[test]
fn a_release_that_was_asked_for_must_be_at_hand() {
    let fixture = tree();
    fixture.file("/code/a.py", "pass\n");
    let ask =
        |arguments: &[&str]| said(&fixture, &mut command(&fixture, &[&["place/app"], arguments].concat()));
    assert_says(
        &ask(&["--release", "warty"]),
        "! error: cannot look up packages: no index for debian warty amd64 (known: bullseye, bookworm, trixie)\n\
         ! hint: `sodeb index update --release warty --arch amd64` fetches it\nexit 2\n",
    );
    assert_says(
        &said(&fixture, &mut command(&fixture, &["code", "--release", "bookworm", "--arch", "s390x"])),
        "! error: cannot look up packages: no index for debian bookworm s390x\n\
         ! hint: `sodeb index update --release bookworm --arch s390x` fetches it\nexit 2\n",
    );
    assert_says(
        &ask(&["--release", "warty", "--catalog", "embedded", "--offline"]),
        "! error: cannot look up packages: the index for debian warty amd64 is not compiled in\n\
         ! hint: leave out --catalog embedded to use the archive or the cache\nexit 2\n",
    );
}
