//! Contents files that do not match their signed Release, as trixie's for weeks: what a library index confirms needs none.

use serde_json::{Value, json};
use sodeb::debian::catalog::{Catalog, FileCatalog, embedded_catalogs};
use sodeb::vocabulary::PackageName;

use super::archive::{CONTENTS, STANZA, World};
use crate::support::command_line::{command, json, said};
use crate::support::fixture::{Fixture, library};

/// Question of the world's tree in its mirror, whose answer is JSON.
fn asked(world: &World, options: &[&str]) -> (Value, i32) {
    let url = world.server.url();
    let question = ["app", "--release", "bookworm", "--direct", "--cache-dir", "cache"];
    json(&world.fixture, &[&question[..], &["--mirror", &url, "--keyring", "key.asc"], options].concat())
}

#[test]
fn the_embedded_trixie_is_answered_without_a_warning() {
    let fixture = Fixture::empty();
    fixture.build(library("/app/x.so").needs("libgmp.so.10"));
    for options in [&["--direct"][..], &[]] {
        let question =
            [&["app", "--release", "trixie", "--catalog", "embedded", "--offline"][..], options].concat();
        let (answer, status) = json(&fixture, &question);
        assert_eq!((status, &answer["target"]["index_verified"]), (0, &json!(true)), "{answer}");
        assert_eq!(answer["unverified_packages"], json!([]));
        // The Contents itself is as unverified as it was.
        let sources = answer["target"]["index_sources"].as_array().expect("a list");
        assert!(sources.iter().any(|source| source["verified"] == false), "{sources:?}");
        let text = said(&fixture, &mut command(&fixture, &question));
        assert!(!text.contains("unverified") && text.ends_with("exit 0\n"), "{text}");
    }
    let lock = ["lock", "app", "--release", "trixie", "--catalog", "embedded"];
    let offline =
        said(&fixture, &mut command(&fixture, &[&lock[..], &["--offline", "--format", "json"]].concat()));
    assert!(!offline.contains("\"index_verified\": false"), "{offline}");
}

#[test]
fn a_contents_that_was_not_signed_is_left_out_for_packages_that_were_read() {
    let world = World::in_the_middle_of_an_update("bookworm", CONTENTS, STANZA);
    let said = world.says(&["--catalog", "archive"]);
    assert!(said.contains("\nlibgmp.so.10  → libgmp10  x.so\n") && said.ends_with("exit 0\n"), "{said}");
    assert!(!said.contains("unverified"), "{said}");
    let warning =
        "! warning: main/Contents-amd64.gz of bookworm is left out, it does not match the signed Release: ";
    assert!(
        said.contains(warning) && said.contains("; its libraries are those of 1 package that were read\n"),
        "{said}"
    );
    let (answer, _) = asked(&world, &["--offline"]);
    assert_eq!(
        (&answer["target"]["index"], &answer["target"]["index_verified"]),
        (&json!("archive"), &json!(true))
    );
    let update = world.says_of(&["index", "update", "--release", "bookworm"]);
    assert!(update.contains(" · without Contents: libraries of packages that were read\n"), "{update}");
    assert!(update.contains(warning) && update.ends_with("exit 0\n"), "{update}");
}

#[test]
fn a_newer_version_is_marked_until_it_is_read() {
    let newer = STANZA.replace("2:6.2.1+dfsg1-1.1", "2:6.9.0-1").replace("187aedef", "00000000");
    let world = World::in_the_middle_of_an_update("bookworm", CONTENTS, &newer);
    let said = world.says(&["--catalog", "archive"]);
    assert!(said.contains("\nlibgmp.so.10  → libgmp10  x.so\n") && said.ends_with("exit 0\n"), "{said}");
    assert!(said.contains(" 1 package that were read, of which 1 package in an older version\n"), "{said}");
    let mark = "\nunverified: libgmp10 (the Contents of this release did not match its signed Release, and no library index \
                confirms it)\n";
    assert!(said.contains(mark), "{said}");
    let (answer, _) = asked(&world, &["--offline"]);
    assert_eq!(
        (&answer["target"]["index_verified"], &answer["unverified_packages"]),
        (&json!(false), &json!(["libgmp10"]))
    );
}

#[test]
fn a_forged_contents_is_refuted_by_the_deb() {
    let forged = "usr/lib/x86_64-linux-gnu/libgmp.so.10 libs/libmpfr6\n";
    let stanza = "Package: libmpfr6\nVersion: 4.2.0-1\nArchitecture: amd64\nInstalled-Size: 800\nSection: libs\n\
                  Filename: pool/main/m/mpfr4/libmpfr6_4.2.0-1_amd64.deb\nSize: 1\n";
    // The digest of the .deb in the embedded index, so that its files are known.
    let embedded = embedded_catalogs().expect("is of this version");
    let is_bookworm =
        |catalog: &&FileCatalog| catalog.provenance().target.to_string() == "debian bookworm amd64";
    let bookworm = embedded.iter().find(is_bookworm).expect("is there");
    let package = bookworm.package(&PackageName::new("libmpfr6")).expect("is whole").expect("is there");
    let stanza = format!("{stanza}SHA256: {}\n\n", package.sha256.expect("has a digest"));
    let world = World::in_the_middle_of_an_update("bookworm", forged, &stanza);
    let (answer, status) = asked(&world, &["--catalog", "archive", "--allow-unverified-contents"]);
    assert_eq!((status, &answer["packages"][0]["name"]), (0, &json!("libmpfr6")));
    assert_eq!(
        (&answer["target"]["index_verified"], &answer["unverified_packages"]),
        (&json!(false), &json!(["libmpfr6"]))
    );
}

#[test]
fn without_a_library_index_nothing_stands_for_a_contents() {
    let world =
        World::in_the_middle_of_an_update("bullseye", CONTENTS, &STANZA.replace("187aedef", "00000000"));
    let said = world.says_of(&["index", "update", "--release", "bullseye"]);
    let start = "! error: cannot trust main/Contents-amd64.gz of bullseye, it does not match the signed Release: \
                 MIRROR/dists/bullseye/main/Contents-amd64.gz: size ";
    assert!(said.starts_with(start), "{said}");
    let end = "! hint: the mirror is being updated: try again later, name another one with --mirror, or use it \
               unverified with --allow-unverified-contents\nexit 3\n";
    assert!(said.ends_with(end), "{said}");
    // The hint works, and the answer is marked.
    let allowed = world.says_of(&["index", "update", "--release", "bullseye", "--allow-unverified-contents"]);
    assert!(allowed.ends_with("exit 0\n"), "{allowed}");
    let marked = world.says_of(&["app", "--release", "bullseye", "--direct"]);
    assert!(marked.contains("\nunverified: libgmp10 ("), "{marked}");
}
