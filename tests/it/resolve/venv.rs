//! `sodeb resolve` on a virtual environment that has one of everything, against the embedded bookworm.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::support::command_line::{assert_says, json, says};
use crate::support::fixture::{Fixture, Object, Patch, library};

/// EM_AARCH64.
const AARCH64: u16 = 183;

const PACKAGES: &str = "/venv/lib/python3.11/site-packages";

const QUESTION: [&str; 9] =
    ["resolve", "venv", "--at", "/venv", "--release", "bookworm", "--catalog", "embedded", "--offline"];

/// Where an extension module lies.
fn module(name: &str) -> String {
    format!("{PACKAGES}/{name}.cpython-311-x86_64-linux-gnu.so")
}

/// Where a module of the stable ABI for another machine lies.
fn arm() -> String {
    format!("{PACKAGES}/foreign/_arm.abi3.so")
}

fn extension(name: &str) -> Object {
    library(&module(name)).without_soname()
}

fn venv() -> Fixture {
    let fixture = Fixture::empty();
    fixture.file("/venv/pyvenv.cfg", "home = /usr/bin\nversion = 3.11.2\n");
    fixture.build(extension("gmpy2/gmpy2").needs("libmpc.so.3").needs("libgmp.so.10"));
    fixture.build(extension("numpy/linalg").needs("libblas.so.3").needs("libgmp.so.10"));
    fixture.build(extension("old/_ssl").needs("libssl.so.1.1"));
    fixture.build(extension("torch/_C").needs("libcuda.so.1"));
    fixture.build(
        extension("own/_own").needs("libown.so.1").needs("libnowhere.so.7").runpath("$ORIGIN/../own.libs"),
    );
    fixture.build(library(&format!("{PACKAGES}/own.libs/libown.so.1")).needs("libz.so.1"));
    fixture.build(extension("lost/_lost").needs("liblost.so.1"));
    fixture.build(library(&format!("{PACKAGES}/lost.libs/liblost.so.1")));
    fixture.build(extension("foreign/_arm").at(&arm()).needs("libgmp.so.10"));
    fixture.patch(&arm(), Patch::Machine(AARCH64));
    fixture.build(extension("foreign/_musl").needs("libc.musl-x86_64.so.1"));
    fixture
}

fn rows<'answer>(answer: &'answer Value, list: &str) -> &'answer [Value] {
    answer[list].as_array().unwrap_or_else(|| panic!("{list} is a list"))
}

/// What is said of a soname.
fn soname<'answer>(answer: &'answer Value, name: &str) -> &'answer Value {
    rows(answer, "sonames")
        .iter()
        .find(|row| row["soname"] == name)
        .unwrap_or_else(|| panic!("{name} is asked for"))
}

