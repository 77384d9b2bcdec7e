//! The layers of trees.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;

use tar::EntryType;

use crate::support::images::{Member, tar_of};
use crate::{Layout, said, succeeded, world};

#[test]
fn modes_and_owners_are_normal_and_links_stay_links() {
    let world = world();
    let fixture = &world.fixture;
    for (path, mode) in [("/app/run", 0o4711), ("/app/private", 0o600), ("/app/written", 0o666)] {
        fixture.file(path, "content");
        fixture.mode(path, mode);
    }
    symlink("../nowhere", fixture.host("/app/link")).expect("a link");
    fs::create_dir(fixture.host("/app/empty")).expect("made");
    let tree = world.composed("scratch", &[]).tree();
    let mode = |name: &str| tree[name].mode;
    assert_eq!([mode("app/run"), mode("app/private"), mode("app/written")], [0o755, 0o644, 0o644]);
    assert_eq!([mode("app/"), mode("app/empty/")], [0o755, 0o755]);
    assert_eq!((tree["app/link"].kind, tree["app/link"].target.as_str()), (EntryType::Symlink, "../nowhere"));
    assert!(tree.values().all(|entry| entry.owner == (0, 0) && entry.mtime == 0));
    assert_eq!(tree["app/private"].content, b"content");
    let owned = world.composed("scratch", &["--owner", "65532:100"]).tree();
    assert!(owned.values().all(|entry| entry.owner == (65532, 100)));
}

#[test]
fn folders_above_the_place_are_roots_and_only_where_the_base_has_none() {
    let world = world();
    let members: &[Member] = &[
        ("srv", EntryType::Symlink, "data/srv"),
        ("data/", EntryType::Directory, ""),
        ("data/srv/", EntryType::Directory, ""),
    ];
    fs::write(world.fixture.host("/base.tar"), tar_of(members)).expect("written");
    let question = ["image", "app", "--at", "/srv/a/b", "--refresh", "--base", "base.tar", "--owner", "7"];
    succeeded(&world.run(&[&question[..], &["-o", "out"]].concat()));
    let tree = Layout::read(&world.fixture.host("/out")).tree();
    let owners: Vec<(&str, u64)> = tree.iter().map(|(name, entry)| (name.as_str(), entry.owner.0)).collect();
    assert_eq!(owners, [("data/srv/a/", 0), ("data/srv/a/b/", 7), ("data/srv/a/b/x.so", 7)]);
}

#[test]
fn each_of_several_trees_has_its_place_and_its_layer() {
    let world = world();
    world.fixture.file("/conf/a.conf", "a");
    world.fixture.file("/single", "one file");
    let question = ["image", "app", "conf", "single", "--at", "/app", "--at", "/etc/app", "--at", "/etc/one"];
    succeeded(&world.run(&[&question[..], &["--refresh", "--base", "scratch", "-o", "out"]].concat()));
    let image = Layout::read(&world.fixture.host("/out"));
    let names = |number: usize| image.entries(number).into_keys().collect::<Vec<_>>();
    assert_eq!(names(1), ["app/", "app/x.so"]);
    assert_eq!(names(2), ["etc/", "etc/app/", "etc/app/a.conf"]);
    assert_eq!(names(3), ["etc/one/", "etc/one/single"]);
}

#[test]
fn sockets_are_left_out_and_said() {
    let world = world();
    let _socket = UnixListener::bind(world.fixture.host("/app/socket")).expect("a socket");
    let answer = world.image("scratch", "out", &[]);
    succeeded(&answer);
    assert!(said(&answer).contains("/app/socket is left out: it is a device, socket or pipe"));
    assert!(!Layout::read(&world.fixture.host("/out")).tree().contains_key("app/socket"));
}

#[test]
fn links_that_lead_nowhere_in_the_image_are_said() {
    let world = world();
    symlink("/usr/bin/python3", world.fixture.host("/app/python3")).expect("a link");
    symlink("x.so", world.fixture.host("/app/alive")).expect("a link");
    let answer = world.image("scratch", "out", &[]);
    succeeded(&answer);
    let expected = "/app/python3 leads to /usr/bin/python3, which the image does not have";
    assert!(said(&answer).contains(expected), "{}", said(&answer));
    assert!(!said(&answer).contains("/app/alive"), "{}", said(&answer));
}
