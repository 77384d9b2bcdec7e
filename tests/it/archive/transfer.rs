//! Mirrors that break off, are busy, cannot be reached, or are a directory.

use super::*;

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
    assert!(error.contains(": the transfer was interrupted after 4000 bytes"), "{error}");

    let other = ArchiveServer::start([bookworm(&contents).without_by_hash().publish(&world.key)]);
    let mirrors = Mirrors::Given(vec![world.server.url(), other.url()]);
    let set = update(ArchiveSettings { mirrors: mirrors.clone(), ..world.settings() }).expect("up to date");
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
    let digest = crate::support::archive_server::sha256(&gz(contents.as_bytes()));
    let partial = world.directory.path().join("cache/archive/partial");
    std::fs::create_dir_all(&partial).expect("a directory");
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
    let set = update(ArchiveSettings { mirrors: mirrors.clone(), ..world.settings() }).expect("up to date");
    assert_eq!(set.releases[0].base, world.server.url());
    let only = Mirrors::Given(vec![unreachable]);
    let error =
        update(ArchiveSettings { mirrors: only, ..world.settings() }).expect_err("must fail").to_string();
    assert!(
        error.contains("http://127.0.0.1:1/debian/dists/bookworm/InRelease: request failed: "),
        "{error}"
    );
    assert!(error.contains("onnection refused"), "{error}");
    let cached = update(ArchiveSettings { mirrors, offline: true, ..world.settings() }).expect("is cached");
    assert_eq!(cached.releases, set.releases);
}

#[test]
fn a_local_directory_is_a_mirror() {
    let world = World::new();
    let mirror = world.directory.path().join("mirror");
    for (path, bytes) in bookworm(CONTENTS).publish(&world.key) {
        let path = mirror.join(path);
        std::fs::create_dir_all(path.parent().expect("has one")).expect("a directory");
        std::fs::write(path, bytes).expect("written");
    }
    let url = format!("file://{}", mirror.display());
    let set = update(settings(world.directory.path(), &url)).expect("up to date");
    assert_eq!(read(&set.contents[0]), CONTENTS);
    assert!(world.server.requests().is_empty());
}
