//! The same bytes, whatever the machine is like.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::{Layout, succeeded, world};
use crate::support::archive_server::sha256;

#[test]
fn an_image_is_the_same_whatever_the_threads_the_umask_the_locale_and_the_cache() {
    let world = world();
    world.fixture.file("/base/usr/lib/os-release", "ID=debian\n");
    let mut digests = Vec::new();
    let runs = [("022", "1", "UTC", "C"), ("077", "8", "Asia/Tokyo", "de_DE.UTF-8"), ("000", "2", "", "")];
    for (run, (umask, jobs, zone, locale)) in runs.into_iter().enumerate() {
        // The tree is made anew, in another order and by another umask.
        let _ = fs::remove_dir_all(world.fixture.host("/app/made"));
        let mut names = ["a", "b/c", "b/d", "e"];
        names.rotate_left(run);
        for name in names {
            world.fixture.file(&format!("/app/made/{name}"), name);
            world.fixture.mode(&format!("/app/made/{name}"), if run == 1 { 0o600 } else { 0o664 });
        }
        let directory = world.fixture.host("/app/made/b");
        fs::set_permissions(&directory, fs::Permissions::from_mode(if run == 1 { 0o700 } else { 0o775 }))
            .expect("set");
        let (output, cache) = (format!("{run}.tar"), format!("cache-{}", run % 2));
        let program = world.command(&[
            "image",
            "app",
            "--at",
            "/app",
            "--base",
            "base",
            "--refresh",
            "-o",
            &output,
            "--jobs",
            jobs,
            "--cache-dir",
            &cache,
        ]);
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", "umask \"$1\"; shift; exec \"$@\"", "sh", umask]);
        shell.arg(program.get_program()).args(program.get_args());
        shell.env_clear().env("TZ", zone).env("LC_ALL", locale).env("HOME", world.fixture.host("/home"));
        succeeded(&shell.current_dir(world.fixture.root()).output().expect("sh runs"));
        digests.push(sha256(&fs::read(world.fixture.host(&output)).expect("is written")));
    }
    digests.dedup();
    assert_eq!(digests.len(), 1);
}

#[test]
fn times_are_source_date_epoch() {
    let world = world();
    let mut command =
        world.command(&["image", "app", "--at", "/app", "--base", "scratch", "--refresh", "-o", "out"]);
    succeeded(&command.env("SOURCE_DATE_EPOCH", "1700000000").output().expect("the program runs"));
    let image = Layout::read(&world.fixture.host("/out"));
    assert!(image.tree().values().all(|entry| entry.mtime == 1_700_000_000));
    assert_eq!(image.config["created"], "2023-11-14T22:13:20Z");
    assert_eq!(image.config["history"][0]["created"], "2023-11-14T22:13:20Z");
    let mut command = world.command(&["image", "app", "--at", "/app", "--base", "scratch", "-o", "other"]);
    let never = command.env("SOURCE_DATE_EPOCH", "9999999999999").output().expect("the program runs");
    assert_eq!(never.status.code(), Some(2));
    assert_eq!(world.names().iter().filter(|name| name.contains("sodeb-")).count(), 0);
}
