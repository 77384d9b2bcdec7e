//! The archive client from outside, against a signed archive that goes wrong in every way that is known.
//!
//! Where an update fails, the error's text is asserted, and that what the cache held before still answers.

mod support;

use std::io::Read;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use sodeb::archive::{
    Archive, ArchiveDiagnostic, ArchiveError, ArchiveSettings, IndexFile, IndexSet, Mirrors,
};
use sodeb::progress::Silent;
use sodeb::vocabulary::{Architecture, Distribution, Release, Target};
use support::archive_server::{ArchiveServer, Fault, Files, SigningKey, TestSuite, archive_date, gz};
use tempfile::TempDir;

const CONTENTS: &str = "usr/lib/x86_64-linux-gnu/libgmp.so.10 libs/libgmp10\n";
const STANZA: &str = "Package: libgmp10\nVersion: 2:6.2.1+dfsg1-1.1\n";
const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// A mirror, the key that signs it, and an empty cache.
struct World {
    folder: TempDir,
    key: SigningKey,
    server: ArchiveServer,
}

impl World {
    fn new() -> Self {
        Self::with(vec![bookworm(CONTENTS)])
    }

    fn with(suites: Vec<TestSuite>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let key = SigningKey::new("Test archive");
        key.write_public(&folder.path().join("key.asc"));
        let server = ArchiveServer::start(suites.iter().map(|suite| suite.publish(&key)));
        Self { folder, key, server }
    }

    fn settings(&self) -> ArchiveSettings {
        settings(self.folder.path(), &self.server.url())
    }

    fn update(&self) -> Result<IndexSet, ArchiveError> {
        update(self.settings())
    }

    fn fails(&self) -> String {
        with_causes(&self.update().expect_err("must fail"))
    }

    /// That the cache still answers without the mirror as it did.
    fn assert_cache_is_good(&self, contents: &str) {
        let set = update(ArchiveSettings { offline: true, ..self.settings() }).expect("is cached");
        assert_eq!(read(&set.contents[0]), contents);
        assert_eq!(read(&set.packages[0]), STANZA);
    }
}

fn settings(folder: &Path, mirror: &str) -> ArchiveSettings {
    ArchiveSettings {
        mirrors: Mirrors::Given(vec![mirror.to_owned()]),
        snapshot: None,
        keyrings: vec![folder.join("key.asc")],
        cache_dir: folder.join("cache"),
        offline: false,
        components: Vec::new(),
        backports: false,
        contents_hint: false,
        now: Timestamp::now(),
    }
}

fn update(settings: ArchiveSettings) -> Result<IndexSet, ArchiveError> {
    Archive::new(settings)?.update(&target("bookworm"), &Silent)
}

fn target(release: &str) -> Target {
    Target {
        distribution: Distribution::Debian,
        release: Release::new(release),
        architecture: Architecture::Amd64,
    }
}

fn bookworm(contents: &str) -> TestSuite {
    TestSuite::debian("bookworm").contents("main", "amd64", contents).packages("main", "amd64", STANZA)
}

/// A newer bookworm, dated half an hour after [`bookworm`].
fn next_bookworm(contents: &str) -> TestSuite {
    bookworm(contents).date(archive_date().checked_add(HOUR / 2).expect("in range"))
}

fn read(index: &IndexFile) -> String {
    let mut text = String::new();
    index.open().expect("opens").read_to_string(&mut text).expect("reads");
    text
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    text
}

/// Lines that do not shrink, so that the compressed file is longer than a few blocks.
fn long_contents() -> String {
    (0..4000_u32)
        .map(|line| format!("usr/lib/{} libs/x\n", support::archive_server::sha256(&line.to_le_bytes())))
        .collect()
}

