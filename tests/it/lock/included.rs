//! What is taken though no object asks for it: the data of libraries, what the user names, interpreters, and copyright
//! files that are in another package.

use super::World;
use crate::support::fixture::{Object, library, program};
use crate::support::package::{LIBRARIES, TestPackage};

fn lib(name: &str) -> Object {
    library(&format!("{LIBRARIES}/{name}"))
}

fn with(package: &str, soname: &str, object: Object) -> TestPackage {
    TestPackage::new(package).object(&format!("{LIBRARIES}/{soname}"), object)
}

/// A tree that needs libmagic, the package that has it, and the one with its database.
fn magic() -> World {
    let database = TestPackage::new("libmagic-mgc")
        .file("/usr/lib/file/magic.mgc", "types")
        .link("/usr/share/misc/magic.mgc", "../../lib/file/magic.mgc")
        .file("/usr/share/other", "other");
    World::new(
        lib("x.so").needs("libmagic.so.1"),
        &[with("libmagic1", "libmagic.so.1", lib("libmagic.so.1")), database],
    )
}

#[test]
fn a_library_that_is_of_no_use_without_its_data_has_them() {
    let lock = magic().lock(&[]);
    assert_eq!((lock.status, lock.packages()), (0, vec!["libmagic-mgc", "libmagic1"]), "{}", lock.stderr);
    let files = lock.files();
    assert!(files.contains(&"/usr/lib/file/magic.mgc".to_owned()), "{files:?}");
    assert!(files.contains(&"/usr/share/misc/magic.mgc -> ../../lib/file/magic.mgc".to_owned()), "{files:?}");
    assert!(!files.contains(&"/usr/share/other".to_owned()), "{files:?}");
    assert_eq!(lock.reason("libmagic-mgc").0, "included");
    assert!(lock.text.contains("reason = \"libmagic recognizes no file type without"), "{}", lock.text);
}

#[test]
fn data_are_left_out_on_demand_and_where_the_base_has_them() {
    let world = magic();
    assert_eq!(world.lock(&["--data", "none"]).packages(), ["libmagic1"]);
    world.fixture.file("/sodeb.toml", "data = \"none\"\n");
    assert_eq!(world.lock(&[]).packages(), ["libmagic1"]);
    assert_eq!(world.lock(&["--data", "needed"]).packages(), ["libmagic-mgc", "libmagic1"]);
    world.fixture.file("/base/usr/share/misc/magic.mgc", "its own");
    assert_eq!(world.lock(&["--data", "needed", "--base", "base"]).packages(), ["libmagic1"]);
}

#[test]
fn what_only_some_programs_want_is_told_and_taken_on_demand() {
    let modules = with("libsasl2-modules", "sasl2/libplain.so", lib("libplain.so").needs("libb.so.1"));
    let packages = [
        with("libsasl2-2", "libsasl2.so.2", lib("libsasl2.so.2")),
        modules,
        with("libb1", "libb.so.1", lib("libb.so.1")),
    ];
    let world = World::new(lib("x.so").needs("libsasl2.so.2"), &packages);
    assert_eq!(world.lock(&[]).packages(), ["libsasl2-2"]);
    let report = world.run(&["lock", "app", "--at", "/app", "--refresh", "-o", "x.lock"]);
    let report = String::from_utf8_lossy(&report.stdout).into_owned();
    assert!(report.contains("left out: libsasl2-modules /usr/lib/*/sasl2/* (SASL authenticates"), "{report}");
    let lock = world.lock(&["--data", "all"]);
    assert_eq!(lock.packages(), ["libb1", "libsasl2-2", "libsasl2-modules"], "a module's own libraries too");
}

#[test]
fn a_module_of_the_librarys_own_package_is_linked_with_what_it_needs() {
    let nss = with("libnss3", "libnss3.so", lib("libnss3.so"));
    let nss = nss.object(&format!("{LIBRARIES}/libsoftokn3.so"), lib("libsoftokn3.so").needs("libsql.so.0"));
    let world = World::new(
        lib("x.so").needs("libnss3.so"),
        &[nss, with("libsql0", "libsql.so.0", lib("libsql.so.0"))],
    );
    let lock = world.lock(&[]);
    assert_eq!((lock.status, lock.packages()), (0, vec!["libnss3", "libsql0"]), "{}", lock.stderr);
    assert!(lock.files().contains(&format!("{LIBRARIES}/libsoftokn3.so")), "{:?}", lock.files());
    assert_eq!(lock.reason("libnss3").0, "only-candidate");
}

