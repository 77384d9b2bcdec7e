//! Paths that can't be read, and trees with bad files in them: one bad file never ends a run.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixListener;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::command_line::{assert_says, command, json, said, says};
use crate::support::fixture::{Fixture, library};

/// What is said of a tree `app` of so many files, one of which is an object that asks for nothing.
fn of_one_object(files: &str) -> String {
    format!(
        "/app  plain, amd64 · {files}, 1 object · Debian 12 bookworm (embedded index of #, as requested)\n\
         no base given: nothing is assumed present\n\n\
         nothing is missing: no library is needed\n\n\
         not checked: libraries opened by name at run time\n"
    )
}

/// What is said of a tree `app` of so many files, with an object that lacks GMP.
fn of_lacking_gmp(files: &str, object: &str) -> String {
    format!(
        "/app  plain, amd64 · {files}, 1 object · Debian 12 bookworm (embedded index of #, as requested)\n\
         no base given: nothing is assumed present\n\n\
         libgmp.so.10          → libgmp10  {object}\n\
         ld-linux-x86-64.so.2  → libc6     through /lib/x86_64-linux-gnu/libc.so.6\n\
         libc.so.6             → libc6     through /usr/lib/x86_64-linux-gnu/libgmp.so.10.4.1\n\n\
         2 packages (# MiB installed, 3.2 MiB to download): libgmp10 (dependencies: libc6)\n\n\
         not checked: libraries opened by name at run time\n"
    )
}

/// The program as a user without root's leave to read everything.
fn unprivileged(fixture: &Fixture, arguments: &[&str]) -> Command {
    let plain = command(fixture, arguments);
    let is_root = fs::metadata("/proc/self").expect("the kernel's view").uid() == 0;
    let mut command = Command::new(if is_root { "setpriv".as_ref() } else { plain.get_program() });
    if is_root {
        command.arg("--bounding-set=-dac_override,-dac_read_search").arg(plain.get_program());
    }
    command.args(arguments).current_dir(fixture.root()).env_clear().env("SODEB_RELEASE", "bookworm");
    command.envs([("HOME", fixture.host("/home")), ("PATH", "/usr/bin:/bin".into())]);
    command
}

#[test]
fn a_path_that_is_not_there() {
    let fixture = Fixture::empty();
    let expected = "! error: cannot read nope: No such file or directory (os error 2)\nexit 2\n";
    for arguments in [&["nope"][..], &["resolve", "nope"], &["tree", "nope"], &["why", "nope", "libm.so.6"]] {
        assert_says(&says(&fixture, arguments), expected);
    }
    assert_says(&says(&fixture, &["etc", "nope"]), expected);
    let hint = "! hint: a base is the path of a file or directory; an image of Docker Hub is docker://nope, one of \
                Docker's engine docker-daemon:nope\nexit 2\n";
    assert_says(&says(&fixture, &["etc", "--base", "nope"]), &expected.replace("exit 2\n", hint));
}

#[test]
fn a_path_that_may_not_be_read() {
    let fixture = Fixture::empty();
    fixture.make_directory("/secret");
    fixture.mode("/secret", 0o000);
    assert_says(
        &said(&fixture, &mut unprivileged(&fixture, &["secret"])),
        "! error: cannot read secret: Permission denied (os error 13)\nexit 2\n",
    );
    fixture.file("/secret.so", "text");
    fixture.mode("/secret.so", 0o000);
    assert_says(
        &said(&fixture, &mut unprivileged(&fixture, &["secret.so"])),
        "! error: cannot read secret.so: Permission denied (os error 13)\nexit 2\n",
    );
    fixture.mode("/secret", 0o700);
}