#[test]
fn an_update_gives_every_index_of_every_suite() {
    let security = TestSuite::debian("bookworm-security").contents("main", "amd64", "").packages(
        "main",
        "amd64",
        "Package: libgmp10\nVersion: 3\n",
    );
    let world = World::with(vec![bookworm(CONTENTS), security]);
    let set = world.update().expect("up to date");
    let names: Vec<_> = set.releases.iter().map(|release| release.suite.as_str()).collect();
    assert_eq!(names, ["bookworm", "bookworm-security"]);
    let files: Vec<_> = set.contents.iter().chain(&set.packages).map(|index| index.file.as_str()).collect();
    assert_eq!(
        files,
        [
            "main/Contents-amd64.gz",
            "main/Contents-amd64.gz",
            "main/binary-amd64/Packages.xz",
            "main/binary-amd64/Packages.xz"
        ]
    );
    assert!(set.contents.iter().chain(&set.packages).all(|index| index.verified));
    assert_eq!(set.contents[0].date, archive_date());
    assert_eq!(read(&set.contents[0]), CONTENTS);
    assert_eq!(read(&set.contents[1]), "");
    assert_eq!(read(&set.packages[0]), STANZA);
    let [ArchiveDiagnostic::SuiteAbsent { suite, cause }] = &set.diagnostics[..] else {
        panic!("{:?}", set.diagnostics);
    };
    assert_eq!(suite, "bookworm-updates");
    let url = world.server.url();
    assert_eq!(*cause, format!("{url}/dists/bookworm-updates/InRelease: the server answered 404 Not Found"));
}

#[test]
fn files_are_asked_for_by_their_digest_where_the_release_offers_that() {
    let world = World::new();
    world.update().expect("up to date");
    assert_eq!(world.server.served("by-hash/SHA256/"), 2);
    assert_eq!(world.server.served("Contents-amd64.gz"), 0);

    let world = World::with(vec![bookworm(CONTENTS).without_by_hash()]);
    world.update().expect("up to date");
    assert_eq!(world.server.served("Contents-amd64.gz"), 1);
    assert!(world.server.requests().iter().all(|request| !request.path.contains("by-hash")));
}

#[test]
fn a_second_update_asks_whether_the_release_changed_and_fetches_nothing() {
    let world = World::new();
    let first = world.update().expect("up to date");
    world.server.reset();
    let second = world.update().expect("up to date");
    let requests = world.server.requests();
    let release = requests.iter().find(|request| request.path == "dists/bookworm/InRelease").expect("asked");
    assert!(release.if_none_match.is_some());
    assert_eq!(release.status, 304);
    assert!(requests.iter().all(|request| request.path.ends_with("InRelease")), "{requests:?}");
    assert_eq!(second.contents, first.contents);
}

#[test]
fn a_text_that_was_changed_after_signing_is_refused() {
    let world = World::new();
    world.update().expect("up to date");
    let signed = String::from_utf8(world.key.sign(&next_bookworm("x y\n").release())).expect("is text");
    let forged = signed.replace("Codename: bookworm", "Codename:  bookworm").into_bytes();
    world.server.publish(Files::from([("dists/bookworm/InRelease".to_owned(), forged)]));
    let error = world.fails();
    let url = world.server.url();
    let start = format!(
        "cannot get the Release file of bookworm: {url}/dists/bookworm/InRelease: no good signature: bad signature by key {}: ",
        world.key.fingerprint()
    );
    assert!(error.starts_with(&start), "{error}");
    world.assert_cache_is_good(CONTENTS);
}

#[test]
fn only_the_signed_text_counts_never_what_stands_around_it() {
    let world = World::new();
    let signed = String::from_utf8(world.key.sign(&bookworm(CONTENTS).release())).expect("is text");
    let around = format!("Codename: forged\n\n{signed}\nCodename: forged\nSHA256:\n");
    world.server.publish(Files::from([("dists/bookworm/InRelease".to_owned(), around.into_bytes())]));
    match world.update() {
        Ok(set) => assert_eq!(read(&set.contents[0]), CONTENTS),
        Err(error) => assert!(error.to_string().contains("not a clear-signed text"), "{error}"),
    }
}

#[test]
fn a_key_that_is_not_known_is_named_with_a_hint() {
    let world = World::new();
    world.update().expect("up to date");
    let stranger = SigningKey::new("Stranger");
    world.server.publish(next_bookworm("x y\n").publish(&stranger));
    let error = world.update().expect_err("must fail");
    let expected = format!("no good signature: key {} is not known", stranger.fingerprint());
    assert!(error.to_string().ends_with(&expected), "{error}");
    assert_eq!(error.hint().expect("a hint"), "add the archive's key with --keyring if you trust it");
    world.assert_cache_is_good(CONTENTS);
}

