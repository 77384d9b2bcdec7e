//! `sodeb index find` and `stats` on library indices: of an archive on this machine, and the one that is compiled
//! in.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

use crate::support::fixture::{Fixture, Object, library};
use crate::support::package::{LIBRARIES, TestPackage};
use crate::support::world::World;
use serde_json::{Value, json};

fn lib(name: &str) -> Object {
    library(&format!("{LIBRARIES}/{name}"))
}

/// liba.so.1 with the version A_1, behind a link; libb.so.1 that needs that version, and libc.so.1 that needs the library
/// alone; and a package without libraries.
fn packages(scratch: &Fixture) -> Vec<TestPackage> {
    let script = scratch.scratch_file("versions", "A_1 { global: versioned; };\n");
    let versioned = lib("liba.so.1")
        .source("int versioned(void) { return 1; }\n")
        .flag(&format!("-Wl,--version-script,{}", script.display()));
    scratch.build(versioned.clone().at("/liba.so.1"));
    let needing = lib("libb.so.1")
        .source("int versioned(void); int f(void) { return versioned(); }\n")
        .flag(scratch.host("/liba.so.1").to_str().expect("a plain name"));
    vec![
        TestPackage::new("liba1")
            .object(&format!("{LIBRARIES}/liba.so.1.2"), versioned)
            .link(&format!("{LIBRARIES}/liba.so.1"), "liba.so.1.2"),
        TestPackage::new("libb1").object(&format!("{LIBRARIES}/libb.so.1"), needing),
        TestPackage::new("libc1")
            .object(&format!("{LIBRARIES}/libc.so.1"), lib("libc.so.1").needs("liba.so.1").needs("libz.so.9"))
            .link(&format!("{LIBRARIES}/libelse.so.3"), "/elsewhere/libelse.so.3"),
        TestPackage::new("unrelated").file("/usr/share/unrelated/x", "x"),
    ]
}

/// A machine and the archive that it knows.
fn world() -> World {
    World::new(library("/x.so").needs("liba.so.1"), &packages(&Fixture::empty()))
}

