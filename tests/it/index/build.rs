//! Library indices from outside: gathered from an archive, broken off and taken up again, and locks that fetch nothing.

use std::fs;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::archive_server::Fault;
use crate::support::fixture::{Object, library, program};
use crate::support::package::{LIBRARIES, TestPackage};
use crate::support::world::World;

fn lib(name: &str) -> Object {
    library(&format!("{LIBRARIES}/{name}"))
}

/// A tree that needs a library, which needs one in a private directory and one behind an alternative; and packages that no
/// library is in.
fn packages() -> Vec<TestPackage> {
    let a = lib("liba.so.1").needs("libprivate.so").needs("libblas.so.3").runpath("/usr/lib/private");
    let script = "#!/bin/sh\nupdate-alternatives --install /usr/lib/x86_64-linux-gnu/libblas.so.3 libblas.so.3 \
                  /usr/lib/x86_64-linux-gnu/blas/libblas.so.3 10\n";
    let shared = "the licence\n";
    vec![
        TestPackage::new("liba1")
            .field("Depends: libprivate1, libblas3")
            .object(&format!("{LIBRARIES}/liba.so.1"), a)
            .file("/usr/share/doc/liba1/copyright", shared)
            .file("/usr/share/doc/liba1/changelog.gz", "much that no lock takes\n"),
        TestPackage::new("libprivate1")
            .object("/usr/lib/private/libprivate.so", library("/libprivate.so"))
            .link("/usr/share/doc/libprivate1", "private-common"),
        TestPackage::new("private-common").file("/usr/share/doc/private-common/copyright", shared),
        TestPackage::new("libblas3")
            .field("Provides: libblas.so.3")
            .object(&format!("{LIBRARIES}/blas/libblasp-r1.so"), library("/libblas.so.3"))
            .link(&format!("{LIBRARIES}/blas/libblas.so.3"), "libblasp-r1.so")
            .script("postinst", script),
        TestPackage::new("unrelated").file("/usr/share/unrelated/x", "x"),
    ]
}

fn world() -> World {
    World::new(library("/x.so").without_soname().needs("liba.so.1"), &packages())
}

#[track_caller]
fn assert_status(output: &Output, status: i32) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(status), "{said}{}", String::from_utf8_lossy(&output.stdout));
    said
}

fn build(world: &World) -> Output {
    world.run(&["index", "build", "--from-debs"])
}

fn graph_file(world: &World) -> PathBuf {
    super::find::library_index_file(world)
}

/// The lock of the tree, as text.
fn lock(world: &World, options: &[&str]) -> String {
    let output = world.run(&[&["lock", "app", "--at", "/app", "-o", "x.lock"], options].concat());
    assert_status(&output, 0);
    let path = world.fixture.host("/x.lock");
    let text = fs::read_to_string(&path).expect("is written");
    fs::remove_file(path).expect("is there");
    text
}

/// Forgets all .debs and what was read of them.
fn forget_debs(world: &World) {
    let cache = world.fixture.host("/home/.cache/sodeb");
    fs::remove_dir_all(cache.join("debs")).expect("was read");
    for entry in fs::read_dir(cache.join("archive/sha256")).expect("was fetched") {
        let path = entry.expect("an entry").path();
        if fs::read(&path).is_ok_and(|bytes| bytes.starts_with(b"!<arch>")) {
            fs::remove_file(path).expect("is there");
        }
    }
}

#[test]
fn a_lock_out_of_the_graph_is_that_out_of_the_debs_and_fetches_none() {
    let world = world();
    let from_debs = lock(&world, &["--refresh"]);
    for package in ["liba1", "libprivate1", "private-common", "libblas3"] {
        assert!(from_debs.contains(&format!("name = \"{package}\"")), "{package}: {from_debs}");
    }
    let said = assert_status(&build(&world), 0);
    assert!(said.contains("debian bookworm amd64: "), "{said}");
    forget_debs(&world);
    let before = world.server.served(".deb");
    assert_eq!(lock(&world, &["--offline"]), from_debs);
    assert_eq!(world.server.served(".deb"), before);
    // What has no library is not read.
    assert_eq!(world.server.served("unrelated"), 0);
    // A .deb that is newer than the graph is read by itself.
    let mut newer = packages();
    newer[0] = newer[0].clone().version("2.0-1");
    world.publish(&newer);
    let newest = lock(&world, &["--refresh"]);
    assert!(newest.contains("2.0-1"), "{newest}");
    assert_eq!(world.server.served(".deb"), before + 1);
}

#[test]
fn what_was_broken_off_goes_on_and_gives_the_same_bytes() {
    let world = world();
    assert_status(&build(&world), 0);
    let whole = fs::read(graph_file(&world)).expect("is written");
    // The .debs themselves are not kept.
    let kept = fs::read_dir(world.fixture.host("/home/.cache/sodeb/archive/sha256")).expect("a directory");
    let is_deb = |path: PathBuf| fs::read(path).is_ok_and(|bytes| bytes.starts_with(b"!<arch>"));
    assert!(!kept.map(|entry| entry.expect("an entry").path()).any(is_deb));

    fs::remove_dir_all(world.fixture.host("/home/.cache/sodeb")).expect("is there");
    world.server.fault("libblas3", Fault::Status { code: 503, times: usize::MAX });
    let said = assert_status(&build(&world), 3);
    assert!(said.contains("libblas3"), "{said}");
    assert!(!graph_file(&world).exists(), "nothing is written half");
    world.server.reset();
    assert_status(&build(&world), 0);
    assert_eq!(fs::read(graph_file(&world)).expect("is written"), whole);
}

