//! Arguments and `sodeb.toml`: what can't be meant is refused, and the message names the word or the file.

use std::process::Command;

use crate::support::command_line::{assert_says, command, said, says};
use crate::support::fixture::{Fixture, library};

fn with_settings(settings: &str) -> Fixture {
    let fixture = Fixture::empty();
    fixture.build(library("/app/x.so").needs("libgmp.so.10"));
    fixture.file("/sodeb.toml", settings);
    fixture
}

#[test]
fn a_place_in_the_image_is_an_absolute_path_of_one_tree() {
    let fixture = with_settings("");
    for (flag, what) in [("--at", "place the tree at"), ("--workdir", "start in")] {
        let expected = format!(
            "! error: cannot {what} 'opt/app': it is a relative path\n\
             ! hint: give the absolute path in the image\nexit 2\n"
        );
        assert_says(&says(&fixture, &["app", flag, "opt/app"]), &expected);
        assert_says(&says(&fixture, &["tree", "app", flag, "opt/app"]), &expected);
    }
    assert_says(
        &says(&fixture, &["app", "etc", "--at", "/app"]),
        "! error: cannot place 2 trees in the image: --at has 1 value\n\
         ! hint: give --at once for each PATH, in the same order, or leave it out\nexit 2\n",
    );
    assert_says(
        &says(&fixture, &["app", "--at", "/a", "--at", "/b", "--at", "/c"]),
        "! error: cannot place 1 tree in the image: --at has 3 values\n\
         ! hint: give --at once for each PATH, in the same order, or leave it out\nexit 2\n",
    );
}

#[test]
fn words_that_are_not_known() {
    let fixture = with_settings("");
    for (flag, word, cause) in [
        ("--arch <ARCH>", "pdp11", ": unknown architecture 'pdp11' (known: amd64, arm64, armhf, "),
        ("--catalog <CATALOG>", "apt", ": expected embedded, archive or installed[:DIR]\n"),
        ("--catalog <CATALOG>", "installed:", ": expected embedded, archive or installed[:DIR]\n"),
        ("--hwcaps <LEVEL>", "v9", ": unknown CPU level 'v9' (known: x86-64-v1, x86-64-v2, "),
        ("--format <FORMAT>", "xml", "\n!   [possible values: text, json, html]\n"),
        ("--color <WHEN>", "blue", "\n!   [possible values: auto, always, never]\n"),
        (
            "--jobs <N>",
            "0",
            ": expected a number from 1 to 65535; without it one file per core is read at a time\n",
        ),
    ] {
        let name = flag.split(' ').next().unwrap_or_default();
        let said = says(&fixture, &["resolve", "app", name, word]);
        let expected = format!("! error: invalid value '{word}' for '{flag}'{cause}");
        assert!(said.starts_with(&expected) && said.ends_with("exit 2\n"), "{said}");
    }
}

#[test]
fn settings_that_make_no_sense_name_the_file_and_the_cause() {
    for (settings, cause) in [
        ("base = \n", "read DIR/sodeb.toml: TOML parse error at line 1, column 8\n"),
        ("bse = \"x\"\n", "\n! unknown field `bse`, expected one of `base`, `at`, "),
        ("jobs = \"many\"\n", "\n! invalid type: string \"many\", expected a nonzero u16\nexit"),
        ("jobs = 0\n", "\n! invalid value: integer `0`, expected a nonzero u16\nexit"),
        ("arch = \"pdp11\"\n", "use arch in DIR/sodeb.toml: unknown architecture 'pdp11' (known: "),
        ("catalog = \"apt\"\n", "use catalog in DIR/sodeb.toml: expected embedded, archive or "),
        ("at = \"opt/app\"\n", "place the tree at 'opt/app': it is a relative path\n"),
        ("base = \"nope\"\n", "read DIR/nope: No such file or directory (os error 2)\n"),
    ] {
        let said = says(&with_settings(settings), &["app"]);
        assert!(said.starts_with("! error: cannot ") && said.ends_with("exit 2\n"), "{said}");
        assert!(said.contains(cause), "{cause} in {said}");
    }
}

#[test]
fn scratch_is_no_base_whatever_the_file_says() {
    let fixture = with_settings("base = \"nope\"\nrelease = \"bookworm\"\n");
    assert!(!says(&fixture, &["app", "--base", "scratch"]).contains("nope"));
    let fixture = with_settings("base = \"scratch\"\nrelease = \"bookworm\"\n");
    assert!(!says(&fixture, &["app"]).contains("on base"));
    assert!(says(&fixture, &["app", "--base", "./scratch"]).contains("cannot read ./scratch: "));
}

#[test]
fn a_settings_file_that_is_a_directory_is_no_settings_file() {
    let fixture = Fixture::empty();
    fixture.make_directory("/sodeb.toml");
    let expected = "! error: cannot read DIR/sodeb.toml: Is a directory (os error 21)\nexit 2\n";
    assert_says(&says(&fixture, &["etc"]), expected);
}

#[test]
fn settings_are_found_upward_and_their_paths_start_from_them() {
    let fixture = with_settings("base = \"base\"\nrelease = \"bookworm\"\nat = \"/opt/app\"\n");
    fixture.build(library("/base/usr/lib/libgmp.so.10"));
    assert_says(
        &said(&fixture, command(&fixture, &["."]).current_dir(fixture.host("/app"))),
        "/opt/app  plain, amd64 · 1 file, 1 object · Debian 12 bookworm (embedded index of #, as requested)\n\
         on base DIR/base\n\n\
         nothing is missing: 1 needed library found\n\n\
         not checked: libraries opened by name at run time\n\
         exit 0\n",
    );
}

#[test]
fn a_flag_goes_before_a_variable_and_that_before_the_file() {
    let fixture = with_settings("at = \"/file\"\nrelease = \"bookworm\"\n");
    let place = |command: &mut Command| {
        let said = said(&fixture, command);
        said.split(' ').next().unwrap_or_default().to_owned()
    };
    assert_eq!(place(&mut command(&fixture, &["app"])), "/file");
    assert_eq!(place(command(&fixture, &["app"]).env("SODEB_AT", "/variable")), "/variable");
    assert_eq!(place(command(&fixture, &["app", "--at", "/flag"]).env("SODEB_AT", "/variable")), "/flag");
}
