//! The same bytes, whatever the machine is like.

use std::fs;
use std::process::Command;

use serde_json::Value;

use super::{entries, succeeded, usual_world};
use crate::support::archive_server::sha256;

#[test]
fn a_layer_is_the_same_whatever_the_threads_the_umask_the_locale_and_the_cache() {
    let world = usual_world();
    for ending in ["tar", "tar.gz", "tar.zst"] {
        let mut digests = Vec::new();
        for (run, (umask, jobs, zone, locale)) in
            [("022", "1", "UTC", "C"), ("077", "8", "Asia/Tokyo", "de_DE.UTF-8"), ("000", "2", "", "")]
                .into_iter()
                .enumerate()
        {
            let output = format!("{run}.{ending}");
            let cache = format!("cache-{}", run % 2);
            let arguments = [
                "layer",
                "app",
                "--at",
                "/app",
                "--refresh",
                "-o",
                &output,
                "--jobs",
                jobs,
                "--cache-dir",
                &cache,
            ];
            let program = world.command(&arguments);
            let mut shell = Command::new("/bin/sh");
            shell.args(["-c", "umask \"$1\"; shift; exec \"$@\"", "sh", umask]);
            shell.arg(program.get_program()).args(program.get_args());
            shell.env_clear().env("TZ", zone).env("LC_ALL", locale).env("HOME", world.fixture.host("/home"));
            succeeded(&shell.current_dir(world.fixture.root()).output().expect("sh runs"));
            digests.push(sha256(&fs::read(world.fixture.host(&output)).expect("is written")));
        }
        digests.dedup();
        assert_eq!(digests.len(), 1, "{ending}");
    }
}

#[test]
fn a_lock_makes_the_layer_that_its_trees_make() {
    let world = usual_world();
    succeeded(&world.layer("tree.tar", &[]));
    succeeded(&world.run(&["lock", "app", "--at", "/app", "--refresh", "-o", "x.lock"]));
    succeeded(&world.run(&["layer", "x.lock", "-o", "lock.tar"]));
    let read = |name| fs::read(world.fixture.host(name)).expect("is written");
    assert!(read("tree.tar") == read("lock.tar"));
}

#[test]
fn times_are_source_date_epoch() {
    let world = usual_world();
    for (epoch, expected) in [(None, 0), (Some("1700000000"), 1_700_000_000)] {
        let mut command = world.command(&["layer", "app", "--at", "/app", "--refresh", "-o", "out.tar"]);
        command.envs(epoch.map(|epoch| ("SOURCE_DATE_EPOCH", epoch)));
        succeeded(&command.output().expect("the program runs"));
        let file = fs::File::open(world.fixture.host("/out.tar")).expect("is written");
        for entry in tar::Archive::new(file).entries().expect("a tar") {
            let entry = entry.expect("an entry");
            let header = entry.header();
            let owners = (header.uid().expect("a number"), header.gid().expect("a number"));
            assert_eq!((header.mtime().expect("a time"), owners), (expected, (0, 0)));
            assert_eq!(header.username().expect("a name"), Some(""));
        }
    }
    let mut command = world.command(&["layer", "app", "--at", "/app", "-o", "out.tar"]);
    let output = command.env("SOURCE_DATE_EPOCH", "today").output().expect("the program runs");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_report_has_the_digests_of_what_was_written() {
    let world = usual_world();
    let output = world.layer("out.tar.gz", &["--format", "json"]);
    succeeded(&output);
    let report: Value = serde_json::from_slice(&output.stdout).expect("is JSON");
    let written = fs::read(world.fixture.host("/out.tar.gz")).expect("is written");
    assert_eq!(report["schema"], "sodeb.layer/1");
    assert_eq!(report["output"]["digest"], sha256(&written));
    assert_eq!(report["output"]["size"], written.len());
    succeeded(&world.layer("out.tar", &[]));
    let tar = fs::read(world.fixture.host("/out.tar")).expect("is written");
    assert_eq!(report["output"]["diff_id"], sha256(&tar));
    assert_eq!(report["output"]["tar_size"], tar.len());
    let all = entries(&world.fixture.host("/out.tar")).len();
    let counted = ["files", "links", "directories"].map(|kind| report[kind].as_u64().expect("a number"));
    assert_eq!(counted.iter().sum::<u64>(), all as u64);
    assert_eq!(report["packages"][0]["name"], "liba1");
    let directory = world.layer("directory", &["--format", "json"]);
    let directory: Value = serde_json::from_slice(&directory.stdout).expect("is JSON");
    assert_eq!(directory["output"]["diff_id"], report["output"]["diff_id"]);
}