#[test]
fn what_may_not_be_read_in_a_tree_is_told() {
    let fixture = Fixture::empty();
    fixture.build(library("/app/liba.so.1"));
    fixture.file("/app/secret.so", "text");
    fixture.make_directory("/app/secret");
    fixture.mode("/app/secret.so", 0o000);
    fixture.mode("/app/secret", 0o000);
    let warnings = "! warning: cannot read /app/secret: Permission denied (os error 13)\n\
                    ! warning: cannot read /app/secret.so: Permission denied (os error 13)\nexit 1\n";
    let problems = "unreadable-object secret: Permission denied (os error 13)\nunreadable-object secret.so: Permission denied (os error 13)\n\n";
    let mut resolve = unprivileged(&fixture, &["app", "--at", "/app"]);
    let expected = of_one_object("2 files").replace("not checked", &format!("{problems}not checked"));
    let expected = expected.replace("nothing is missing", "no library is missing");
    assert_says(&said(&fixture, &mut resolve), &(expected + "exit 1\n"));
    let mut tree = unprivileged(&fixture, &["tree", "app", "--at", "/app"]);
    assert_says(&said(&fixture, &mut tree), &format!("/app/liba.so.1  library\n{warnings}"));
    fixture.mode("/app/secret", 0o700);
}

#[test]
fn a_tree_of_code_without_objects_lacks_nothing() {
    let fixture = Fixture::empty();
    fixture.file("/code/a.py", "pass\n");
    let expected = of_one_object("1 file").replace("1 object", "0 objects");
    let expected = expected.replace(
        "libraries opened by name at run time",
        "libraries that Python code opens by name; 1 file skipped by extension",
    );
    let note = "! note: the trees have no object that a dynamic linker could load\nexit 0\n";
    assert_says(&says(&fixture, &["code", "--at", "/app"]), &format!("{expected}{note}"));
    assert_says(&says(&fixture, &["tree", "code"]), note);
    let (answer, status) = json(&fixture, &["code", "--release", "bookworm"]);
    assert_eq!((status, &answer["app"][0]["files"], &answer["app"][0]["objects"]), (0, &json!(1), &json!(0)));
    assert_eq!((&answer["sonames"], &answer["problems"]), (&json!([]), &json!([])));
}

#[test]
fn files_that_are_sources_by_their_names_are_not_opened_and_that_is_said() {
    let fixture = Fixture::empty();
    fixture.file("/app/liba.so", "text, and more of it than the header of an object has: sixty-four bytes\n");
    for source in ["a.py", "__pycache__/a.cpython-311.pyc"] {
        fixture.file(&format!("/app/{source}"), "source\n");
        fixture.mode(&format!("/app/{source}"), 0o000);
    }
    let expected = of_one_object("3 files").replace("1 object", "0 objects").replace(
        "libraries opened by name at run time\n",
        "libraries that Python code opens by name; 2 files skipped by extension\n",
    );
    let note = "! note: the trees have no object that a dynamic linker could load\nexit 0\n";
    let mut resolve = unprivileged(&fixture, &["app", "--at", "/app"]);
    assert_says(&said(&fixture, &mut resolve), &format!("{expected}{note}"));
    let (answer, _) = json(&fixture, &["app", "--release", "bookworm"]);
    assert_eq!(answer["app"][0]["skipped"], 2);
}

/// Each beginning of a library either still has all that a loader reads or is told to be broken.
#[test]
fn every_truncated_object_is_told_and_the_run_goes_on() {
    const MAGIC_BYTES: usize = 4;
    let fixture = Fixture::empty();
    fixture.build(library("/whole.so").needs("libgmp.so.10").flag("-Wl,-z,noseparate-code,-s"));
    let whole = fs::read(fixture.host("/whole.so")).expect("the library is read");
    for length in MAGIC_BYTES..=whole.len() {
        fs::write(fixture.host(&format!("/app/{length:05}.so")), &whole[..length]).expect("it is written");
    }
    let mut command = command(&fixture, &["tree", "app", "--at", "/app", "--format", "json"]);
    let output = command.output().expect("runs");
    let tree: Value = serde_json::from_slice(&output.stdout).expect("an answer");
    let objects: Vec<&Value> =
        tree["objects"].as_array().expect("a list").iter().map(|it| &it["path"]).collect();
    let said = String::from_utf8_lossy(&output.stderr);
    for length in MAGIC_BYTES..=whole.len() {
        let path = format!("/app/{length:05}.so");
        let is_told = said.contains(&format!("warning: cannot read {path}: "));
        assert_ne!(objects.contains(&&json!(path)), is_told, "{length} of {} bytes", whole.len());
    }
    assert!(
        objects.contains(&&json!(format!("/app/{:05}.so", whole.len()))),
        "the whole one is no broken one"
    );
}