#[test]
fn a_deb_that_is_broken_or_gone_is_told() {
    let mut broken = packages();
    broken[3] = broken[3].clone().bytes(b"no .deb at all");
    let world = World::new(library("/x.so").without_soname().needs("liba.so.1"), &broken);
    let said = assert_status(&build(&world), 3);
    assert!(said.contains("cannot read 1 of the packages: libblas3: "), "{said}");
    assert!(!graph_file(&world).exists());

    let gone = self::world();
    gone.server.remove("libprivate1_1.0-1_amd64.deb");
    let said = assert_status(&build(&gone), 3);
    assert!(said.contains("libprivate1_1.0-1_amd64.deb"), "{said}");
    assert!(!graph_file(&gone).exists());
}

#[test]
fn a_graph_that_is_broken_is_told_and_passed_over() {
    let world = world();
    assert_status(&build(&world), 0);
    let path = graph_file(&world);
    let bytes = fs::read(&path).expect("is written");
    fs::write(&path, &bytes[..bytes.len() / 2]).expect("is written");
    let output = world.run(&["lock", "app", "--at", "/app", "--refresh", "-o", "x.lock"]);
    let said = assert_status(&output, 0);
    assert!(said.contains(".libraries: it is truncated"), "{said}");
}

#[test]
fn a_graph_is_written_to_a_file_on_demand() {
    let world = world();
    let output = world.run(&["index", "build", "--from-debs", "-o", "bookworm.libraries"]);
    assert_status(&output, 0);
    let first = fs::read(world.fixture.host("/bookworm.libraries")).expect("is written");
    assert!(!graph_file(&world).exists());
    assert_status(&world.run(&["index", "build", "--from-debs", "-o", "again.libraries"]), 0);
    assert_eq!(fs::read(world.fixture.host("/again.libraries")).expect("is written"), first);
    // Without --from-debs a file has to be named.
    assert_eq!(world.run(&["index", "build"]).status.code(), Some(2));
}

#[test]
fn what_is_compiled_in_answers_without_network_and_cache() {
    let fixture = crate::support::fixture::Fixture::empty();
    let program = program("/app/x").interpreter("/lib64/ld-linux-x86-64.so.2");
    fixture.build(program.needs("libgmp.so.10").needs("libstdc++.so.6"));
    fixture.link("/base/lib64", "usr/lib64");
    for (release, gcc_base, linker) in [
        ("bookworm", "gcc-12-base", "/lib64/ld-linux-x86-64.so.2"),
        ("trixie", "gcc-14-base", "/usr/lib64/ld-linux-x86-64.so.2"),
    ] {
        let mut sodeb = std::process::Command::new(env!("CARGO_BIN_EXE_sodeb"));
        sodeb.env_clear().env("HOME", fixture.host("/home")).current_dir(fixture.root());
        sodeb.args(["lock", "app", "--at", "/app", "--base", "base", "--offline"]);
        let output = sodeb.args(["--release", release, "-o", release]).output().expect("it runs");
        assert_status(&output, 0);
        let text = fs::read_to_string(fixture.host(&format!("/{release}"))).expect("is written");
        // libgcc-s1 and libc6 are asked for by libraries, and the copyright file of both of GCC's is in the base.
        for package in [gcc_base, "libc6", "libgcc-s1", "libgmp10", "libstdc++6"] {
            assert!(text.contains(&format!("name = \"{package}\"")), "{package}: {text}");
        }
        // It is not where libraries are looked for.
        assert!(text.contains(&format!("{{ path = \"{linker}\", link = ")), "{linker}: {text}");
    }
}

/// As many packages as make several chunks.
fn many() -> Vec<TestPackage> {
    let package = |number: usize| {
        let place = format!("{LIBRARIES}/lib{number}.so.1");
        TestPackage::new(&format!("lib{number}-1")).object(&place, library(&place))
    };
    packages().into_iter().chain((0..120).map(package)).collect()
}

#[test]
fn killed_at_ten_moments_it_goes_on_and_gives_the_same_bytes() {
    let world = World::new(library("/x.so").without_soname().needs("liba.so.1"), &many());
    assert_status(&build(&world), 0);
    let whole = fs::read(graph_file(&world)).expect("is written");
    let cache = world.fixture.host("/home/.cache/sodeb");
    fs::remove_dir_all(&cache).expect("is there");

    world.server.fault(".deb", Fault::Slow(Duration::from_millis(15)));
    let mut served = Vec::new();
    for kill in 0..10 {
        let mut command = world.command(&["index", "build", "--from-debs"]);
        let mut run = command.stderr(Stdio::null()).spawn().expect("the program runs");
        // No two of the moments have a part of the work in common, whatever the machine's speed.
        let asked = world.server.served(".deb");
        let patience = Instant::now() + Duration::from_secs(60);
        while world.server.served(".deb") < asked + 1 + kill % 5 && Instant::now() < patience {
            thread::sleep(Duration::from_millis(1 + 3 * kill as u64));
        }
        run.kill().expect("is killed");
        run.wait().expect("has ended");
        served.push(world.server.served(".deb"));
        assert!(!graph_file(&world).exists(), "nothing is written half");
    }
    world.server.reset();
    assert_status(&build(&world), 0);
    assert_eq!(fs::read(graph_file(&world)).expect("is written"), whole, "{served:?}");
}

#[test]
fn a_mirror_that_breaks_off_or_is_busy_is_asked_again() {
    let world = world();
    assert_status(&build(&world), 0);
    let whole = fs::read(graph_file(&world)).expect("is written");
    fs::remove_dir_all(world.fixture.host("/home/.cache/sodeb")).expect("is there");
    world.server.fault("liba1", Fault::BreakOff { after: 100, times: 2 });
    world.server.fault("libblas3", Fault::Status { code: 503, times: 2 });
    assert_status(&build(&world), 0);
    assert_eq!(fs::read(graph_file(&world)).expect("is written"), whole);
}
