//! What can't be composed, and what must not be lost or left for it.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use tar::EntryType::{Block, Directory, Link, Regular, Symlink};

use super::{Layout, World, names_in, said, succeeded, world};
use crate::support::images::{Layout as Built, Member, compressed, config, oci_parts, tar_of, write_parts};

/// Composes on a base that is a tar of these, and tells what was said.
#[track_caller]
fn refused_on(world: &World, members: &[Member], status: i32) -> String {
    fs::write(world.fixture.host("/base.tar"), tar_of(members)).expect("written");
    let before = world.names();
    let answer = world.image("base.tar", "out", &[]);
    assert_eq!(answer.status.code(), Some(status), "{}", said(&answer));
    assert_eq!(world.names(), before, "nothing is left");
    said(&answer)
}

#[test]
fn a_file_or_a_loop_of_links_is_no_place_for_a_tree() {
    let world = world();
    let said = refused_on(&world, &[("app", Regular, "mine")], 2);
    assert!(said.contains("cannot put /app into the layer: /app of the base is not a directory"), "{said}");
    let said = refused_on(&world, &[("app", Symlink, "app")], 2);
    assert!(said.contains("/app of the base is not a directory"), "{said}");
    let said = refused_on(&world, &[("app/", Directory, ""), ("app/x.so/", Directory, "")], 2);
    assert!(said.contains("cannot put /app/x.so into the layer: the base has a directory there"), "{said}");
}

#[test]
fn names_that_leave_the_root_and_devices_are_the_bases_own_and_nothing_is_done_with_them() {
    let world = world();
    let members: &[Member] = &[
        ("../../outside", Regular, "evil"),
        ("/etc/absolute", Regular, "fine"),
        ("dev/sda", Block, ""),
        ("up", Symlink, "../../.."),
        ("hard", Link, "../../../etc/passwd"),
    ];
    let base = tar_of(members);
    fs::write(world.fixture.host("/base.tar"), &base).expect("written");
    let question = ["image", "app", "--at", "/up/app", "--refresh", "--base", "base.tar", "-o", "out"];
    succeeded(&world.run(&question));
    let image = Layout::read(&world.fixture.host("/out"));
    assert_eq!(image.blob(0), base);
    // The link leads to the top of the image, and never past it.
    assert_eq!(image.tree().keys().collect::<Vec<_>>(), ["app/", "app/x.so"]);
}

#[test]
fn a_name_that_would_take_something_away_is_no_name_for_a_tree() {
    let world = world();
    for name in [".wh.passwd", ".wh..wh..opq"] {
        world.fixture.file(&format!("/app/{name}"), "");
        let said = refused_on(&world, &[("etc/", Directory, "")], 2);
        assert!(said.contains(&format!("cannot put /app/{name} into the layer: a name that")), "{said}");
        fs::remove_file(world.fixture.host(&format!("/app/{name}"))).expect("is there");
    }
}

#[test]
fn a_blob_that_has_another_digest_is_not_copied() {
    let world = world();
    let layers = [tar_of(&[("etc/x", Regular, "x")])];
    let parts = oci_parts(&layers, ".gz", &json!({}));
    write_parts(&parts, &world.fixture.host("/layout"));
    succeeded(&world.image("layout", "good", &[]));
    // It was read before and is known by its diff id, so that only copying it meets the change.
    let (name, _) = &parts[1];
    let changed = compressed(".gz", &tar_of(&[("etc/x", Regular, "y")]));
    let blob = world.fixture.host(&format!("/layout/{name}"));
    fs::write(blob, changed).expect("written");
    let before = world.names();
    let answer = world.image("layout", "bad", &[]);
    assert_eq!(answer.status.code(), Some(2), "{}", said(&answer));
    assert!(said(&answer).contains("it has the digest sha256:"), "{}", said(&answer));
    assert_eq!(world.names(), before);
}

#[test]
fn a_configuration_of_another_form_is_an_error() {
    let world = world();
    let mut built = Built::default();
    let odd = config("amd64", &[], &json!({"Env": ["A=1"], "Labels": ["no", "object"]}));
    let odd = built.blob("application/vnd.oci.image.config.v1+json", odd);
    let manifest = built.manifest(&odd, &[]);
    write_parts(&built.listing(&[manifest]), &world.fixture.host("/layout"));
    let answer = world.image("layout", "out", &["--label", "a=b"]);
    assert_eq!(answer.status.code(), Some(2));
    let cause =
        "cannot change the configuration of the base: \"Env\" is not a list, or \"Labels\" is not an object";
    assert!(said(&answer).contains(cause), "{}", said(&answer));
}

#[test]
fn an_output_that_is_there_is_not_written_over() {
    let world = world();
    world.fixture.file("/full/mine", "mine");
    world.fixture.file("/file", "mine");
    for (output, cause) in [
        ("full", "cannot write full: the directory has other files"),
        ("oci:full", "cannot write full: the directory has other files"),
        ("file", "cannot write file: it exists and is not a directory"),
        ("out.tar.gz", "cannot write out.tar.gz: this archive format is not supported for images"),
    ] {
        let answer = world.image("scratch", output, &[]);
        assert_eq!(answer.status.code(), Some(2));
        assert!(said(&answer).contains(cause), "{}", said(&answer));
    }
    assert_eq!(names_in(&world.fixture.host("/full")), ["mine"]);
}

/// A limit on the size of files is a disk that is full.
#[test]
fn a_full_disk_leaves_nothing_half_written() {
    let world = world();
    succeeded(&world.image("scratch", "first", &[]));
    world.fixture.file("/app/large", &"0123456789".repeat(1000));
    for output in ["again.tar", "again"] {
        let before = world.names();
        let program = world.command(&["image", "app", "--at", "/app", "--base", "scratch", "-o", output]);
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "sh"]);
        shell.arg(program.get_program()).args(program.get_args());
        shell.env_clear().env("HOME", world.fixture.host("/home")).current_dir(world.fixture.root());
        let answer = shell.output().expect("sh runs");
        assert_eq!(answer.status.code(), Some(3), "{}", said(&answer));
        assert!(said(&answer).contains("cannot write"), "{}", said(&answer));
        assert_eq!(world.names(), before);
    }
}

#[test]
fn a_link_is_no_file_wherever_it_leads() {
    let world = world();
    symlink("/proc/self/mem", world.fixture.host("/app/mem")).expect("a link");
    let tree = world.composed("scratch", &[]).tree();
    assert_eq!((tree["app/mem"].kind, tree["app/mem"].target.as_str()), (Symlink, "/proc/self/mem"));
}

/// It is interrupted while it composes: its directory beside the output is there then, and its pipe is read by nobody.
#[test]
fn an_interrupted_run_leaves_nothing() {
    let world = world();
    succeeded(&world.image("scratch", "first", &[]));
    // Enough to be compressed for a while.
    let large: Vec<u8> =
        (0..48_u32 << 20).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    fs::write(world.fixture.host("/app/large"), large).expect("written");
    let before = world.names();
    for signal in ["INT", "TERM"] {
        let mut command = world.command(&["image", "app", "--at", "/app", "--base", "scratch", "-o", "out"]);
        let mut running = command.spawn().expect("the program runs");
        let begin = Instant::now();
        while world.names() == before {
            assert!(begin.elapsed() < Duration::from_secs(60), "it never began to write");
            thread::sleep(Duration::from_millis(2));
        }
        let sent = Command::new("kill").args(["-s", signal, &running.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()));
        assert_eq!(running.wait().expect("it ends").code(), Some(130));
        assert_eq!(world.names(), before);
    }
}