#[test]
fn garbage_behind_the_magic_of_elf_is_told() {
    let fixture = Fixture::empty();
    fixture.file("/app/a.so", &format!("\x7fELF{}", "garbage ".repeat(40)));
    fixture.build(library("/app/libb.so.1").needs("libgmp.so.10"));
    let problem = "unreadable-object a.so: invalid ELF header: neither 32 nor 64 bits\n\n";
    let answer =
        of_lacking_gmp("2 files", "libb.so.1").replace("2 packages", &format!("{problem}2 packages"));
    assert_says(&says(&fixture, &["app", "--at", "/app"]), &format!("{answer}exit 1\n"));
    assert_says(&says(&fixture, &["-q", "app", "--at", "/app"]), &format!("{answer}exit 1\n"));
    let said = says(&fixture, &["app/a.so", "--at", "/app"]);
    assert!(
        said.contains("invalid ELF header: neither 32 nor 64 bits\n") && said.ends_with("exit 1\n"),
        "{said}"
    );
    let warning = "! warning: cannot read /app/a.so: invalid ELF header: neither 32 nor 64 bits\nexit 1\n";
    for command in [&["tree", "app", "--at", "/app"][..], &["graph", "app", "--at", "/app", "--direct"]] {
        assert!(says(&fixture, command).ends_with(warning), "{command:?}");
    }
}

#[test]
fn pipes_sockets_and_devices_are_not_opened() {
    let fixture = Fixture::empty();
    let made = Command::new("mkfifo").arg(fixture.host("/app/pipe")).status().expect("mkfifo runs");
    assert!(made.success());
    let _socket = UnixListener::bind(fixture.host("/app/socket")).expect("a socket");
    fixture.build(library("/app/liba.so.1"));
    for path in ["app/pipe", "app/socket", "/dev/null"] {
        let expected = format!("! error: cannot read {path}: neither a directory nor a file\nexit 2\n");
        assert_says(&says(&fixture, &[path]), &expected);
        assert_says(&says(&fixture, &["tree", path]), &expected);
        let expected = format!("! error: cannot read {path}: Not a directory (os error 20)\nexit 2\n");
        assert_says(&says(&fixture, &["app", "--base", path]), &expected);
    }
    assert_says(&says(&fixture, &["app", "--at", "/app"]), &(of_one_object("1 file") + "exit 0\n"));
}

#[test]
fn loops_of_links_end() {
    let fixture = Fixture::empty();
    fixture.link("/app/a", "b");
    fixture.link("/app/b", "a");
    fixture.link("/app/libgmp.so.10", "libgmp.so.10");
    fixture.link("/app/self", ".");
    fixture.link("/app/up", "..");
    fixture.build(library("/app/x.so").needs("libgmp.so.10").runpath("$ORIGIN/self/self:$ORIGIN/a:$ORIGIN"));
    let expected = "! error: cannot read app/a: Too many levels of symbolic links (os error 40)\nexit 2\n";
    assert_says(&says(&fixture, &["app/a"]), expected);
    assert_says(&says(&fixture, &["app", "--at", "/app"]), &(of_lacking_gmp("1 file", "x.so") + "exit 0\n"));
}

#[test]
fn a_link_is_followed_at_the_top_and_not_out_of_the_tree() {
    let fixture = Fixture::empty();
    fixture.build(library("/outside/libgmp.so.10"));
    fixture.build(library("/app/x.so").needs("libgmp.so.10").runpath("$ORIGIN"));
    fixture.link("/app/libgmp.so.10", "../outside/libgmp.so.10");
    fixture.link("/way", "app");
    for path in ["app", "way"] {
        let expected = of_lacking_gmp("1 file", "x.so") + "exit 0\n";
        assert_says(&says(&fixture, &[path, "--at", "/app"]), &expected);
    }
}
