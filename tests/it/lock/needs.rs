//! What is needed beside DT_NEEDED: symbol versions, the unwinder, and what notes tell.

use super::World;
use crate::support::fixture::{Fixture, Object, library};
use crate::support::package::{LIBRARIES, TestPackage};

fn lib(name: &str) -> Object {
    library(&format!("{LIBRARIES}/{name}"))
}

fn with(package: &str, soname: &str, object: Object) -> TestPackage {
    TestPackage::new(package).object(&format!("{LIBRARIES}/{soname}"), object)
}

#[test]
fn a_user_of_pthread_exit_needs_the_unwinder() {
    let uses_it = "void pthread_exit(void *); void f(void) { pthread_exit(0); }\n";
    let packages = [
        with("libgcc-s1", "libgcc_s.so.1", lib("libgcc_s.so.1")),
        with("liba1", "liba.so.1", lib("liba.so.1")),
    ];
    let world = World::new(lib("x.so").needs("liba.so.1").source(uses_it), &packages);
    let lock = world.lock(&[]);
    assert_eq!((lock.status, lock.packages()), (0, vec!["liba1", "libgcc-s1"]), "{}", lock.stderr);
    assert!(lock.text.contains("need = \"unwinder\""), "{}", lock.text);
    let without = World::new(lib("x.so").needs("liba.so.1"), &packages).lock(&[]);
    assert_eq!(without.packages(), ["liba1"]);
}

#[test]
fn a_user_of_pthread_exit_in_a_package_needs_the_unwinder() {
    let uses_it = "void pthread_cancel(void); void f(void) { pthread_cancel(); }\n";
    let world = World::new(
        lib("x.so").needs("liba.so.1"),
        &[
            with("libgcc-s1", "libgcc_s.so.1", lib("libgcc_s.so.1")),
            with("liba1", "liba.so.1", lib("liba.so.1").source(uses_it)),
        ],
    );
    assert_eq!(world.lock(&[]).packages(), ["liba1", "libgcc-s1"]);
}

/// An object with a note that it opens a library (UAPI.12).
fn opening(priority: &str) -> Object {
    let json = format!(r#"[{{\"soname\":[\"libnew.so.2\",\"libold.so.1\"],\"priority\":\"{priority}\"}}]"#);
    let length = json.replace('\\', "").len() + 1;
    let note = format!(
        "__attribute__((section(\".note.dlopen\"), used, aligned(4))) static const struct {{ unsigned n, d, t; \
         char owner[4]; char json[{length}]; }} note = {{ 4, {length}, 0x407c0c0a, \"FDO\", \"{json}\" }};\n"
    );
    lib("x.so").source(&note)
}

#[test]
fn a_library_that_a_note_requires_is_needed_and_others_by_flag() {
    let packages = [with("libold1", "libold.so.1", lib("libold.so.1"))];
    let required = World::new(opening("required"), &packages).lock(&[]);
    assert_eq!((required.status, required.packages()), (0, vec!["libold1"]), "{}", required.stderr);
    assert!(required.text.contains("need = \"dlopen\""), "{}", required.text);
    let world = World::new(opening("recommended"), &packages);
    assert_eq!(world.lock(&[]).packages(), [""; 0]);
    assert_eq!(world.lock(&["--dlopen", "recommended"]).packages(), ["libold1"]);
    world.fixture.file("/sodeb.toml", "dlopen = \"recommended\"\n");
    assert_eq!(world.lock(&[]).packages(), ["libold1"]);
    world.fixture.file("/sodeb.toml", "dlopen = \"all\"\n");
    let output = world.run(&["lock", "app"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("cannot use dlopen in") && said.contains("expected required, recommended"),
        "{said}"
    );
}

/// A library that defines a version; `scratch` keeps what the compiler reads.
fn versioned(scratch: &Fixture, version: &str) -> Object {
    let script = scratch.scratch_file(version, &format!("{version} {{ global: versioned; }};\n"));
    lib("liba.so.1")
        .source("int versioned(void) { return 1; }\n")
        .flag(&format!("-Wl,--version-script,{}", script.display()))
}

#[test]
fn a_version_that_is_lacking_is_a_problem_that_names_it() {
    let scratch = Fixture::empty();
    let world = World::new(lib("x.so"), &[with("liba1", "liba.so.1", versioned(&scratch, "A_1"))]);
    scratch.build(versioned(&scratch, "A_2").at("/stub/liba.so.1"));
    let source = "int versioned(void); int f(void) { return versioned(); }\n";
    let flag = scratch.host("/stub/liba.so.1").display().to_string();
    world.fixture.build(lib("x.so").source(source).flag(&flag).at("/app/x.so"));
    let lock = world.lock(&[]);
    assert_eq!((lock.status, lock.packages()), (1, vec!["liba1"]), "{}", lock.stderr);
    let (kind, detail) = lock.problems()[0];
    assert_eq!(kind, "version");
    let expected =
        format!("needs version A_2 of {LIBRARIES}/liba.so.1 (liba1 1.0-1), which does not define it");
    assert!(detail.starts_with(&expected), "{detail}");
}