#[test]
fn a_key_that_expired_ends_trust_but_not_in_a_snapshot_of_its_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let then = archive_date().checked_sub(HOUR * 24 * 100).expect("in range");
    let key = SigningKey::at("Old archive", then, Some(Duration::from_secs(24 * 3600 * 30)));
    key.write_public(&folder.path().join("key.asc"));
    let suite = bookworm(CONTENTS).date(then);
    let files = suite.publish(&key);
    let name = then.strftime("%Y%m%dT%H%M%SZ").to_string();
    let old = suite.valid_until(then.checked_add(HOUR).expect("in range")).publish(&key);
    let snapshot = old.into_iter().map(|(path, bytes)| (format!("{name}/{path}"), bytes)).collect();
    let server = ArchiveServer::start([files, snapshot]);
    let error = update(settings(folder.path(), &server.url())).expect_err("must fail").to_string();
    let expected = format!("key {} cannot be used: ", key.fingerprint());
    assert!(error.contains(&expected) && error.contains("Expired on "), "{error}");

    let past = ArchiveSettings { snapshot: Some(name), ..settings(folder.path(), &server.url()) };
    let set = update(past).expect("the past is readable");
    assert_eq!(read(&set.contents[0]), CONTENTS);
}

#[test]
fn a_weak_hash_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let key = SigningKey::new("Weak archive").with_weak_hash();
    key.write_public(&folder.path().join("key.asc"));
    let server = ArchiveServer::start([bookworm(CONTENTS).publish(&key)]);
    let error = update(settings(folder.path(), &server.url())).expect_err("must fail").to_string();
    assert!(
        error.contains("no good signature: signature by key ") && error.contains("is too weak: "),
        "{error}"
    );
}

#[test]
fn an_expired_release_is_refused_online_and_said_offline() {
    let valid_until = archive_date().checked_add(HOUR * 2).expect("in range");
    let world = World::with(vec![bookworm(CONTENTS).valid_until(valid_until)]);
    world.update().expect("is valid now");
    let now = valid_until.checked_add(HOUR).expect("in range");
    let error = update(ArchiveSettings { now, ..world.settings() }).expect_err("must fail");
    let expected = format!("it was valid until {valid_until} and it is {now}");
    assert!(error.to_string().ends_with(&expected), "{error}");
    assert!(error.hint().expect("a hint").contains("the mirror lags behind"));
    let set = update(ArchiveSettings { now, offline: true, ..world.settings() }).expect("is cached");
    let said = ArchiveDiagnostic::ExpiredOffline { suite: "bookworm".to_owned(), valid_until };
    assert!(set.diagnostics.contains(&said), "{:?}", set.diagnostics);
}

#[test]
fn a_release_from_the_future_is_refused() {
    let world = World::new();
    world.update().expect("up to date");
    let date = archive_date().checked_add(HOUR * 72).expect("in range");
    world.server.publish(bookworm("x y\n").date(date).publish(&world.key));
    let error = world.fails();
    assert!(error.contains(&format!("it is dated {date}, in the future of ")), "{error}");
    world.assert_cache_is_good(CONTENTS);
}

#[test]
fn the_release_of_another_suite_is_refused() {
    let world = World::new();
    world.update().expect("up to date");
    world.server.publish(next_bookworm("x y\n").codename("trixie").publish(&world.key));
    let error = world.fails();
    assert!(error.ends_with("it is the Release file of 'trixie', not of 'bookworm'"), "{error}");
    world.assert_cache_is_good(CONTENTS);
}

#[test]
fn a_mirror_cannot_go_back_to_an_older_release() {
    let world = World::with(vec![next_bookworm(CONTENTS)]);
    world.update().expect("up to date");
    world.server.publish(bookworm("old old\n").publish(&world.key));
    let set = world.update().expect("up to date");
    assert_eq!(read(&set.contents[0]), CONTENTS);
    assert!(matches!(set.diagnostics[0], ArchiveDiagnostic::OlderRelease { .. }), "{:?}", set.diagnostics);
}

#[test]
fn a_packages_that_does_not_match_is_an_error() {
    let world = World::new();
    world.update().expect("up to date");
    let next = next_bookworm(CONTENTS).packages("main", "amd64", "Package: other\nVersion: 1\n");
    let mut files = next.publish(&world.key);
    for (path, bytes) in &mut files {
        if path.contains("binary-amd64") {
            let last = bytes.len() - 1;
            bytes[last] ^= 1;
        }
    }
    world.server.publish(files);
    let error = update(ArchiveSettings { contents_hint: true, ..world.settings() }).expect_err("must fail");
    let text = error.to_string();
    assert!(text.starts_with("cannot get main/binary-amd64/Packages.xz of bookworm: http://"), "{text}");
    assert!(text.contains(": sha256 ") && text.ends_with(" in the signed Release"), "{text}");
}

