//! What starts an object, and in whose process: programs, scripts, extension modules and what lies unused.

use super::{found, missing, verdicts};
use crate::support::fixture::{Fixture, INTERPRETER, Patch, library, opener, program};
use crate::support::judge::Judge;
use crate::support::real::{self, Surroundings};
use crate::support::sodeb::{sodeb, tree};

const GLIBC: &str = "/lib/x86_64-linux-gnu/libc.so.6";
const EXTENSION: &str = "/app/mod.cpython-311-x86_64-linux-gnu.so";

/// A root with a Python that opens [`EXTENSION`], and with glibc where the host has one.
fn python(rpath: Option<&str>) -> Fixture {
    let fixture = Fixture::new();
    let mut python = opener("/usr/bin/python3.11", EXTENSION).needs("libheld.so.1");
    if let Some(rpath) = rpath {
        python = python.rpath(rpath);
    }
    fixture.build(python);
    fixture.build(library("/opt/libheld.so.1"));
    if std::path::Path::new(GLIBC).exists() {
        fixture.copy_in(GLIBC);
    } else {
        fixture.build(library(GLIBC));
    }
    fixture
}

/// The real interpreter says the same about the extension.
fn assert_real_opens(fixture: &Fixture, opens: bool) {
    if let Some(output) = real::execute(fixture, "/usr/bin/python3.11", Surroundings::default()) {
        assert_eq!(output.status.success(), opens, "{output:?}");
    }
}

#[test]
fn missing_dynamic_linker_is_named() {
    let fixture = Fixture::empty();
    fixture.build(program("/app/prog"));
    let tree = Judge::of(&fixture).tree("/app/prog");
    assert_eq!(tree.object("/app/prog")["interpreter"], INTERPRETER);
    let problems = tree.problems("/app/prog", "interpreter");
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains(INTERPRETER), "{problems:?}");
    assert_eq!(tree.status, 1);
}

#[test]
fn static_program_needs_nothing() {
    let fixture = Fixture::empty();
    fixture.build(program("/app/prog").flag("-no-pie").flag("-static"));
    let tree = Judge::of(&fixture).tree("/app/prog");
    assert_eq!(tree.object("/app/prog")["interpreter"], serde_json::Value::Null);
    assert_eq!(tree.object("/app/prog")["kind"], "program");
    assert!(tree.edges("/app/prog").is_empty());
    assert_eq!(tree.status, 0);
}

#[test]
fn script_needs_its_interpreter() {
    let fixture = Fixture::new();
    fixture.build(program("/bin/sh"));
    fixture.file("/app/good", "#! /bin/sh -e\nexit 0\n");
    fixture.file("/app/bad", "#!/bin/absent\n");
    let judge = Judge::of(&fixture);
    let good = judge.tree("/app/good");
    assert_eq!(good.object("/app/good")["kind"], "script");
    assert_eq!(good.object("/app/good")["interpreter"], "/bin/sh");
    assert_eq!(good.status, 0);
    let bad = judge.tree("/app/bad");
    assert!(bad.problems("/app/bad", "interpreter")[0].contains("/bin/absent"));
    assert_eq!(bad.status, 1);
}

#[test]
fn extension_has_what_its_interpreter_has_loaded() {
    let fixture = python(Some("/opt"));
    fixture.build(library(EXTENSION).without_soname().needs("libheld.so.1").runpath("/elsewhere"));
    let edges = Judge::of(&fixture).tree(EXTENSION).edges(EXTENSION);
    assert_eq!(verdicts(&edges), [found("libheld.so.1", "/opt/libheld.so.1", "loaded")]);
    assert_real_opens(&fixture, true);
}

#[test]
fn extension_has_its_interpreters_rpath() {
    let fixture = python(Some("/opt"));
    fixture.build(library(EXTENSION).without_soname().needs("liba.so.1"));
    fixture.build(library("/opt/liba.so.1").needs("libb.so.1"));
    fixture.build(library("/opt/libb.so.1"));
    let tree = Judge::of(&fixture).tree(EXTENSION);
    assert_eq!(tree.object(EXTENSION)["kind"], "extension");
    assert_eq!(
        verdicts(&tree.edges(EXTENSION)),
        [found("liba.so.1", "/opt/liba.so.1", "rpath"), found("libb.so.1", "/opt/libb.so.1", "rpath")]
    );
    assert_real_opens(&fixture, true);
}

