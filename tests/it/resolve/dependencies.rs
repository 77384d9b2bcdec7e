//! `sodeb resolve` with what the packages need in turn, out of library indices: the compiled-in one and built ones.

use std::process::{Command, Output};

use crate::support::fixture::{Fixture, library};
use crate::support::package::{LIBRARIES, TestPackage};
use crate::support::world::World;
use serde_json::{Value, json};

/// The program asked what to do with a tree in `/app`, with nothing in the cache and no network.
fn command(fixture: &Fixture, name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    command.env_clear().env("HOME", fixture.host("/home")).current_dir(fixture.root());
    // No request through this proxy has an answer.
    command.env("http_proxy", "http://127.0.0.1:9/").env("https_proxy", "http://127.0.0.1:9/");
    command.args([name, "app", "--at", "/app"]).args(arguments);
    command
}

fn sodeb(fixture: &Fixture, arguments: &[&str]) -> Command {
    command(fixture, "resolve", arguments)
}

#[track_caller]
fn answer(output: &Output, status: i32) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{said}{}", String::from_utf8_lossy(&output.stdout));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("no JSON: {error}: {said}"))
}

#[track_caller]
fn asked(fixture: &Fixture, arguments: &[&str], status: i32) -> Value {
    let mut command = sodeb(fixture, &[arguments, &["--format", "json"]].concat());
    answer(&command.output().expect("the program runs"), status)
}

fn rows<'answer>(answer: &'answer Value, list: &str) -> &'answer [Value] {
    answer[list].as_array().unwrap_or_else(|| panic!("{list} is a list in {answer}"))
}

/// The packages of an answer, and whether each is asked for by the tree itself.
fn packages(answer: &Value) -> Vec<(&str, bool)> {
    let rows = rows(answer, "packages").iter();
    rows.map(|row| (row["name"].as_str().unwrap_or_default(), row["direct"] == true)).collect()
}

fn soname<'answer>(answer: &'answer Value, name: &str) -> &'answer Value {
    let found = rows(answer, "sonames").iter().find(|row| row["soname"] == name);
    found.unwrap_or_else(|| panic!("{name} is asked for in {answer}"))
}

fn lacking(sonames: &[&str]) -> Fixture {
    let fixture = Fixture::empty();
    let object = library("/app/x.so").without_soname();
    fixture.build(sonames.iter().fold(object, |object, soname| object.needs(soname)));
    fixture
}

#[test]
fn what_packages_need_in_turn_is_known_without_network_and_cache() {
    for (release, arch) in [("bookworm", "amd64"), ("trixie", "amd64")] {
        let fixture = lacking(&["libmpc.so.3"]);
        let answer = asked(&fixture, &["--release", release, "--arch", arch], 0);
        assert_eq!((&answer["closed"], &answer["unread"]), (&json!(true), &json!([])));
        let expected = [("libc6", false), ("libgmp10", false), ("libmpc3", true), ("libmpfr6", false)];
        assert_eq!(packages(&answer), expected, "{release}");
        let gmp = soname(&answer, "libgmp.so.10");
        assert_eq!((&gmp["status"], &gmp["direct"]), (&json!("package"), &json!(false)));
        let by = gmp["needed_by"].as_array().expect("a list");
        assert!(by[0].as_str().is_some_and(|path| path.contains("/libmpc.so.3.")), "{gmp}");
        assert_eq!(gmp["path"], "/usr/lib/x86_64-linux-gnu/libgmp.so.10");
    }
}

#[test]
fn direct_stops_at_what_the_tree_asks_for() {
    let fixture = lacking(&["libmpc.so.3"]);
    let answer = asked(&fixture, &["--release", "bookworm", "--direct"], 0);
    assert_eq!(packages(&answer), [("libmpc3", true)]);
    assert_eq!(answer["closed"], false);
}

#[test]
fn a_release_without_a_graph_is_answered_as_far_as_it_is_known() {
    let fixture = lacking(&["libmpc.so.3"]);
    let answer = asked(&fixture, &["--release", "bullseye"], 0);
    assert_eq!(packages(&answer), [("libmpc3", true)]);
    let cause = "no library index of debian bullseye amd64 is available";
    assert_eq!(answer["unread"], json!([{ "package": "libmpc3", "cause": cause }]));
    let output = sodeb(&fixture, &["--release", "bullseye"]).output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains(&format!("unknown dependencies of libmpc3: {cause}\n")), "{said}");
}