/// A mirror in the middle of a point release: the Release is new, Contents is not, and its by-hash is absent.
fn in_the_middle_of_a_point_release(world: &World) {
    let mut files = next_bookworm("a newer one of another size\n").publish(&world.key);
    files.retain(|path, _| !path.contains("Contents") && !path.contains("main/by-hash"));
    world.server.remove("main/Contents-amd64.gz");
    world.server.publish(files);
    let stale = gz(b"stale stale/stale\n");
    world.server.publish(Files::from([("dists/bookworm/main/Contents-amd64.gz".to_owned(), stale)]));
}

#[test]
fn a_contents_that_does_not_match_is_no_authority() {
    let world = World::new();
    in_the_middle_of_a_point_release(&world);
    let error = world.update().expect_err("must fail");
    let text = error.to_string();
    let start = "cannot trust main/Contents-amd64.gz of bookworm, it does not match the signed Release: ";
    assert!(text.starts_with(start), "{text}");
    assert!(
        text.contains("/by-hash/SHA256/") && text.contains(": the server answered 404 Not Found; "),
        "{text}"
    );
    assert!(
        text.contains("/main/Contents-amd64.gz: size ") && text.ends_with(" in the signed Release"),
        "{text}"
    );
    assert!(error.hint().expect("a hint").contains("--contents-hint"));
}

#[test]
fn the_next_mirror_may_have_the_contents_that_matches() {
    let world = World::new();
    in_the_middle_of_a_point_release(&world);
    let other = ArchiveServer::start([next_bookworm("a newer one of another size\n").publish(&world.key)]);
    let mirrors = Mirrors::Given(vec![world.server.url(), other.url()]);
    let set = update(ArchiveSettings { mirrors, ..world.settings() }).expect("up to date");
    assert!(set.contents[0].verified);
    assert_eq!(read(&set.contents[0]), "a newer one of another size\n");
    assert_eq!(set.releases[0].base, world.server.url());
}

#[test]
fn the_last_contents_that_matched_serves_with_its_own_date() {
    let world = World::new();
    world.update().expect("up to date");
    in_the_middle_of_a_point_release(&world);
    let set = world.update().expect("falls back");
    assert_eq!(read(&set.contents[0]), CONTENTS);
    assert!(set.contents[0].verified);
    assert_eq!(set.contents[0].date, archive_date());
    assert!(set.releases[0].date > archive_date());
    let said = set.diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    let expected = format!(
        "main/Contents-amd64.gz of bookworm does not match the signed Release, the one of {} is used: ",
        archive_date()
    );
    assert!(said.contains(&expected), "{said}");
    world.assert_cache_is_good(CONTENTS);
}

#[test]
fn a_contents_that_does_not_match_is_taken_as_a_hint_only_when_asked() {
    let world = World::new();
    in_the_middle_of_a_point_release(&world);
    let set = update(ArchiveSettings { contents_hint: true, ..world.settings() }).expect("a proposal");
    assert!(!set.contents[0].verified);
    assert_eq!(read(&set.contents[0]), "stale stale/stale\n");
    assert!(set.packages[0].verified);
    let said = set.diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(said.contains("does not match the signed Release and is a proposal only: "), "{said}");
}

#[test]
fn a_truncated_gzip_that_was_signed_so_fails_when_read() {
    let whole = gz(CONTENTS.as_bytes());
    let truncated = whole[..whole.len() - 10].to_vec();
    let world = World::with(vec![bookworm(CONTENTS).compressed("main/Contents-amd64.gz", truncated)]);
    let set = world.update().expect("is what was signed");
    let error =
        set.contents[0].open().expect("opens").read_to_end(&mut Vec::new()).expect_err("is truncated");
    assert_eq!(error.kind(), std::io::ErrorKind::UnexpectedEof);
}

#[test]
fn a_decompression_bomb_is_refused() {
    let bomb = gz(&vec![b' '; 1 << 20]);
    let world = World::with(vec![bookworm(CONTENTS).compressed("main/Contents-amd64.gz", bomb)]);
    let set = world.update().expect("is what was signed");
    let mut read = Vec::new();
    let error = set.contents[0].open().expect("opens").read_to_end(&mut read).expect_err("is a bomb");
    assert_eq!(error.to_string(), format!("inflates to more than the {} bytes allowed", CONTENTS.len()));
    assert!(read.len() <= CONTENTS.len());
}

