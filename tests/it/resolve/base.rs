//! `sodeb resolve` on a root file system as the base.

use serde_json::{Value, json};

use crate::support::command_line::{assert_says, json, says};
use crate::support::fixture::{Fixture, INTERPRETER, library, program};

const QUESTION: [&str; 5] = ["app", "--at", "/app", "--base", "base"];

/// What is said first of a tree with one object, and last where no package is named.
const HEADING: &str = "\
/app  plain, amd64 · 1 file, 1 object · Debian 12 bookworm (embedded index of #, as requested)
on base base

";
const END: &str = "\nnot checked: libraries opened by name at run time\n";

/// A base with a dynamic linker and a C library that defines the versions that libgmp10 needs.
fn base() -> Fixture {
    let fixture = Fixture::empty();
    fixture.file("/base/etc/os-release", "ID=debian\nVERSION_CODENAME=bookworm\n");
    fixture.build(library(&format!("/base{INTERPRETER}")));
    let versions =
        ["2.2.5", "2.3", "2.3.4", "2.4", "2.7", "2.14"].map(|version| format!("GLIBC_{version} {{ }};\n"));
    let versions = fixture.scratch_file("libc.map", &(versions.concat() + "GLIBC_2.36 { global: *; };\n"));
    let script = format!("-Wl,--version-script={}", versions.display());
    fixture.build(library("/base/usr/lib/x86_64-linux-gnu/libc.so.6").source("int old;\n").flag(&script));
    fixture
}

/// The first problem of a JSON answer.
fn problem(fixture: &Fixture) -> Value {
    json(fixture, &QUESTION).0["problems"][0].clone()
}

#[test]
fn what_the_base_has_is_not_missing() {
    let fixture = base();
    fixture.build(program("/app/prog").needs("libc.so.6").needs("libgmp.so.10"));
    let (answer, status) = json(&fixture, &QUESTION);
    assert_eq!((status, &answer["base"], &answer["problems"]), (0, &json!({"path": "base"}), &json!([])));
    let statuses: Vec<_> =
        answer["sonames"].as_array().expect("a list").iter().map(|row| &row["status"]).collect();
    assert_eq!(statuses, ["base", "package"]);
    assert_eq!(answer["sonames"][0]["path"], "/usr/lib/x86_64-linux-gnu/libc.so.6");
    assert_says(
        &says(&fixture, &QUESTION),
        &format!(
            "{HEADING}libgmp.so.10  → libgmp10  prog\n\n\
             1 package (# KiB installed, 549.4 KiB to download): libgmp10\n{END}exit 0\n"
        ),
    );
}

#[test]
fn with_nothing_missing_it_says_so() {
    let fixture = base();
    fixture.build(program("/app/prog").needs("libc.so.6"));
    let nothing = "nothing is missing: 1 needed library found\n";
    assert_says(&says(&fixture, &QUESTION), &format!("{HEADING}{nothing}{END}exit 0\n"));
    let each = "libc.so.6  /usr/lib/x86_64-linux-gnu/libc.so.6  prog\n";
    let verbose = says(&fixture, &[&QUESTION[..], &["-v"]].concat());
    assert_says(&verbose, &format!("{HEADING}{each}{END}exit 0\n"));
}

#[test]
fn a_program_whose_linker_is_not_in_the_base() {
    let fixture = base();
    fixture.build(program("/app/prog").interpreter("/lib64/ld-elsewhere.so.2").needs("libc.so.6"));
    let detail = "its dynamic linker /lib64/ld-elsewhere.so.2 does not exist";
    let fix = "use a base with this dynamic linker, or a program that is built for the one of the base";
    let nothing = "no library is missing: 1 needed library found\n";
    assert_says(
        &says(&fixture, &QUESTION),
        &format!("{HEADING}{nothing}\nmissing-interpreter prog: {detail}\n  fix: {fix}\n{END}exit 1\n"),
    );
    assert_eq!(
        problem(&fixture),
        json!({
            "kind": "missing-interpreter", "object": "/app/prog", "detail": detail, "grade": "error",
            "fix": [fix],
        })
    );
}

#[test]
fn a_version_that_the_bases_library_does_not_define() {
    let fixture = base();
    let versions = fixture.scratch_file("new.map", "GLIBC_9.99 { global: *; };\n");
    let script = format!("-Wl,--version-script={}", versions.display());
    fixture.build(library("/new/libc.so.6").source("int newer(void) { return 0; }\n").flag(&script));
    let new = fixture.host("/new/libc.so.6").display().to_string();
    let user = "int newer(void);\nint use(void) { return newer(); }\n";
    fixture.build(library("/app/x.so").source(user).flag(&new));
    let detail = "needs version GLIBC_9.99 of /usr/lib/x86_64-linux-gnu/libc.so.6, which does not define it; no newer release with an index defines it";
    let nothing = "no library is missing: 1 needed library found\n";
    assert_says(
        &says(&fixture, &QUESTION),
        &format!("{HEADING}{nothing}\nversion x.so: {detail}\n{END}exit 1\n"),
    );
    assert_eq!(
        problem(&fixture),
        json!({"kind": "version", "object": "/app/x.so", "detail": detail, "grade": "error"})
    );
}

#[test]
fn an_object_for_musl_on_a_base_without_it() {
    let fixture = base();
    let musl = "/lib/ld-musl-x86_64.so.1";
    fixture.build(program("/app/prog").interpreter(musl).needs("libc.musl-x86_64.so.1"));
    let none = "no library is missing: no library is needed\n";
    let target = "x86_64-linux-gnu with glibc";
    assert_says(
        &says(&fixture, &QUESTION),
        &format!(
            "{HEADING}{none}\nmusl-on-glibc prog: built for musl, not for {target}\n  \
             fix: use a build for {target}, or a base for the platform of the app\n{END}exit 1\n"
        ),
    );
}

#[test]
fn a_tree_inside_the_base_keeps_its_place() {
    let fixture = base();
    fixture.build(library("/base/opt/app/x.so").needs("libc.so.6"));
    let said = says(&fixture, &["base/opt/app", "--base", "base"]);
    assert!(said.starts_with("/opt/app  plain, amd64 · 1 file, 1 object · Debian 12 bookworm "), "{said}");
    assert!(said.contains("nothing is missing: 1 needed library found\n"), "{said}");
}

#[test]
fn a_whole_root_is_its_own_base() {
    let fixture = base();
    fixture.build(library("/base/opt/app/x.so").needs("libc.so.6").needs("libgmp.so.10"));
    let (answer, status) = json(&fixture, &["base"]);
    assert_eq!(
        (status, &answer["app"][0]["kind"], &answer["app"][0]["at"]),
        (0, &json!("rootfs"), &json!("/"))
    );
    let statuses: Vec<_> =
        answer["sonames"].as_array().expect("a list").iter().map(|row| &row["status"]).collect();
    assert_eq!(statuses, ["app", "package"]);
}