/// A library that needs one of two, of which the second brings a third along, and one in a private directory.
fn chain() -> Vec<TestPackage> {
    let place = |name: &str| format!("{LIBRARIES}/{name}");
    let one =
        library(&place("libone.so.1")).needs("libany.so.1").needs("libprivate.so").runpath("/usr/lib/own");
    vec![
        TestPackage::new("libone1").object(&place("libone.so.1"), one),
        // The library's own package by name, but it comes to more packages.
        TestPackage::new("many")
            .object(&place("libany.so.1"), library(&place("libany.so.1")).needs("libz9.so.9")),
        TestPackage::new("few").size_kib(5000).object(&place("libany.so.1"), library(&place("libany.so.1"))),
        TestPackage::new("libz9-9").object(&place("libz9.so.9"), library(&place("libz9.so.9"))),
        TestPackage::new("own").object("/usr/lib/own/libprivate.so", library("/libprivate.so")),
    ]
}

fn world() -> World {
    World::new(library("/x.so").without_soname().needs("libone.so.1"), &chain())
}

fn resolve(world: &World, options: &[&str], status: i32) -> Value {
    let arguments = [&["resolve", "app", "--at", "/app", "--format", "json"][..], options].concat();
    answer(&world.run(&arguments), status)
}

#[test]
fn it_takes_the_packages_of_the_lock_and_says_by_what_they_were_chosen() {
    let world = world();
    assert_eq!(world.run(&["index", "build", "--from-debs"]).status.code(), Some(0));
    let answer = resolve(&world, &["--refresh"], 0);
    assert_eq!(packages(&answer), [("few", false), ("libone1", true), ("own", false)]);
    let any = soname(&answer, "libany.so.1");
    assert_eq!((&any["package"], &any["reason"]), (&json!("few"), &json!("smallest-set")));
    assert_eq!(any["alternatives"][0]["package"], "many");
    // What lies in a directory that only its asker knows.
    assert_eq!(soname(&answer, "libprivate.so")["package"], "own");
    let lock = world.run(&["lock", "app", "--at", "/app", "--format", "json"]);
    let lock: Value = serde_json::from_slice(&lock.stdout).expect("is JSON");
    assert_eq!(packages(&lock), packages(&answer));

    let preferred = resolve(&world, &["--prefer", "many"], 0);
    assert_eq!(soname(&preferred, "libany.so.1")["reason"], "preferred");
    let expected = [("libone1", true), ("libz9-9", false), ("many", false), ("own", false)];
    assert_eq!(packages(&preferred), expected);
}

