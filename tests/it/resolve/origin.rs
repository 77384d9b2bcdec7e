//! Whose index an answer is from: catalogs of other archives answer only for them.

use serde_json::{Value, json};

use super::archive::World;
use crate::support::command_line::{command, json, said};

/// Options of a question about the tree without its dependencies.
const QUESTION: [&str; 6] = ["app", "--release", "bookworm", "--direct", "--cache-dir", "cache"];

/// The index that an answer names, and whose it is.
fn index(world: &World, arguments: &[&str]) -> (Value, Value) {
    let (answer, status) = json(&world.fixture, &[&QUESTION[..], arguments].concat());
    assert_eq!(status, 0, "{answer}");
    (answer["target"]["index"].clone(), answer["target"]["index_origin"].clone())
}

#[test]
fn a_vendors_index_answers_for_the_vendor_only() {
    let world = World::new();
    let url = world.server.url();
    let vendor = ["--mirror", &url, "--keyring", "key.asc"];
    let host = url.trim_start_matches("http://").trim_end_matches("/debian");
    let (kind, origin) = index(&world, &[&vendor[..], &["--refresh"]].concat());
    assert_eq!(kind, "archive");
    assert_eq!(
        (&origin["origin"], &origin["suite"], &origin["mirror"]),
        (&json!("Test"), &json!("stable"), &json!(host))
    );
    assert_eq!(origin["keys"].as_array().map(Vec::len), Some(1), "{origin}");
    // Without the mirror Debian answers, and without the key nobody's signature counts.
    let debian =
        json!({"origin": "Debian", "label": "Debian", "suite": "bookworm", "mirror": null, "keys": []});
    assert_eq!(index(&world, &[]), (json!("embedded"), debian));
    assert_eq!(index(&world, &[&vendor[..], &["--offline"]].concat()).0, "archive");
    let (before, after) = (world.server.requests().len(), index(&world, &vendor).0);
    assert_eq!((world.server.requests().len(), after), (before, json!("archive")), "it is cached");
    let arguments = [&QUESTION[..], &["--mirror", &url, "--offline"]].concat();
    let untrusted = said(&world.fixture, &mut command(&world.fixture, &arguments));
    assert!(untrusted.contains("no valid signature: key ") && untrusted.ends_with("exit 3\n"), "{untrusted}");
}

#[test]
fn a_text_and_a_lock_say_whose_index_it_is() {
    let world = World::new();
    let url = world.server.url();
    let host = url.trim_start_matches("http://").trim_end_matches("/debian").to_owned();
    let run = |arguments: &[&str]| {
        let output =
            command(&world.fixture, arguments).env("SODEB_CACHE_DIR", "cache").output().expect("runs");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let vendor = ["--mirror", &url, "--keyring", "key.asc", "--release", "bookworm"];
    let text = run(&[&["app", "--direct"], &vendor[..]].concat());
    assert!(
        text.contains(" from Test [key ") && text.contains(&format!("] at {host}, as requested)")),
        "{text}"
    );
    let text = run(&["app", "--direct", "--release", "bookworm"]);
    assert!(text.contains(" from Debian, "), "{text}");
    // An empty tree needs no package, so that nothing is downloaded.
    world.fixture.file("/empty/a.py", "");
    let lock = run(&[&["lock", "empty", "-o", "/dev/stdout"], &vendor[..]].concat());
    let expected = format!(
        "[index]\nkind = \"archive\"\norigin = \"Test\"\nlabel = \"\"\nmirror = \"{host}\"\nkeys = [\n"
    );
    assert!(lock.contains(&expected), "{lock}");
}

#[test]
fn options_that_the_catalog_cannot_honour_fetch_or_fail() {
    let world = World::new();
    let ask = |arguments: &[&str]| {
        let arguments = [&QUESTION[..], arguments].concat();
        said(&world.fixture, &mut command(&world.fixture, &arguments))
    };
    let snapshot = ["--snapshot", "20260818T205150Z"];
    for options in [&snapshot[..], &["--backports"], &["--component", "contrib"]] {
        for catalog in ["embedded", "installed"] {
            let refused = ask(&[options, &["--catalog", catalog]].concat());
            let start = match catalog {
                "embedded" => {
                    format!("! error: cannot use the embedded catalog with {}\n! hint: ", options.join(" "))
                }
                _ => format!(
                    "! error: cannot use {} with the catalog of an installed root\n! hint: ",
                    options[0]
                ),
            };
            assert!(refused.starts_with(&start) && refused.ends_with("exit 2\n"), "{refused}");
        }
        let offline = ask(&[options, &["--offline"]].concat());
        assert!(offline.contains("cannot work offline: the cache has no Release file"), "{offline}");
        // The hint: without the catalog the index of these packages is fetched.
        let url = world.server.url();
        let fetched = ask(&[options, &["--mirror", &url, "--keyring", "key.asc"]].concat());
        let is_asked = !world.server.requests().is_empty();
        assert!(is_asked && !fetched.contains("embedded index"), "{options:?}: {fetched}");
        world.server.reset();
    }
    let mirror = ask(&["--mirror", "http://127.0.0.1:9/", "--catalog", "embedded"]);
    assert_eq!(
        mirror,
        "! error: cannot use --mirror with the embedded catalog\n\
         ! hint: leave out --catalog to use the index of the mirror\nexit 2\n"
    );
    let refresh = ask(&["--refresh", "--offline"]);
    assert!(
        refresh.starts_with("! error: cannot refresh the catalog offline\n! hint: leave out --refresh "),
        "{refresh}"
    );
}