#[test]
fn files_are_included_by_name() {
    let world = magic();
    world.fixture.file("/sodeb.toml", "include = [\"libmagic-mgc:/usr/share/o*\"]\n");
    let lock = world.lock(&["--data", "none"]);
    assert!(lock.files().contains(&"/usr/share/other".to_owned()), "{:?}", lock.files());
    assert!(lock.text.contains("reason = \"requested by --include\""), "{}", lock.text);
    for (words, cause) in [
        (
            "nobody:/x",
            "cannot include files of nobody: the archive index of debian bookworm amd64 does not have it",
        ),
        ("libmagic1:/etc/*", "cannot include /etc/* of libmagic1: it has no such file"),
    ] {
        let output = world.run(&["lock", "app", "--at", "/app", "--refresh", "--include", words]);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(cause), "{said}");
    }
}

#[test]
fn a_tree_without_objects_has_what_is_included_all_the_same() {
    let world = magic();
    world.fixture.file("/texts/x", "a text");
    let options = ["lock", "texts", "--at", "/texts", "--refresh", "--include", "libmagic-mgc:/usr/share/o*"];
    let lock = super::Lock::of(&world.run(&options));
    assert_eq!((lock.status, lock.files()), (0, vec!["/usr/share/other".to_owned()]), "{}", lock.stderr);
}

/// An interpreter in packages as Debian's, the second of which the first depends on.
fn python() -> Vec<TestPackage> {
    let interpreter = program("/usr/bin/python3.11").needs("libexpat.so.1");
    vec![
        TestPackage::new("base-files").file("/usr/lib/os-release", "ID=debian\n"),
        TestPackage::new("python3-minimal")
            .field("Pre-Depends: python3.11-minimal (>= 3.11), libexpat1")
            .link("/usr/bin/python3", "python3.11")
            .file("/usr/bin/py3compile", "not wanted"),
        TestPackage::new("python3.11-minimal")
            .object("/usr/bin/python3.11", interpreter)
            .file("/usr/share/doc/python3.11-minimal/README", "read me"),
        TestPackage::new("libpython3-stdlib").field("Depends: libpython3.11-stdlib"),
        TestPackage::new("libpython3.11-stdlib")
            .object("/usr/lib/python3.11/lib-dynload/_z.cpython-311.so", lib("_z.so").needs("libz.so.1"))
            .file("/usr/lib/python3.11/os.py", "")
            .file("/usr/lib/python3.11/test/support/os.py", ""),
        with("libexpat1", "libexpat.so.1", lib("libexpat.so.1")),
        with("zlib1g", "libz.so.1", lib("libz.so.1")),
    ]
}

#[test]
fn an_interpreter_comes_with_its_library_and_all_that_these_load() {
    let world = World::new(lib("x.so").needs("libz.so.1"), &python());
    let lock = world.lock(&["--with", "python3"]);
    let expected = [
        "base-files",
        "libexpat1",
        "libpython3.11-stdlib",
        "python3-minimal",
        "python3.11-minimal",
        "zlib1g",
    ];
    assert_eq!(lock.packages(), expected, "{}", lock.stderr);
    let files = lock.files();
    for path in ["/usr/bin/python3.11", "/usr/bin/python3 -> python3.11", "/usr/lib/python3.11/os.py"] {
        assert!(files.contains(&path.to_owned()), "{path}: {files:?}");
    }
    for path in ["py3compile", "README", "test/support"] {
        assert!(!files.iter().any(|file| file.contains(path)), "{path}: {files:?}");
    }
    let output = world.run(&["lock", "app", "--with", "perl"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("expected python3 or ruby"));
}

#[test]
fn a_copyright_file_in_another_package_is_taken_from_there() {
    let holder = TestPackage::new("gcc-12-base").file("/usr/share/doc/gcc-12-base/copyright", "free");
    let stdcpp = with("libstdc++6", "libstdc++.so.6", lib("libstdc++.so.6"));
    let stdcpp = stdcpp.link("/usr/share/doc/libstdc++6", "gcc-12-base");
    let world = World::new(lib("x.so").needs("libstdc++.so.6"), &[holder, stdcpp]);
    let lock = world.lock(&[]);
    assert_eq!(lock.packages(), ["gcc-12-base", "libstdc++6"], "{}", lock.stderr);
    assert!(lock.text.contains("reason = \"the copyright file of libstdc++6\""), "{}", lock.text);
    assert_eq!(lock.reason("gcc-12-base").0, "included");
}