#[test]
fn a_transfer_that_breaks_off_goes_on_where_it_was() {
    let contents = long_contents();
    let world = World::with(vec![bookworm(&contents).without_by_hash()]);
    world.server.fault("Contents", Fault::BreakOff { after: 50_000, times: 1 });
    let set = world.update().expect("up to date");
    assert_eq!(read(&set.contents[0]), contents);
    let requests = world.server.requests();
    let second =
        requests.iter().filter(|request| request.path.contains("Contents")).nth(1).expect("asked twice");
    assert_eq!((second.range.as_deref(), second.status), (Some("bytes=50000-"), 206));
}

#[test]
fn a_server_without_ranges_is_asked_from_the_start() {
    let contents = long_contents();
    let world = World::with(vec![bookworm(&contents).without_by_hash()]);
    world.server.fault("Contents", Fault::BreakOff { after: 50_000, times: 1 });
    world.server.fault("Contents", Fault::NoRange);
    let set = world.update().expect("up to date");
    assert_eq!(read(&set.contents[0]), contents);
    assert_eq!(world.server.served("Contents"), 2);
}

#[test]
fn a_mirror_that_dies_half_way_leaves_its_part_to_the_next() {
    let contents = long_contents();
    let world = World::with(vec![bookworm(&contents).without_by_hash()]);
    world.server.fault("Contents", Fault::BreakOff { after: 1000, times: usize::MAX });
    let error = world.fails();
    assert!(error.starts_with("cannot get main/Contents-amd64.gz of bookworm: http://"), "{error}");
    assert!(error.contains(": the transfer broke off after 4000 bytes"), "{error}");

    let other = ArchiveServer::start([bookworm(&contents).without_by_hash().publish(&world.key)]);
    let mirrors = Mirrors::Given(vec![world.server.url(), other.url()]);
    let set = update(ArchiveSettings { mirrors, ..world.settings() }).expect("up to date");
    assert_eq!(read(&set.contents[0]), contents);
    let requests = other.requests();
    let resumed = requests.iter().find(|request| request.path.contains("Contents")).expect("was asked");
    assert_eq!((resumed.range.as_deref(), resumed.status), (Some("bytes=8000-"), 206));
    assert!(
        matches!(set.diagnostics[..], [.., ArchiveDiagnostic::MirrorPassedOver { .. }]),
        "{:?}",
        set.diagnostics
    );
}

#[test]
fn a_part_of_another_file_is_noticed_and_fetched_anew() {
    let contents = long_contents();
    let world = World::with(vec![bookworm(&contents)]);
    let digest = support::archive_server::sha256(&gz(contents.as_bytes()));
    let partial = world.folder.path().join("cache/archive/partial");
    std::fs::create_dir_all(&partial).expect("a folder");
    std::fs::write(partial.join(digest), "not the beginning of it").expect("written");
    let set = world.update().expect("up to date");
    assert_eq!(read(&set.contents[0]), contents);
    assert!(set.contents[0].verified);
}

#[test]
fn a_busy_mirror_is_asked_again() {
    let world = World::new();
    world.server.fault("InRelease", Fault::Status { code: 429, times: 1 });
    world.server.fault("by-hash", Fault::Status { code: 503, times: 2 });
    let set = world.update().expect("up to date");
    assert_eq!(read(&set.contents[0]), CONTENTS);
}

#[test]
fn a_mirror_without_the_release_is_named_with_a_hint() {
    let world = World::new();
    world.server.fault("InRelease", Fault::NotFound);
    let error = world.update().expect_err("must fail");
    let url = world.server.url();
    assert_eq!(
        error.to_string(),
        format!(
            "cannot find suite bookworm: {url}/dists/bookworm/InRelease: the server answered 404 Not Found"
        )
    );
    assert!(error.hint().expect("a hint").contains("--mirror"));
}

