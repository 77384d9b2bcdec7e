//! Keys, signatures, names and dates of Release files, and the digests that they list.

use super::*;

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
        "cannot get the Release file of bookworm: {url}/dists/bookworm/InRelease: no valid signature: \
         bad signature by key {}: ",
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
    let expected = format!("no valid signature: key {} is not known", stranger.fingerprint());
    assert!(error.to_string().ends_with(&expected), "{error}");
    assert_eq!(error.hint().expect("a hint"), "add the archive's key with --keyring if you trust it");
    world.assert_cache_is_good(CONTENTS);
}

#[test]
fn a_key_that_expired_ends_trust_but_not_in_a_snapshot_of_its_time() {
    let directory = tempfile::tempdir().expect("a directory");
    let then = archive_date().checked_sub(HOUR * 24 * 100).expect("in range");
    let key = SigningKey::at("Old archive", then, Some(Duration::from_secs(24 * 3600 * 30)));
    key.write_public(&directory.path().join("key.asc"));
    let suite = bookworm(CONTENTS).date(then);
    let files = suite.publish(&key);
    let name = then.strftime("%Y%m%dT%H%M%SZ").to_string();
    let old = suite.valid_until(then.checked_add(HOUR).expect("in range")).publish(&key);
    let snapshot = old.into_iter().map(|(path, bytes)| (format!("{name}/{path}"), bytes)).collect();
    let server = ArchiveServer::start([files, snapshot]);
    let error = update(settings(directory.path(), &server.url())).expect_err("must fail").to_string();
    let expected = format!("key {} cannot be used: ", key.fingerprint());
    assert!(error.contains(&expected) && error.contains("Expired on "), "{error}");

    let past = ArchiveSettings { snapshot: Some(name), ..settings(directory.path(), &server.url()) };
    let set = update(past).expect("the past is readable");
    assert_eq!(read(&set.contents[0]), CONTENTS);
}

#[test]
fn a_weak_hash_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let key = SigningKey::new("Weak archive").with_weak_hash();
    key.write_public(&directory.path().join("key.asc"));
    let server = ArchiveServer::start([bookworm(CONTENTS).publish(&key)]);
    let error = update(settings(directory.path(), &server.url())).expect_err("must fail").to_string();
    assert!(
        error.contains("no valid signature: signature by key ") && error.contains("is too weak: "),
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
    assert!(error.hint().expect("a hint").contains("the mirror is out of date"));
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
    let error = update(ArchiveSettings { allow_unverified_contents: true, ..world.settings() })
        .expect_err("must fail");
    let text = error.to_string();
    assert!(text.starts_with("cannot get main/binary-amd64/Packages.xz of bookworm: http://"), "{text}");
    assert!(text.contains(": sha256 ") && text.ends_with(" in the signed Release"), "{text}");
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 48, ..Default::default() })]

    /// One byte of the signed file is changed: either it is refused, or what was signed is what is read.
    #[test]
    fn no_change_to_a_signed_file_is_believed(place in 0.0..1.0_f64, flip in 1..=255_u8) {
        let world = World::new();
        let mut signed = world.key.sign(&bookworm(CONTENTS).release());
        let place = (place * signed.len() as f64) as usize;
        signed[place] ^= flip;
        world.server.publish(Files::from([("dists/bookworm/InRelease".to_owned(), signed)]));
        match world.update() {
            Ok(set) => {
                assert_eq!(read(&set.contents[0]), CONTENTS);
                assert_eq!(read(&set.packages[0]), STANZA);
                assert_eq!(set.contents[0].date, archive_date());
            }
            Err(error) => assert!(matches!(error, ArchiveError::Release { .. }), "{error}"),
        }
    }
}
