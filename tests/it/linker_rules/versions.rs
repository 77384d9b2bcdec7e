//! Symbol versions: what is needed of a library against what it defines.

use std::process::Output;

use crate::support::fixture::{Fixture, Object, Patch, library, program};
use crate::support::judge::Judge;
use crate::support::real::{self, Surroundings};

/// A library with a symbol of each of these versions, the last one the default.
fn versioned(fixture: &Fixture, path: &str, versions: &[&str]) -> Object {
    let mut script = String::new();
    let mut source = String::new();
    for version in versions {
        script += &format!("{version} {{ global: f_{version}; }};\n");
        source += &format!("int f_{version}(void) {{ return 0; }}\n");
    }
    let script = fixture.scratch_file("versions.map", &script);
    library(path).source(&source).flag(&format!("-Wl,--version-script,{}", script.display()))
}

/// A program built against a library with V1 and V2 that uses V2, in a root with the library as given.
fn user_of_v2(declaration: &str, present: impl Fn(&Fixture) -> Object) -> Fixture {
    let fixture = Fixture::new();
    fixture.build(versioned(&fixture, "/built-against/libv.so.1", &["V1", "V2"]));
    let linked_with = fixture.host("/built-against/libv.so.1");
    let linked_with = linked_with.to_str().expect("a plain name");
    let source = format!("{declaration}\nint (*user)(void) = f_V2;\n");
    fixture.build(program("/app/prog").source(&source).flag(linked_with).runpath("/opt"));
    let present = present(&fixture);
    fixture.build(present);
    fixture
}

fn assert_real(fixture: &Fixture, is_started: bool) -> Option<Output> {
    let output = real::execute(fixture, "/app/prog", Surroundings::default())?;
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.success(), is_started, "whether it starts: {message}");
    assert_eq!(message.contains(": version `V2' not found"), !is_started, "{message}");
    Some(output)
}

#[test]
fn needed_version_that_is_defined_is_no_problem() {
    let fixture =
        user_of_v2("int f_V2(void);", |fixture| versioned(fixture, "/opt/libv.so.1", &["V1", "V2"]));
    let tree = Judge::of(&fixture).tree("/app/prog");
    assert_eq!(tree.problems("/app/prog", "version"), [""; 0]);
    assert_eq!(tree.status, 0);
    assert_real(&fixture, true);
}

#[test]
fn needed_version_that_is_not_defined_is_an_error() {
    let fixture = user_of_v2("int f_V2(void);", |fixture| versioned(fixture, "/opt/libv.so.1", &["V1"]));
    let tree = Judge::of(&fixture).tree("/app/prog");
    let problems = tree.problems("/app/prog", "version");
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains("V2") && problems[0].contains("/opt/libv.so.1"), "{problems:?}");
    assert_eq!(tree.status, 1);
    assert_real(&fixture, false);
}

#[test]
fn hard_version_need_of_a_weak_symbol_is_an_error_all_the_same() {
    let fixture = user_of_v2("int f_V2(void) __attribute__((weak));", |fixture| {
        versioned(fixture, "/opt/libv.so.1", &["V1"])
    });
    let tree = Judge::of(&fixture).tree("/app/prog");
    assert_eq!(tree.problems("/app/prog", "version").len(), 1);
    assert_eq!(tree.status, 1);
    assert_real(&fixture, false);
}

#[test]
fn weak_version_need_that_is_not_defined_is_no_error() {
    let fixture = user_of_v2("int f_V2(void) __attribute__((weak));", |fixture| {
        versioned(fixture, "/opt/libv.so.1", &["V1"])
    });
    fixture.patch("/app/prog", Patch::WeakVersionNeeds);
    let tree = Judge::of(&fixture).tree("/app/prog");
    assert_eq!(tree.problems("/app/prog", "version"), [""; 0]);
    assert_eq!(tree.status, 0);
    assert_real(&fixture, true);
}

#[test]
fn library_without_any_versions_does_for_every_version() {
    let fixture = user_of_v2("int f_V2(void);", |fixture| {
        // It uses versions of another library, as any real one does of the C library.
        fixture.build(versioned(fixture, "/opt/libw.so.1", &["W1"]));
        let other = fixture.host("/opt/libw.so.1");
        let source = "int f_W1(void);\nint f_V2(void) { return f_W1(); }\n";
        library("/opt/libv.so.1").source(source).flag(other.to_str().expect("a plain name")).runpath("/opt")
    });
    let tree = Judge::of(&fixture).tree("/app/prog");
    assert_eq!(tree.problems("/app/prog", "version"), [""; 0]);
    assert_eq!(tree.status, 0);
    assert_real(&fixture, true);
}

#[test]
fn versions_are_read_without_section_headers() {
    let fixture = user_of_v2("int f_V2(void);", |fixture| versioned(fixture, "/opt/libv.so.1", &["V1"]));
    fixture.patch("/app/prog", Patch::BogusSections);
    fixture.patch("/opt/libv.so.1", Patch::BogusSections);
    assert_eq!(Judge::of(&fixture).tree("/app/prog").problems("/app/prog", "version").len(), 1);
    assert_real(&fixture, false);
}

#[test]
fn versions_of_a_library_that_is_not_there_are_no_second_problem() {
    let fixture = user_of_v2("int f_V2(void);", |_| library("/elsewhere/libv.so.1"));
    let tree = Judge::of(&fixture).tree("/app/prog");
    assert_eq!(tree.problems("/app/prog", "version"), [""; 0]);
    assert_eq!(tree.status, 1, "the library is missing");
}