#[test]
fn a_mirror_that_cannot_be_reached_gives_way_to_the_next() {
    let small = |name: &str| TestSuite::debian(name).packages("main", "amd64", STANZA);
    let world = World::with(vec![bookworm(CONTENTS), small("bookworm-updates"), small("bookworm-security")]);
    let unreachable = "http://127.0.0.1:1/debian".to_owned();
    let mirrors = Mirrors::Given(vec![unreachable.clone(), world.server.url()]);
    let set = update(ArchiveSettings { mirrors, ..world.settings() }).expect("up to date");
    assert_eq!(set.releases[0].base, world.server.url());
    let only = Mirrors::Given(vec![unreachable]);
    let error =
        update(ArchiveSettings { mirrors: only, ..world.settings() }).expect_err("must fail").to_string();
    assert!(
        error.contains("http://127.0.0.1:1/debian/dists/bookworm/InRelease: request failed: "),
        "{error}"
    );
    assert!(error.contains("onnection refused"), "{error}");
    world.assert_cache_is_good(CONTENTS);
}

#[test]
fn a_component_or_architecture_that_is_not_there_is_named() {
    let world = World::new();
    let settings = ArchiveSettings { components: vec!["contrib".to_owned()], ..world.settings() };
    let error = update(settings).expect_err("must fail").to_string();
    assert_eq!(
        error,
        "cannot find contrib/Contents-amd64 in the Release file of bookworm: it has components main for all \
         amd64 arm64"
    );
    let error = Archive::new(world.settings())
        .expect("set up")
        .update(&target("../bookworm"), &Silent)
        .expect_err("must fail");
    assert_eq!(
        error.to_string(),
        "cannot use release '../bookworm': not a word of lower-case letters, digits and . + -"
    );
}

#[test]
fn offline_uses_the_cache_alone_and_says_what_it_lacks() {
    let world = World::new();
    let offline = ArchiveSettings { offline: true, ..world.settings() };
    let error = update(offline.clone()).expect_err("must fail");
    assert_eq!(error.to_string(), "cannot work offline: the cache has no Release file of bookworm");
    assert_eq!(error.hint().expect("a hint"), "fetch it once without --offline");
    assert!(world.server.requests().is_empty());
    assert!(!world.folder.path().join("cache").exists());

    let online = world.update().expect("up to date");
    world.server.reset();
    let set = update(offline.clone()).expect("is cached");
    assert_eq!((&set.contents, &set.packages), (&online.contents, &online.packages));
    assert!(world.server.requests().is_empty());

    let sha256 = online.packages[0].sha256.to_string();
    std::fs::remove_file(world.folder.path().join("cache/archive/sha256").join(sha256)).expect("removed");
    let error = update(offline).expect_err("must fail").to_string();
    assert_eq!(error, "cannot work offline: the cache has no main/binary-amd64/Packages.xz of bookworm");
}

#[test]
fn a_file_that_broke_in_the_cache_is_fetched_again() {
    let world = World::new();
    let set = world.update().expect("up to date");
    let path = world.folder.path().join("cache/archive/sha256").join(set.contents[0].sha256.to_string());
    std::fs::write(&path, "broken").expect("written");
    let set = world.update().expect("up to date");
    assert_eq!(read(&set.contents[0]), CONTENTS);
}

#[test]
fn a_local_folder_is_a_mirror() {
    let world = World::new();
    let mirror = world.folder.path().join("mirror");
    for (path, bytes) in bookworm(CONTENTS).publish(&world.key) {
        let path = mirror.join(path);
        std::fs::create_dir_all(path.parent().expect("has one")).expect("a folder");
        std::fs::write(path, bytes).expect("written");
    }
    let url = format!("file://{}", mirror.display());
    let set = update(settings(world.folder.path(), &url)).expect("up to date");
    assert_eq!(read(&set.contents[0]), CONTENTS);
    assert!(world.server.requests().is_empty());
}