#[test]
fn trees_are_shown_with_the_packages_in_place() {
    let world = world();
    assert_eq!(world.run(&["index", "build", "--from-debs"]).status.code(), Some(0));
    let tree = ["tree", "app", "--at", "/app"];
    let output = world.run(&[&tree[..], &["--with-packages", "--refresh"]].concat());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let expected = format!(
        "/app/x.so  library\n\
         └── libone.so.1 → {LIBRARIES}/libone.so.1 [default]  libone1\n    \
         ├── libany.so.1 → {LIBRARIES}/libany.so.1 [default]  few\n    \
         └── libprivate.so → /usr/lib/own/libprivate.so [runpath]  own\n"
    );
    assert_eq!((output.status.code(), said), (Some(0), expected));

    let many = answer(
        &world.run(&[&tree[..], &["--with-packages", "--prefer", "many", "--format", "json"]].concat()),
        0,
    );
    let needed = rows(&many["objects"][0], "needed");
    let loaded: Vec<_> = needed.iter().map(|one| (one["soname"].as_str(), one["package"].as_str())).collect();
    let expected = [
        (Some("libone.so.1"), Some("libone1")),
        (Some("libany.so.1"), Some("many")),
        (Some("libprivate.so"), Some("own")),
        (Some("libz9.so.9"), Some("libz9-9")),
    ];
    assert_eq!(loaded, expected);
    // Without it what is there is shown, and no package is named.
    let open = command(&world.fixture, "tree", &["--format", "json"]).output().expect("the program runs");
    let open = answer(&open, 1);
    let missing = &open["objects"][0]["needed"][0];
    assert_eq!((&missing["found"], missing.get("package")), (&Value::Null, None));

    // What could not be read is told beside what it leaves missing.
    let fixture = lacking(&["libmpc.so.3"]);
    let output =
        command(&fixture, "tree", &["--with-packages", "--offline", "--release", "bullseye"]).output();
    let output = output.expect("the program runs");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        told.starts_with("warning: libmpc3 could not be read, so that its own needs are not known: "),
        "{told}"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn of_what_is_newer_than_the_graph_that_deb_alone_is_read() {
    let world = world();
    assert_eq!(world.run(&["index", "build", "--from-debs"]).status.code(), Some(0));
    let mut newer = chain();
    newer[2] = newer[2].clone().version("2.0-1");
    world.publish(&newer);
    world.server.reset();
    let read = resolve(&world, &["--refresh"], 0);
    assert_eq!(rows(&read, "packages")[0]["version"], "2.0-1");
    assert_eq!((read["unread"].clone(), world.server.served(".deb")), (json!([]), 1));

    // Where it can't be had, the answer says so and goes on.
    newer[2] = newer[2].clone().version("3.0-1");
    world.publish(&newer);
    world.server.remove("few_3.0-1_amd64.deb");
    let unread = resolve(&world, &["--refresh"], 0);
    assert_eq!(unread["unread"][0]["package"], "few", "{unread}");
    assert_eq!(packages(&unread), [("few", false), ("libone1", true), ("own", false)]);
    let cause = unread["unread"][0]["cause"].as_str().expect("a cause");
    assert!(cause.contains("few_3.0-1_amd64.deb"), "{cause}");
}

/// A tree that needs a soname and a version of the C library that are newer than Debian 12.
fn new_tree() -> Fixture {
    let fixture = lacking(&["libicuuc.so.76"]);
    let versions = fixture.scratch_file("new.map", "GLIBC_2.38 { global: *; };\n");
    let script = format!("-Wl,--version-script={}", versions.display());
    fixture.build(library("/new/libc.so.6").source("int newer(void) { return 0; }\n").flag(&script));
    let new = fixture.host("/new/libc.so.6").display().to_string();
    fixture.build(
        library("/app/y.so").source("int newer(void);\nint use(void) { return newer(); }\n").flag(&new),
    );
    fixture
}

#[test]
fn which_release_has_what_a_tree_needs() {
    let fixture = new_tree();
    let output = sodeb(&fixture, &["--all-releases"]).output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    let end = "works from trixie on; on bookworm GLIBC_2.38 and libicuuc.so.76 are missing\n";
    assert!(said.ends_with(end), "{said}");
    assert!(said.contains("\nbookworm  missing: GLIBC_2.38, libicuuc.so.76\n"), "{said}");
    assert!(said.contains("\ntrixie    works: "), "{said}");
    let verbose = sodeb(&fixture, &["--all-releases", "-v"]).output().expect("the program runs");
    let told = String::from_utf8_lossy(&verbose.stdout).into_owned();
    assert!(
        told.contains("libicuuc.so.76: needed by /app/x.so; this release provides libicuuc.so.72 (libicu72)"),
        "{told}"
    );
    assert!(told.contains("GLIBC_2.38: missing in libc.so.6 of libc6 "), "{told}");

    let answer = asked(&fixture, &["--all-releases"], 0);
    assert_eq!((&answer["schema"], &answer["summary"]), (&json!("sodeb.releases/1"), &json!(end.trim_end())));
    let works: Vec<(&Value, &Value)> =
        rows(&answer, "releases").iter().map(|row| (&row["target"]["release"], &row["works"])).collect();
    let expected = [
        (&json!("bullseye"), &json!(false)),
        (&json!("bookworm"), &json!(false)),
        (&json!("trixie"), &json!(true)),
    ];
    assert_eq!(works, expected);
    let bookworm = &rows(&answer, "releases")[1];
    assert_eq!(bookworm["missing"][0]["soname"], "libicuuc.so.76");
    assert_eq!(bookworm["versions"][0]["version"], "GLIBC_2.38");
    assert_eq!(bookworm["versions"][0]["needed_by"], json!(["/app/y.so"]));
}

#[test]
fn a_release_of_which_too_little_is_known_is_not_said_to_work() {
    let answer = asked(&lacking(&["libgmp.so.10"]), &["--all-releases"], 0);
    assert_eq!(rows(&answer, "releases")[0]["works"], Value::Null);
    assert_eq!(answer["summary"], "works from bookworm on");
    let nowhere = asked(&lacking(&["libnowhere.so.7"]), &["--all-releases"], 1);
    assert_eq!(nowhere["summary"], "works on no available release; on trixie libnowhere.so.7 is missing");
}

#[test]
fn all_releases_are_not_asked_about_with_one() {
    let fixture = lacking(&["libgmp.so.10"]);
    for other in [["--release", "bookworm"], ["--base", "app"], ["--format", "html"]] {
        let output = sodeb(&fixture, &[&["--all-releases"][..], &other].concat()).output().expect("runs");
        assert_eq!(output.status.code(), Some(2), "{other:?}");
    }
}
