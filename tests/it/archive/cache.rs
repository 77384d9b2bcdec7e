//! The cache: unchanged archives, offline use, several updates at once, and a full disk.

use super::*;

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
fn offline_uses_the_cache_alone_and_says_what_it_lacks() {
    let world = World::new();
    let offline = ArchiveSettings { offline: true, ..world.settings() };
    let error = update(offline.clone()).expect_err("must fail");
    assert_eq!(error.to_string(), "cannot work offline: the cache has no Release file of bookworm");
    assert_eq!(error.hint().expect("a hint"), "run it once without --offline");
    assert!(world.server.requests().is_empty());
    assert!(!world.directory.path().join("cache").exists());

    let online = world.update().expect("up to date");
    world.server.reset();
    let set = update(offline.clone()).expect("is cached");
    assert_eq!((&set.contents, &set.packages), (&online.contents, &online.packages));
    assert!(world.server.requests().is_empty());

    let sha256 = online.packages[0].sha256.to_string();
    std::fs::remove_file(world.directory.path().join("cache/archive/sha256").join(sha256)).expect("removed");
    let error = update(offline).expect_err("must fail").to_string();
    assert_eq!(error, "cannot work offline: the cache has no main/binary-amd64/Packages.xz of bookworm");
}

#[test]
fn a_file_that_broke_in_the_cache_is_fetched_again() {
    let world = World::new();
    let set = world.update().expect("up to date");
    let path = world.directory.path().join("cache/archive/sha256").join(set.contents[0].sha256.to_string());
    std::fs::write(&path, "broken").expect("written");
    let set = world.update().expect("up to date");
    assert_eq!(read(&set.contents[0]), CONTENTS);
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
    let Some(directory) = std::env::var_os("SODEB_TEST_DIRECTORY") else { return };
    let mirror = std::env::var("SODEB_TEST_MIRROR").expect("is set with it");
    match update(settings(Path::new(&directory), &mirror)) {
        Ok(set) => assert_eq!(read(&set.packages[0]), STANZA),
        Err(error) => panic!("{}", with_causes(&error)),
    }
}

/// This test binary, running only [`another_process_updates`], behind `shell`.
fn other_process(world: &World, shell: &str) -> Command {
    let module = module_path!().split_once("::").expect("a module of this binary").1;
    let name = format!("{module}::another_process_updates");
    let mut command = Command::new("bash");
    command
        .args(["-c", &format!("{shell} exec \"$@\""), "bash"])
        .arg(std::env::current_exe().expect("has a path"))
        .args(["--exact", &name, "--nocapture"])
        .env("SODEB_TEST_DIRECTORY", world.directory.path())
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
    assert!(error.contains("cannot store the received data: File too large"), "{error}");

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
    std::fs::write(world.directory.path().join("cache"), "a file").expect("written");
    let error = world.fails();
    let path = world.directory.path().join("cache/archive");
    assert!(error.starts_with(&format!("cannot write {} in the cache: ", path.display())), "{error}");
}
