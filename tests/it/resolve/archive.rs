//! Answers from an archive that is fetched: a signed one on this machine, whole and broken.

use std::fs;

use jiff::SignedDuration;

use crate::support::archive_server::{ArchiveServer, Fault, Files, SigningKey, TestSuite, archive_date, gz};
use crate::support::command_line::{assert_says, command, said};
use crate::support::fixture::{Fixture, library};

pub(super) const CONTENTS: &str = "usr/lib/x86_64-linux-gnu/libgmp.so.10 libs/libgmp10\n";
pub(super) const STANZA: &str = "Package: libgmp10\nVersion: 2:6.2.1+dfsg1-1.1\nArchitecture: amd64\nInstalled-Size: 862\n\
    Section: libs\nFilename: pool/main/g/gmp/libgmp10_6.2.1+dfsg1-1.1_amd64.deb\nSize: 563144\n\
    SHA256: 187aedef2ed763f425c1e523753b9719677633c7eede660401739e9c893482bd\n\n";

/// What the whole archive answers.
const ANSWER: &str = "\
/app  plain, amd64 · 1 file, 1 object · Debian 12 bookworm (archive index of #, as requested)
no base given: nothing is assumed present

libgmp.so.10  → libgmp10  x.so

1 package (# KiB installed, 549.9 KiB to download): libgmp10

not checked: dependencies of these packages; libraries opened by name at run time
";

/// What is said of the suites that the archive does not have.
pub(crate) const LEFT_OUT: &str = "\
! warning: bookworm-updates is left out: MIRROR/dists/bookworm-updates/InRelease: the server answered 404 Not Found
! warning: bookworm-security is left out: MIRROR/dists/bookworm-security/InRelease: the server answered 404 Not Found
";

/// A tree that lacks a library, a mirror that has its package, and the key that the mirror's Release is
/// signed with.
pub(crate) struct World {
    pub(crate) fixture: Fixture,
    key: SigningKey,
    pub(crate) server: ArchiveServer,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::serving(|key| bookworm(CONTENTS).publish(key))
    }

    fn serving(files: impl FnOnce(&SigningKey) -> Files) -> Self {
        let fixture = Fixture::empty();
        fixture.build(library("/app/x.so").needs("libgmp.so.10"));
        let key = SigningKey::new("Test archive");
        key.write_public(&fixture.host("/key.asc"));
        let server = ArchiveServer::start([files(&key)]);
        Self { fixture, key, server }
    }

    /// One whose Contents is not the one that was signed.
    pub(super) fn in_the_middle_of_an_update(release: &str, contents: &str, stanza: &str) -> Self {
        Self::serving(|key| {
            let suite = TestSuite::debian(release).contents("main", "amd64", contents);
            let mut files = suite.packages("main", "amd64", stanza).without_by_hash().publish(key);
            let path = format!("dists/{release}/main/Contents-amd64.gz");
            files.insert(path, gz(&contents.repeat(2).into_bytes()));
            files
        })
    }

    /// What it says about the tree. The archive has no C library, so that packages by themselves are asked about.
    pub(super) fn says(&self, arguments: &[&str]) -> String {
        let question = ["app", "--at", "/app", "--release", "bookworm", "--direct"];
        self.says_of(&[&question[..], arguments].concat())
    }

    /// What it says to any arguments, told of the cache only.
    pub(crate) fn says_without_mirror(&self, arguments: &[&str]) -> String {
        said(&self.fixture, command(&self.fixture, arguments).env("SODEB_CACHE_DIR", "cache"))
    }

    /// What it says to any arguments, told of the mirror, the key and a cache.
    pub(crate) fn says_of(&self, arguments: &[&str]) -> String {
        let mut command = command(&self.fixture, arguments);
        command
            .env("SODEB_MIRROR", self.server.url())
            .env("SODEB_KEYRING", "key.asc")
            .env("SODEB_CACHE_DIR", "cache");
        said(&self.fixture, &mut command).replace(&self.server.url(), "MIRROR")
    }

    /// That the cache answers as it did, without a request.
    fn assert_cache_is_good(&self) {
        self.server.reset();
        assert_says(&self.says(&["--catalog", "archive"]), &format!("{ANSWER}exit 0\n"));
        assert!(self.server.requests().is_empty());
    }
}

pub(crate) fn bookworm(contents: &str) -> TestSuite {
    TestSuite::debian("bookworm").contents("main", "amd64", contents).packages("main", "amd64", STANZA)
}

/// A newer one.
fn next_bookworm(contents: &str) -> TestSuite {
    bookworm(contents).date(archive_date().checked_add(SignedDuration::from_mins(30)).expect("in range"))
}

#[test]
fn it_is_fetched_once_and_then_answers_from_the_cache() {
    let world = World::new();
    assert_says(&world.says(&["--catalog", "archive"]), &format!("{ANSWER}{LEFT_OUT}exit 0\n"));
    assert_eq!(world.server.served("InRelease"), 1);
    world.assert_cache_is_good();
    assert_says(&world.says(&["--catalog", "archive", "--offline"]), &format!("{ANSWER}exit 0\n"));
    assert_says(&world.says(&[]), &format!("{ANSWER}exit 0\n"));
    assert!(world.server.requests().is_empty());
}