/// The same, with the archive's library index.
pub(super) fn gathered() -> World {
    let world = world();
    let settings = format!("mirror = [\"{}\"]\nkeyring = [\"key.asc\"]\n", world.server.url());
    world.fixture.file("/sodeb.toml", &settings);
    let output = world.run(&["index", "build", "--from-debs"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    world
}

/// The file of the library index in the cache.
pub(super) fn library_index_file(world: &World) -> PathBuf {
    let directory = world.fixture.host("/home/.cache/sodeb/libraries");
    let files = fs::read_dir(&directory).into_iter().flatten();
    let mut paths = files.map(|entry| entry.expect("an entry").path());
    let is_index = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "libraries");
    paths.find(is_index).unwrap_or_else(|| directory.join("none.libraries"))
}

/// The program, told of no mirror.
fn command(directory: &Fixture, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    command.env_clear().env("HOME", directory.host("/home")).current_dir(directory.root()).args(arguments);
    command
}

/// All that it says of bookworm on amd64: stdout, stderr behind `! `, and the exit status.
pub(super) fn says(directory: &Fixture, arguments: &[&str]) -> String {
    let output = command(directory, arguments).env("SODEB_RELEASE", "bookworm").output().expect("it runs");
    let mut text = String::from_utf8(output.stdout).expect("an answer in UTF-8");
    for line in String::from_utf8_lossy(&output.stderr).lines() {
        text += &format!("! {line}\n");
    }
    text + &format!("exit {}\n", output.status.code().expect("ends by itself"))
}

pub(super) fn json(directory: &Fixture, arguments: &[&str]) -> Value {
    let mut command = command(directory, &[arguments, &["--format", "json"]].concat());
    let Output { stdout, stderr, .. } = command.env("SODEB_RELEASE", "bookworm").output().expect("it runs");
    serde_json::from_slice(&stdout)
        .unwrap_or_else(|cause| panic!("no JSON ({cause}): {}", String::from_utf8_lossy(&stderr)))
}

/// Returns the packages of the libraries that the filters find.
pub(super) fn found(directory: &Fixture, filters: &[&str]) -> Vec<String> {
    let answer = json(directory, &[&["index", "find", "--limit", "1000"], filters].concat());
    let rows = answer["catalogs"][0]["libraries"].as_array().expect("a list").iter();
    rows.map(|row| row["package"].as_str().expect("a name").to_owned()).collect()
}

#[track_caller]
pub(super) fn assert_says(actual: &str, expected: &str) {
    assert!(actual == expected, "it says:\n{actual}\ninstead of:\n{expected}");
}

#[test]
fn objects_are_found_by_what_they_say_of_themselves() {
    let world = gathered();
    let find = |filters: &[&str]| says(&world.fixture, &[&["index", "find"], filters].concat());
    let (a, b, c) = (
        format!("{LIBRARIES}/liba.so.1.2  liba1\n"),
        format!("{LIBRARIES}/libb.so.1  libb1\n"),
        format!("{LIBRARIES}/libc.so.1  libc1\n"),
    );
    assert_says(&find(&["--soname", "liba.so.1"]), &format!("{a}exit 0\n"));
    assert_says(&find(&["--soname", "lib?.so.*"]), &format!("{a}{b}{c}exit 0\n"));
    assert_says(&find(&["--symbol-version", "A_*"]), &format!("{a}exit 0\n"));
    assert_says(&find(&["--needs", "liba.so.1"]), &format!("{b}{c}exit 0\n"));
    assert_says(&find(&["--needs", "liba.so.1", "--symbol-version", "A_1"]), &format!("{b}exit 0\n"));
    assert_says(&find(&["--needs", "liba.so.1", "--symbol-version", "A_2"]), "exit 1\n");
    assert_says(&find(&["--needs", "liba.so.1", "--package", "libc*"]), &format!("{c}exit 0\n"));
    // A pattern means an object by the links to it, too.
    assert_says(&find(&["*/liba.so.1", "--symbol-version", "A_1"]), &format!("{a}exit 0\n"));
    assert_says(&find(&["libb", "--symbol-version", "A_1"]), "exit 1\n");
    assert_says(
        &find(&["--soname", "*", "--limit", "1"]),
        &format!("{a}! note: debian bookworm amd64 has more matches than --limit 1\nexit 0\n"),
    );
    // The catalog answers where no object has to be asked, and knows links and all other files.
    assert_says(&find(&["--package", "liba1"]), &format!("{LIBRARIES}/liba.so.1  liba1\n{a}exit 0\n"));
    assert_says(
        &find(&["libelse", "--package", "libc1"]),
        &format!("{LIBRARIES}/libelse.so.3  libc1\nexit 0\n"),
    );
    let nothing = find(&[]);
    assert!(
        nothing.contains("<PATTERN|--package <NAME>|--soname") && nothing.ends_with("exit 2\n"),
        "{nothing}"
    );
}

#[test]
fn more_is_told_of_an_object_on_demand() {
    let world = gathered();
    assert_says(
        &says(&world.fixture, &["index", "find", "lib", "--soname", "lib?.so.1", "-v"]),
        &format!(
            "{LIBRARIES}/liba.so.1.2  liba1\n  linked as {LIBRARIES}/liba.so.1\n  soname liba.so.1\n  defines A_1\n\
             {LIBRARIES}/libb.so.1  libb1\n  soname libb.so.1\n  needs liba.so.1 (A_1)\n\
             {LIBRARIES}/libc.so.1  libc1\n  soname libc.so.1\n  needs liba.so.1\n  needs libz.so.9\nexit 0\n"
        ),
    );
    let answer = json(&world.fixture, &["index", "find", "--needs", "liba.so.1", "--symbol-version", "A_1"]);
    assert_eq!(answer["schema"], "sodeb.index-find/1");
    assert_eq!(
        (&answer["pattern"], &answer["needs"], &answer["version"]),
        (&Value::Null, &"liba.so.1".into(), &"A_1".into())
    );
    let found = &answer["catalogs"][0];
    assert_eq!(
        (&found["release"], &found["unknown_packages"], &found["truncated"]),
        (&"bookworm".into(), &0.into(), &false.into())
    );
    let expected = json!([{
        "path": format!("{LIBRARIES}/libb.so.1"),
        "package": "libb1",
        "links": [],
        "soname": "libb.so.1",
        "needed": ["liba.so.1"],
        "version_definitions": [],
        "version_needs": [{"soname": "liba.so.1", "version": "A_1", "weak": false}],
    }]);
    assert_eq!(found["libraries"], expected);
}

#[test]
fn what_no_graph_knows_is_told() {
    let fixture = Fixture::empty();
    let unknown = "! error: cannot read the libraries of debian bullseye amd64: no library index has them\n\
                   ! hint: `sodeb index build --from-debs --release bullseye --arch amd64` builds one\nexit 2\n";
    let asked = |question: &[&str]| says(&fixture, &[question, &["--release", "bullseye"]].concat());
    assert_says(&asked(&["index", "find", "--needs", "libgmp.so.10"]), unknown);
    assert_says(&asked(&["index", "stats"]), unknown);
    assert_says(&asked(&["index", "export", "-o", "tables"]), unknown);
    assert!(!fixture.root().join("tables").exists());

    let world = gathered();
    let scratch = Fixture::empty();
    let mut newer = packages(&scratch);
    newer[1] = newer[1].clone().version("2.0-1");
    world.publish(&newer);
    assert_eq!(world.run(&["index", "update"]).status.code(), Some(0));
    assert_says(
        &says(&world.fixture, &["index", "find", "--needs", "liba.so.1"]),
        &format!(
            "{LIBRARIES}/libc.so.1  libc1\n! note: 1 of 3 packages of debian bookworm amd64 are left out: no library index \
             has these versions\nexit 0\n"
        ),
    );
}

#[test]
fn a_graph_that_is_broken_is_an_error_and_not_fewer_answers() {
    let world = gathered();
    let path = library_index_file(&world);
    let mut bytes = fs::read(&path).expect("is written");
    let last = bytes.len() - 3;
    bytes[last] ^= 0xff;
    fs::write(&path, bytes).expect("is written");
    for command in [&["find", "--needs", "liba.so.1"][..], &["stats"], &["export", "-o", "tables"]] {
        assert_says(
            &says(&world.fixture, &[&["index"], command].concat()),
            "! error: cannot read a library index: one of its blocks is damaged\n\
             ! hint: `sodeb index build --from-debs` replaces it\nexit 3\n",
        );
    }
    assert!(!world.fixture.root().join("tables").exists());
}

#[test]
fn a_graph_is_counted() {
    let world = gathered();
    let text = says(&world.fixture, &["index", "stats"]);
    let (head, rest) = text.split_once('\n').expect("a line");
    assert!(head.starts_with("Debian 12 bookworm amd64  archive index of "), "{head}");
    let counts = "  3 packages, 3 objects, 2 links\n";
    assert!(rest.starts_with(counts), "{rest}");
    for line in [
        "  3 distinct sonames, 0 sonames in several packages\n",
        "  3 needed edges\n",
        "  1 symbol version defined, 1 symbol version needed\n",
        "needed by most objects\n  liba.so.1  2 objects\n  libz.so.9  1 object\nlargest\n",
    ] {
        assert!(rest.contains(line), "{line}: {rest}");
    }
    let answer = json(&world.fixture, &["index", "stats"]);
    assert_eq!(answer["schema"], "sodeb.index-stats/1");
    let counted = &answer["targets"][0];
    assert_eq!((&counted["index"], &counted["needed"]), (&"archive".into(), &3.into()));
    assert_eq!(counted["most_needed"][0], json!({"soname": "liba.so.1", "objects": 2}));
    let sizes = counted["largest"].as_array().expect("a list").iter();
    assert_eq!(counted["size"], sizes.map(|row| row["size"].as_u64().expect("a number")).sum::<u64>());
}

#[test]
fn the_graph_that_is_compiled_in_answers() {
    let directory = Fixture::empty();
    let find = |filters: &[&str]| found(&directory, filters);
    let gmp = find(&["--needs", "libgmp.so.10"]);
    for package in ["libmpfr6", "libmpc3"] {
        assert!(gmp.contains(&package.to_owned()), "{package}: {gmp:?}");
    }
    assert_eq!(find(&["--soname", "libgmp.so.10"]), ["libgmp10"]);
    let glibc = find(&["--symbol-version", "GLIBC_2.36"]);
    assert!(!glibc.is_empty() && glibc.iter().all(|package| package == "libc6"), "{glibc:?}");
    let newest = find(&["--needs", "libc.so.6", "--symbol-version", "GLIBC_2.36"]);
    assert!(newest.len() > 10 && !newest.contains(&"libgmp10".to_owned()), "{newest:?}");

    let counted = &json(&directory, &["index", "stats"])["targets"][0];
    assert!(counted["packages"].as_u64() > Some(5_000), "{counted}");
    assert_eq!(counted["most_needed"][0]["soname"], "libc.so.6");
}

#[test]
fn a_release_is_held_against_itself() {
    let world = gathered();
    assert_says(
        &says(&world.fixture, &["index", "check", "-v"]),
        &format!(
            "Debian 12 bookworm amd64  3 packages, 3 libraries in ld.so's default directories, 0 for other systems skipped\n        \
             3  needed edges\n        2  found by default\n        0  of those through update-alternatives\n        \
             1  not found: nowhere, needed by 1 library\n           {LIBRARIES}/libc.so.1 (libc1) → libz.so.9\nexit 0\n"
        ),
    );
    let answer = json(&world.fixture, &["index", "check"]);
    assert_eq!(answer["schema"], "sodeb.index-check/1");
    assert_eq!(answer["targets"][0]["missing"][0]["reason"], "nowhere");
}

#[test]
fn debian_itself_has_almost_all_that_its_libraries_need() {
    let fixture = Fixture::empty();
    let answer = json(&fixture, &["index", "check", "--release", "bookworm,trixie", "--arch", "amd64,arm64"]);
    let targets = answer["targets"].as_array().expect("a list");
    assert_eq!(targets.len(), 4);
    for target in targets {
        let (edges, missing) = (target["edges"].as_u64(), target["missing"].as_array());
        let (edges, missing) = (edges.expect("a count"), missing.expect("a list"));
        assert!(edges > 50_000, "{edges}");
        assert!(missing.len() as u64 * 500 < edges, "{} of {edges}: {missing:#?}", missing.len());
        // Links of update-alternatives count: no package has a file libblas.so.3 where ld.so looks.
        assert!(target["through_alternatives"].as_u64() > Some(50), "{}", target["through_alternatives"]);
        let found: u64 =
            target["found"].as_object().expect("counts").values().filter_map(Value::as_u64).sum();
        assert_eq!(found + missing.len() as u64, edges);
    }
}