#[test]
fn extension_with_runpath_does_not_have_its_interpreters_rpath() {
    let fixture = python(Some("/opt"));
    fixture.build(library(EXTENSION).without_soname().needs("liba.so.1").runpath("/elsewhere"));
    fixture.build(library("/opt/liba.so.1"));
    let edges = Judge::of(&fixture).tree(EXTENSION).edges(EXTENSION);
    assert_eq!(verdicts(&edges), [missing("liba.so.1")]);
    assert_real_opens(&fixture, false);
}

#[test]
fn extension_without_its_interpreter_is_linked_by_itself() {
    let fixture = Fixture::new();
    fixture.build(library(EXTENSION).without_soname().needs("liba.so.1").runpath("$ORIGIN/libs"));
    fixture.build(library("/app/libs/liba.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).library(EXTENSION)),
        [found("liba.so.1", "/app/libs/liba.so.1", "runpath")]
    );
}

#[test]
fn library_that_only_another_extension_has_loaded_is_luck_and_said_to_be() {
    let fixture = python(Some("/opt"));
    let other = "/app/other.cpython-311-x86_64-linux-gnu.so";
    fixture.build(library(EXTENSION).without_soname().needs("libshared.so.1").runpath("/elsewhere"));
    fixture.build(library(other).without_soname().needs("libshared.so.1").runpath("$ORIGIN/libs"));
    fixture.build(library("/app/libs/libshared.so.1"));
    let root = fixture.root();
    let tree = tree(&root.join("app"), &["--base", root.to_str().expect("a plain name")]);
    assert_eq!(tree.starts(), [EXTENSION, other]);
    assert_eq!(verdicts(&tree.edges(EXTENSION)), [missing("libshared.so.1")]);
    let problems = tree.problems(EXTENSION, "load-order");
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains(other) && problems[0].contains("libshared.so.1"), "{problems:?}");
    assert_eq!(tree.status, 1);
    assert_real_opens(&fixture, false);
}

#[test]
fn vendored_library_is_linked_by_who_loads_it() {
    let fixture = Fixture::new();
    fixture.build(library("/app/ext.so").without_soname().needs("liba-1f2e.so.1").rpath("$ORIGIN/pkg.libs"));
    fixture.build(library("/app/pkg.libs/liba-1f2e.so.1").needs("libb-3d4c.so.1"));
    fixture.build(library("/app/pkg.libs/libb-3d4c.so.1"));
    let root = fixture.root();
    let base = root.to_str().expect("a plain name");
    let in_context = tree(&root.join("app"), &["--base", base]);
    assert_eq!(in_context.starts(), ["/app/ext.so"]);
    assert_eq!(in_context.status, 0);
    let alone = tree(&root.join("app"), &["--base", base, "--standalone"]);
    assert_eq!(
        alone.starts(),
        ["/app/ext.so", "/app/pkg.libs/liba-1f2e.so.1", "/app/pkg.libs/libb-3d4c.so.1"]
    );
    assert_eq!(verdicts(&alone.edges("/app/pkg.libs/liba-1f2e.so.1")), [missing("libb-3d4c.so.1")]);
    assert_eq!(alone.status, 1);
}

#[test]
fn circle_of_libraries_that_nothing_asks_for_is_looked_at() {
    let fixture = Fixture::new();
    fixture.build(library("/app/liba.so.1").needs("libb.so.1").needs("libabsent.so.1").runpath("$ORIGIN"));
    fixture.build(library("/app/libb.so.1").needs("liba.so.1").runpath("$ORIGIN"));
    let root = fixture.root();
    let tree = tree(&root.join("app"), &["--base", root.to_str().expect("a plain name")]);
    assert_eq!(tree.starts().len(), 1, "{:?}", tree.starts());
    assert_eq!(tree.status, 1);
}

#[test]
fn prebuilt_object_for_another_machine_is_called_that() {
    const AARCH64: u16 = 183;
    let fixture = Fixture::new();
    let addon = "/app/prebuilds/linux-arm64/addon.node";
    fixture.build(program("/app/prog"));
    fixture.build(library(addon).without_soname().needs("libabsent.so.1"));
    fixture.patch(addon, Patch::Machine(AARCH64));
    let root = fixture.root();
    let tree = tree(&root.join("app"), &["--base", root.to_str().expect("a plain name")]);
    let problems = tree.problems(addon, "architecture");
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains("aarch64") || problems[0].contains("arm64"), "{problems:?}");
}

#[test]
fn path_that_is_not_there_is_a_bad_question() {
    let fixture = Fixture::empty();
    let output = sodeb(["tree".as_ref(), fixture.root().join("absent").as_os_str()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty());
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains("absent"), "the path is named: {message}");
}