fn fields(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn for_people() {
    assert_says(
        &says(&venv(), &QUESTION),
        "\
/venv  venv, CPython 3.11, amd64 · 11 files, 10 objects · Debian 12 bookworm (embedded index of #, as requested)
no base given: nothing is assumed present

libblas.so.3          → libblas3                        numpy/linalg.cpython-311-x86_64-linux-gnu.so
libcuda.so.1          from the NVIDIA driver, which the container runtime mounts  torch/_C.cpython-311-x86_64-linux-gnu.so
libgmp.so.10          → libgmp10                        gmpy2/gmpy2.cpython-311-x86_64-linux-gnu.so and 1 more
liblost.so.1          not on the search path: /venv/lib/python3.11/site-packages/lost.libs/liblost.so.1  lost/_lost.cpython-311-x86_64-linux-gnu.so
libmpc.so.3           → libmpc3                         gmpy2/gmpy2.cpython-311-x86_64-linux-gnu.so
libnowhere.so.7       no package provides it            own/_own.cpython-311-x86_64-linux-gnu.so
libssl.so.1.1         no package provides it            old/_ssl.cpython-311-x86_64-linux-gnu.so
libz.so.1             → zlib1g                          own.libs/libown.so.1
ld-linux-x86-64.so.2  → libc6                           through /lib/x86_64-linux-gnu/libc.so.6 and 2 more
libc.so.6             → libc6                           through /lib/x86_64-linux-gnu/libm.so.6 and 5 more
libm.so.6             → libc6                           through /usr/lib/x86_64-linux-gnu/libmpc.so.3.3.1
libmpfr.so.6          → libmpfr6                        through /usr/lib/x86_64-linux-gnu/libmpc.so.3.3.1

libblas.so.3: libblas3: Debian prefers it to libatlas3-base, libopenblas0-pthread, libopenblas0-openmp, libopenblas0-serial, libblis4-openmp, libblis4-pthread, libblis4-serial
libblas.so.3: update-alternatives links it to /usr/lib/x86_64-linux-gnu/blas/libblas.so.3
libssl.so.1.1: this release provides libssl.so.3 (libssl3), libssl3.so (libnss3)
libssl.so.1.1: bullseye provides it in libssl1.1

musl-on-glibc foreign/_musl.cpython-311-x86_64-linux-gnu.so: built for musl, not for x86_64-linux-gnu with glibc
  fix: install the wheel for x86_64-linux-gnu with glibc: `pip install --platform`, or in the base
wrong-architecture foreign/_arm.abi3.so: built for aarch64-linux-gnu, not for x86_64-linux-gnu with glibc
  fix: install the wheel for x86_64-linux-gnu with glibc: `pip install --platform`, or in the base

6 packages (# MiB installed, 4.1 MiB to download): libblas3 libgmp10 libmpc3 zlib1g (dependencies: libc6 libmpfr6)

not checked: libraries opened by name at run time
exit 1
",
    );
}

#[test]
fn the_short_form_says_the_same() {
    let fixture = venv();
    assert_eq!(says(&fixture, &QUESTION[1..]), says(&fixture, &QUESTION));
}

#[test]
fn what_is_found_is_shown_with_verbose() {
    let said = says(&venv(), &[&QUESTION[..], &["-v"]].concat());
    let found = format!(
        "libown.so.1           {PACKAGES}/own.libs/libown.so.1  own/_own.cpython-311-x86_64-linux-gnu.so\n"
    );
    assert!(said.contains(&found), "{said}");
    assert!(
        said.contains("\n  libgmp10 2:6.2.1+dfsg1-1.1 amd64 855.0 KiB pool/main/g/gmp/libgmp10_"),
        "{said}"
    );
}

#[test]
fn each_soname_has_its_status() {
    let (answer, status) = json(&venv(), &QUESTION);
    assert_eq!(status, 1, "some libraries are nowhere");
    let statuses: BTreeMap<_, _> = rows(&answer, "sonames")
        .iter()
        .map(|row| (row["soname"].as_str().expect("a text"), row["status"].as_str().expect("a text")))
        .collect();
    let expected = [
        ("ld-linux-x86-64.so.2", "package"),
        ("libblas.so.3", "package"),
        ("libc.so.6", "package"),
        ("libcuda.so.1", "host"),
        ("libgmp.so.10", "package"),
        ("liblost.so.1", "off-path"),
        ("libm.so.6", "package"),
        ("libmpc.so.3", "package"),
        ("libmpfr.so.6", "package"),
        ("libnowhere.so.7", "unresolved"),
        ("libown.so.1", "app"),
        ("libssl.so.1.1", "unresolved"),
        ("libz.so.1", "package"),
    ];
    assert_eq!(statuses, BTreeMap::from(expected));
    let gmp = soname(&answer, "libgmp.so.10");
    assert_eq!((&gmp["package"], &gmp["direct"]), (&json!("libgmp10"), &json!(true)));
    assert_eq!(gmp["path"], "/usr/lib/x86_64-linux-gnu/libgmp.so.10");
    assert_eq!(gmp["needed_by"], json!([module("gmpy2/gmpy2"), module("numpy/linalg")]));
    assert_eq!(soname(&answer, "liblost.so.1")["path"], json!(format!("{PACKAGES}/lost.libs/liblost.so.1")));
}

#[test]
fn what_update_alternatives_links_has_every_package_that_offers_it() {
    let (answer, _) = json(&venv(), &QUESTION);
    let blas = soname(&answer, "libblas.so.3");
    assert_eq!((&blas["package"], &blas["visibility"]), (&json!("libblas3"), &json!("via-alternatives")));
    assert_eq!(blas["path"], "/usr/lib/x86_64-linux-gnu/blas/libblas.so.3");
    let others: Vec<_> = rows(blas, "alternatives").iter().map(|row| &row["package"]).collect();
    assert!(others.contains(&&json!("libopenblas0-pthread")), "{others:?}");
    assert!(rows(blas, "alternatives").iter().all(|row| row["visibility"] == "via-alternatives"));
}

#[test]
fn what_no_package_has_comes_with_what_is_near_and_who_has_it() {
    let (answer, _) = json(&venv(), &QUESTION);
    let ssl = soname(&answer, "libssl.so.1.1");
    assert_eq!(ssl["similar"][0], json!({"soname": "libssl.so.3", "package": "libssl3"}));
    assert_eq!(ssl["other_releases"], json!([{"release": "bullseye", "package": "libssl1.1"}]));
    let nowhere = soname(&answer, "libnowhere.so.7");
    assert_eq!((&nowhere["similar"], &nowhere["other_releases"]), (&json!([]), &json!([])));
}

#[test]
fn a_library_that_another_module_loads_hides_the_gap_and_fills_it_not() {
    let fixture = venv();
    fixture.build(extension("lucky/_first").needs("liblost.so.1").runpath("$ORIGIN/../lost.libs"));
    let (answer, _) = json(&fixture, &QUESTION);
    let lost = soname(&answer, "liblost.so.1");
    assert_eq!((&lost["status"], &lost["needed_by"]), (&json!("off-path"), &json!([module("lost/_lost")])));
    assert_eq!(lost["satisfied_after"], json!([module("lucky/_first")]));
}

#[test]
fn what_a_library_of_the_tree_asks_for_is_direct() {
    let (answer, _) = json(&venv(), &QUESTION);
    let z = soname(&answer, "libz.so.1");
    assert_eq!(
        (&z["direct"], &z["needed_by"]),
        (&json!(true), &json!([format!("{PACKAGES}/own.libs/libown.so.1")]))
    );
}

#[test]
fn each_problem_names_its_object() {
    let (answer, _) = json(&venv(), &QUESTION);
    let problems: Vec<_> =
        rows(&answer, "problems").iter().map(|row| (row["kind"].as_str(), row["object"].as_str())).collect();
    let expected = [
        ("unresolved", module("old/_ssl")),
        ("unresolved", module("own/_own")),
        ("off-path", module("lost/_lost")),
        ("musl-on-glibc", module("foreign/_musl")),
        ("wrong-architecture", arm()),
    ];
    let expected: Vec<_> =
        expected.iter().map(|(kind, object)| (Some(*kind), Some(object.as_str()))).collect();
    assert_eq!(problems, expected);
}

#[test]
fn the_json_has_the_fields_of_its_schema() {
    let (answer, _) = json(&venv(), &QUESTION);
    let has = |value: &Value, wanted: &[&str]| {
        let fields = fields(value);
        assert!(wanted.iter().all(|field| fields.contains(field)), "{wanted:?} in {fields:?}");
    };
    assert_eq!(answer["schema"], "sodeb.resolve/1");
    has(&answer, &["schema", "target", "app", "base", "sonames", "packages", "problems"]);
    has(&answer["target"], &["distribution", "release", "architecture", "index", "index_date"]);
    let app = json!({"path": "venv", "at": "/venv", "kind": "venv", "abi": "CPython 3.11", "files": 11, "skipped": 0,
                     "objects": 10, "self_extracting": []});
    assert_eq!((&answer["app"], &answer["base"]), (&json!([app]), &Value::Null));
    for row in rows(&answer, "sonames") {
        has(row, &["soname", "status", "path", "package", "alternatives", "direct", "needed_by"]);
    }
    for row in rows(&answer, "packages") {
        has(
            row,
            &["name", "version", "architecture", "direct", "filename", "sha256", "size", "installed_size"],
        );
        assert_eq!(row["sha256"].as_str().map(str::len), Some(64), "{row}");
        assert!(row["installed_size"].as_u64() > row["size"].as_u64(), "bytes: {row}");
    }
    for row in rows(&answer, "problems") {
        has(row, &["kind", "object", "detail"]);
    }
}

#[test]
fn another_architecture_is_answered_when_it_is_asked_for() {
    let (answer, _) = json(&venv(), &[&QUESTION[..], &["--arch", "arm64"]].concat());
    assert_eq!(answer["target"]["architecture"], "arm64");
    let gmp = soname(&answer, "libgmp.so.10");
    assert_eq!(gmp["path"], "/usr/lib/aarch64-linux-gnu/libgmp.so.10");
    assert_eq!(gmp["needed_by"], json!([arm()]));
}