#[test]
fn a_refresh_asks_the_mirror_again() {
    let world = World::new();
    assert_says(&world.says(&["--refresh"]), &format!("{ANSWER}{LEFT_OUT}exit 0\n"));
    world.server.publish(next_bookworm("usr/lib/libother.so.1 libs/libgmp10\n").publish(&world.key));
    let news = world.says(&["--refresh", "-q"]);
    assert!(
        news.contains("libgmp.so.10  no package provides it  x.so\n") && news.ends_with("exit 1\n"),
        "{news}"
    );
}

#[test]
fn more_is_told_of_a_package_with_verbose() {
    let world = World::new();
    let more =
        "  libgmp10 2:6.2.1+dfsg1-1.1 amd64 862.0 KiB pool/main/g/gmp/libgmp10_6.2.1+dfsg1-1.1_amd64.deb\n";
    let said = world.says(&["--refresh", "-v"]);
    assert!(said.contains(&format!("to download): libgmp10\n{more}\n")), "{said}");
}

#[test]
fn a_refresh_is_of_the_archive_only() {
    let world = World::new();
    for catalog in ["embedded", "installed"] {
        assert_says(
            &world.says(&["--refresh", "--catalog", catalog]),
            "! error: cannot refresh the catalog: only that of the archive can be fetched\n\
             ! hint: leave out --catalog or --refresh\nexit 2\n",
        );
    }
}

#[test]
fn a_mirror_that_is_gone_leaves_the_cache_good() {
    let world = World::new();
    world.says(&["--refresh"]);
    world.server.fault("bookworm/InRelease", Fault::NotFound);
    assert_says(
        &world.says(&["--refresh"]),
        "! error: cannot find suite bookworm: MIRROR/dists/bookworm/InRelease: the server answered 404 Not Found\n\
         ! hint: check that 'bookworm' is the codename of a release, or name a mirror that has it with --mirror\nexit 3\n",
    );
    world.assert_cache_is_good();
}

#[test]
fn a_signature_by_an_unknown_key_leaves_the_cache_good() {
    let world = World::new();
    world.says(&["--refresh"]);
    let stranger = SigningKey::new("Stranger");
    world.server.publish(next_bookworm("x y\n").publish(&stranger));
    let expected = format!(
        "! error: cannot get the Release file of bookworm: MIRROR/dists/bookworm/InRelease: no valid signature: \
         key {} is not known\n! hint: add the archive's key with --keyring if you trust it\nexit 3\n",
        stranger.fingerprint()
    );
    assert_says(&world.says(&["--refresh"]), &expected);
    world.assert_cache_is_good();
}

#[test]
fn without_network_and_cache_there_is_only_what_is_compiled_in() {
    let world = World::new();
    assert_says(
        &world.says(&["--catalog", "archive", "--offline"]),
        "! error: cannot work offline: the cache has no Release file of bookworm\n\
         ! hint: run it once without --offline\nexit 3\n",
    );
    let without = ["app", "--release", "bookworm", "--direct", "--offline"];
    assert!(world.says_without_mirror(&without).contains("(embedded index of #, as requested)"));
    assert!(world.says(&["--offline"]).contains("cannot work offline"), "the mirror is not passed over");
    assert!(world.server.requests().is_empty());
}

#[test]
fn what_the_archive_is_reached_by_must_make_sense() {
    let world = World::new();
    fs::write(world.fixture.host("/no-keys"), "nothing of the kind\n").expect("written");
    for (flag, word, expected) in [
        ("--mirror", "gopher://x", "use mirror 'gopher://x': not a URL with http, https or file"),
        ("--snapshot", "yesterday", "use snapshot 'yesterday': not of the form 20260818T205150Z"),
        ("--component", "../x", "use component '../x': not a word of lower-case letters, digits and . + -"),
        ("--keyring", "nope", "read keyring nope: No such file or directory (os error 2)"),
        ("--keyring", "no-keys", "read keyring no-keys: unexpected EOF"),
    ] {
        let said = world.says(&["--refresh", flag, word]);
        assert_says(&said, &format!("! error: cannot {expected}\nexit 2\n"));
    }
    assert_says(
        &world.says_of(&["app", "--refresh", "--release", "../x"]),
        "! error: cannot use release '../x': not a word of lower-case letters, digits and . + -\nexit 2\n",
    );
}

#[test]
fn a_cache_that_cannot_be_written_is_the_outsides_fault() {
    let world = World::new();
    world.fixture.file("/file", "no directory\n");
    assert_says(
        &world.says(&["--refresh", "--cache-dir", "file"]),
        "! error: cannot write file/archive in the cache: Not a directory (os error 20)\nexit 3\n",
    );
}
