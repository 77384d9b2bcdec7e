//! `sodeb index`: update, show, find and build.

use serde_json::Value;

use crate::resolve::archive::{LEFT_OUT, World};
use crate::support::archive_server::Fault;
use crate::support::command_line::{assert_says, json};

/// How the catalog of the test archive is listed.
const LINE: &str = "Debian 12 bookworm amd64  archive index of #, 1 package · 1.0 KiB\n";

const UPDATE: [&str; 4] = ["index", "update", "--release", "bookworm"];

#[test]
fn update_fetches_what_show_then_lists() {
    let world = World::new();
    let before = world.says_of(&["index", "show"]);
    assert!(before.contains("bookworm amd64  embedded") && !before.contains("archive"), "{before}");
    assert_says(&world.says_of(&UPDATE), &format!("{LINE}{LEFT_OUT}exit 0\n"));
    assert_says(&world.says_of(&["index", "show"]), &format!("{LINE}{before}"));
    let verbose = world.says_of(&["index", "show", "-v"]);
    assert!(verbose.starts_with(&format!("{LINE}  bookworm main/Contents-amd64.gz ")), "{verbose}");
}

#[test]
fn show_as_json_tells_what_each_catalog_was_made_from() {
    let world = World::new();
    world.says_of(&UPDATE);
    let (answer, status) = json(&world.fixture, &["index", "show", "--cache-dir", "cache"]);
    assert_eq!((status, &answer["schema"]), (0, &Value::from("sodeb.index-show/1")));
    let first = &answer["catalogs"][0];
    assert_eq!((&first["release"], &first["index"]), (&"bookworm".into(), &"archive".into()));
    assert_eq!((&first["libraries"], &first["packages"]), (&1.into(), &1.into()));
    let sources = first["index_sources"].as_array().expect("a list");
    assert!(sources.len() == 2 && sources.iter().all(|source| source["verified"] == true), "{sources:?}");
}

#[test]
fn an_update_that_fails_leaves_the_cache_good() {
    let world = World::new();
    world.says_of(&UPDATE);
    let before = world.says_of(&["index", "show"]);
    world.server.fault("bookworm/InRelease", Fault::NotFound);
    assert_says(
        &world.says_of(&UPDATE),
        "! error: cannot find suite bookworm: MIRROR/dists/bookworm/InRelease: the server answered 404 Not Found\n\
         ! hint: check that 'bookworm' is the codename of a release, or name a mirror that has it with --mirror\nexit 3\n",
    );
    assert_says(&world.says_of(&["index", "show"]), &before);
}

#[test]
fn find_takes_a_name_or_a_pattern() {
    let world = World::new();
    let runtime = "/usr/lib/x86_64-linux-gnu/libgmp.so.10  libgmp10\n\
                   /usr/lib/x86_64-linux-gnu/libgmp.so.10.4.1  libgmp10\n";
    let find =
        |pattern: &str| world.says_without_mirror(&["index", "find", pattern, "--release", "bookworm"]);
    assert_says(&find("libgmp.so.*"), &format!("{runtime}exit 0\n"));
    let part = find("libgmp");
    assert!(
        part.starts_with(&format!("/usr/lib/x86_64-linux-gnu/libgmp.so  libgmp-dev\n{runtime}")),
        "{part}"
    );
    assert_says(&find("libnowhere.so.7"), "exit 1\n");
    let few =
        world.says_without_mirror(&["index", "find", "libgmp*", "--release", "bookworm", "--limit", "1"]);
    assert_says(
        &few,
        "/usr/lib/x86_64-linux-gnu/libgmp.so  libgmp-dev\n\
         ! note: debian bookworm amd64 has more matches than --limit 1\nexit 0\n",
    );
}

#[test]
fn find_looks_into_what_was_fetched_first() {
    let world = World::new();
    world.says_of(&UPDATE);
    let question = ["index", "find", "libgmp.so.10", "--release", "bookworm", "--cache-dir", "cache"];
    let (answer, _) = json(&world.fixture, &question);
    assert_eq!(answer["catalogs"][0]["index"], "embedded", "the mirror's index answers for the mirror only");
    let url = world.server.url();
    let of_mirror = [&question[..], &["--mirror", &url, "--keyring", "key.asc"]].concat();
    let (answer, status) = json(&world.fixture, &of_mirror);
    assert_eq!((status, &answer["schema"]), (0, &Value::from("sodeb.index-find/1")));
    assert_eq!(answer["catalogs"][0]["index"], "archive");
    assert_eq!(
        answer["catalogs"][0]["libraries"],
        serde_json::json!([{"path": "/usr/lib/x86_64-linux-gnu/libgmp.so.10", "package": "libgmp10"}])
    );
}

#[test]
fn find_in_several_releases_is_one_answer_that_names_them() {
    let world = World::new();
    let question = ["index", "find", "libssl.so.3", "--release", "bookworm", "--release", "trixie"];
    assert_says(
        &world.says_without_mirror(&question),
        "Debian 12 bookworm amd64\n  /usr/lib/x86_64-linux-gnu/libssl.so.3  libssl3\n\
         Debian 13 trixie amd64\n  /usr/lib/x86_64-linux-gnu/libssl.so.3  libssl3t64\nexit 0\n",
    );
    let (answer, _) = json(&world.fixture, &question);
    let releases: Vec<_> =
        answer["catalogs"].as_array().expect("a list").iter().map(|it| &it["release"]).collect();
    assert_eq!(releases, ["bookworm", "trixie"]);
}

#[test]
fn find_in_a_release_that_is_not_at_hand() {
    assert_says(
        &World::new().says_without_mirror(&["index", "find", "libgmp.so.10", "--release", "warty"]),
        "! error: cannot look up packages: no index for debian warty amd64 (known: bullseye, bookworm, trixie)\n\
         ! hint: `sodeb index update --release warty --arch amd64` fetches it\nexit 2\n",
    );
}

#[test]
fn build_writes_one_file_and_the_same_each_time() {
    let world = World::new();
    let build =
        |output: &str| world.says_of(&["index", "build", "--release", "bookworm", "-o", output, "-q"]);
    for output in ["first.catalog", "second.catalog"] {
        assert_says(&build(output), "exit 0\n");
    }
    let read = |name: &str| std::fs::read(world.fixture.host(name)).expect("the catalog is there");
    assert_eq!(read("/first.catalog"), read("/second.catalog"));
    let said = build("nope/x.catalog");
    assert!(said.starts_with("! error: cannot write nope/x.catalog: No such file or directory "), "{said}");
    assert!(said.ends_with("exit 3\n"), "{said}");
}