#[test]
fn ubuntu_has_one_contents_for_each_suite() {
    let suite = |name: &str| {
        TestSuite::ubuntu(name).contents("", "amd64", CONTENTS).packages("main", "amd64", STANZA).packages(
            "universe",
            "amd64",
            "Package: other\n",
        )
    };
    let world = World::with(vec![suite("noble"), suite("noble-security")]);
    let target = Target { distribution: Distribution::Ubuntu, ..target("noble") };
    let set = Archive::new(world.settings()).expect("set up").update(&target, &Silent).expect("up to date");
    let files: Vec<_> = set
        .contents
        .iter()
        .chain(&set.packages)
        .map(|index| (index.suite.as_str(), index.component.as_deref(), index.file.as_str()))
        .collect();
    assert_eq!(
        files,
        [
            ("noble", None, "Contents-amd64.gz"),
            ("noble-security", None, "Contents-amd64.gz"),
            ("noble", Some("main"), "main/binary-amd64/Packages.xz"),
            ("noble", Some("universe"), "universe/binary-amd64/Packages.xz"),
            ("noble-security", Some("main"), "main/binary-amd64/Packages.xz"),
            ("noble-security", Some("universe"), "universe/binary-amd64/Packages.xz"),
        ]
    );
    world.server.publish(suite("noble").codename("noble").publish(&world.key));
    let mut files = suite("noble-updates").publish(&world.key);
    let wrong = files.remove("dists/noble-updates/InRelease").expect("is there");
    world.server.publish(Files::from([("dists/noble/InRelease".to_owned(), wrong)]));
    let error =
        Archive::new(world.settings()).expect("set up").update(&target, &Silent).expect_err("must fail");
    assert!(
        error.to_string().ends_with("it is the Release file of 'noble-updates', not of 'noble'"),
        "one codename is shared by all suites of a release: {error}"
    );
}

#[test]
fn threads_that_update_one_cache_fetch_each_file_once() {
    let world = World::new();
    world.server.fault("by-hash", Fault::Slow(Duration::from_millis(200)));
    std::thread::scope(|scope| {
        let updates: Vec<_> = (0..4).map(|_| scope.spawn(|| world.update())).collect();
        for update in updates {
            let set = update.join().expect("no panic").expect("up to date");
            assert_eq!(read(&set.contents[0]), CONTENTS);
        }
    });
    assert_eq!(world.server.served("by-hash"), 2);
}

/// What another process runs in the tests below; it does nothing in a plain run of all tests.
#[test]
fn another_process_updates() {
    let Some(folder) = std::env::var_os("SODEB_TEST_FOLDER") else { return };
    let mirror = std::env::var("SODEB_TEST_MIRROR").expect("is set with it");
    match update(settings(Path::new(&folder), &mirror)) {
        Ok(set) => assert_eq!(read(&set.packages[0]), STANZA),
        Err(error) => panic!("{}", with_causes(&error)),
    }
}

/// This test binary, running only [`another_process_updates`], behind `shell`.
fn other_process(world: &World, shell: &str) -> Command {
    let mut command = Command::new("bash");
    command
        .args(["-c", &format!("{shell} exec \"$@\""), "bash"])
        .arg(std::env::current_exe().expect("has a path"))
        .args(["--exact", "another_process_updates", "--nocapture"])
        .env("SODEB_TEST_FOLDER", world.folder.path())
        .env("SODEB_TEST_MIRROR", world.server.url())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    command
}

#[test]
fn processes_that_update_one_cache_fetch_each_file_once() {
    let world = World::new();
    world.server.fault("by-hash", Fault::Slow(Duration::from_millis(200)));
    let others: Vec<_> = (0..3).map(|_| other_process(&world, "").spawn().expect("started")).collect();
    for other in others {
        let output = other.wait_with_output().expect("ran");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    assert_eq!(world.server.served("by-hash"), 2);
    world.assert_cache_is_good(CONTENTS);
}

/// A process that may not write files beyond 32 KiB stands for a disk that is full: the write fails in the
/// same place, and no privilege is needed to make it so.
#[test]
fn a_disk_that_is_full_leaves_the_old_cache_good() {
    let world = World::new();
    world.update().expect("up to date");
    world.server.publish(next_bookworm(&long_contents()).publish(&world.key));
    let output = other_process(&world, "trap '' XFSZ; ulimit -f 32;").output().expect("ran");
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{error}");
    assert!(error.contains("cannot fetch http://"), "{error}");
    assert!(error.contains("cannot store what was received: File too large"), "{error}");

    world.server.reset();
    let set = update(ArchiveSettings { offline: true, ..world.settings() }).expect("is cached");
    assert_eq!(read(&set.contents[0]), CONTENTS);
    let set = world.update().expect("there is room again");
    assert_eq!(read(&set.contents[0]), long_contents());
    assert!(world.server.requests().iter().any(|request| request.status == 206), "the part is used");
}

#[test]
fn a_cache_that_cannot_be_written_is_named() {
    let world = World::new();
    std::fs::write(world.folder.path().join("cache"), "a file").expect("written");
    let error = world.fails();
    let path = world.folder.path().join("cache/archive");
    assert!(error.starts_with(&format!("cannot write {} in the cache: ", path.display())), "{error}");
}
