//! The layers of trees.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::process::{Command, Output};

use tar::EntryType;

use super::{Layout, World, said, succeeded, world};
use crate::support::fixture::{library, program};
use crate::support::images::{Member, tar_of};

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
fn a_venv_of_another_python_than_the_images_is_told() {
    let world = world();
    let fixture = &world.fixture;
    fs::create_dir_all(fixture.host("/app/bin")).expect("a directory");
    symlink("/usr/bin/python3", fixture.host("/app/bin/python3")).expect("a link");
    for (version, is_told) in [("3.11.2", true), ("3.13.5", false)] {
        fixture.file("/app/pyvenv.cfg", &format!("home = /usr/bin\nversion = {version}\n"));
        fixture.build(program("/base/usr/bin/python3.13"));
        let _ = symlink("python3.13", fixture.host("/base/usr/bin/python3"));
        let _ = fs::remove_dir_all(fixture.host("/out"));
        let output = world.image("base", "out", &[]);
        assert_eq!(output.status.code(), Some(i32::from(is_told)), "{}", said(&output));
        let words = "a venv of CPython 3.11, but its Python is /usr/bin/python3.13 of version 3.13";
        assert_eq!(said(&output).contains(words), is_told, "{}", said(&output));
    }
}

#[test]
fn directories_above_the_place_are_roots_and_only_where_the_base_has_none() {
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
    let question =
        ["image", "app", "conf", "single", "--at", "/app", "--at", "/etc/app", "--at", "/etc/one/"];
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
fn a_set_user_id_bit_that_gets_lost_is_said() {
    let world = world();
    world.fixture.file("/app/run", "#!/bin/sh\n");
    world.fixture.mode("/app/run", 0o4755);
    let answer = world.image("scratch", "out", &[]);
    assert_eq!(Layout::read(&world.fixture.host("/out")).tree()["app/run"].mode, 0o755);
    assert!(
        said(&answer).contains("/app/run runs without its set-user-ID or set-group-ID bit"),
        "{}",
        said(&answer)
    );
}

#[test]
fn links_that_lead_nowhere_in_the_image_are_said() {
    let world = world();
    symlink("/usr/bin/python3", world.fixture.host("/app/python3")).expect("a link");
    symlink("x.so", world.fixture.host("/app/alive")).expect("a link");
    let answer = world.image("scratch", "out", &[]);
    succeeded(&answer);
    let expected = "dangling-link: /app/python3: a link to /usr/bin/python3, which does not exist";
    assert!(said(&answer).contains(expected), "{}", said(&answer));
    assert!(!said(&answer).contains("/app/alive"), "{}", said(&answer));
}

#[test]
fn names_do_not_act_on_the_terminal() {
    let world = world();
    symlink("/nowhere\u{1b}[0m", world.fixture.host("/app/odd\u{1b}[31m\u{7}")).expect("a link");
    let answer = world.image("scratch", "out", &["--color", "always"]);
    succeeded(&answer);
    let expected = r"/app/odd\u{1b}[31m\u{7}: a link to /nowhere\u{1b}[0m, which";
    assert!(said(&answer).contains(expected), "{}", said(&answer));
}

#[test]
fn a_directory_of_a_tree_leads_through_the_bases_link_and_leaves_it() {
    let world = world();
    let members: &[Member] = &[
        ("lib", EntryType::Symlink, "usr/lib"),
        ("usr/lib/", EntryType::Directory, ""),
        ("usr/lib/x86_64-linux-gnu/", EntryType::Directory, ""),
    ];
    fs::write(world.fixture.host("/base.tar"), tar_of(members)).expect("written");
    world.fixture.build(library("/over/lib/own/liby.so").needs("liba.so.1"));
    let question = ["image", "over", "--at", "/", "--refresh", "--base", "base.tar", "-o", "out"];
    succeeded(&world.run(&question));
    let image = Layout::read(&world.fixture.host("/out"));
    assert_eq!(image.tree().keys().collect::<Vec<_>>(), ["usr/lib/own/", "usr/lib/own/liby.so"]);
    assert!(image.entries(1).keys().all(|name| name.starts_with("usr/") || name.starts_with("var/")));
}

/// The program without root's right to read everything.
fn unprivileged(world: &World, arguments: &[&str]) -> Output {
    let plain = world.command(arguments);
    let mut command = Command::new("setpriv");
    command.arg("--bounding-set=-dac_override,-dac_read_search").arg(plain.get_program());
    command.args(plain.get_args()).current_dir(world.fixture.root()).env_clear();
    let variables = [("HOME", world.fixture.host("/home")), ("PATH", "/usr/bin:/bin".into())];
    command.envs(variables).output().expect("setpriv runs")
}

#[test]
fn what_can_not_be_read_of_a_tree_is_an_error_that_names_it() {
    let world = world();
    let question = ["image", "app", "--at", "/app", "--refresh", "--base", "scratch", "-o", "out"];
    world.fixture.file("/app/secret", "secret");
    world.fixture.file("/app/closed/x", "x");
    for (path, mode) in [("/app/secret", 0o000), ("/app/closed", 0o300)] {
        let host = world.fixture.host(path);
        let set = |mode| fs::set_permissions(&host, fs::Permissions::from_mode(mode)).expect("set");
        set(mode);
        let before = world.names();
        let answer = unprivileged(&world, &question);
        set(0o755);
        assert_eq!(answer.status.code(), Some(3), "{}", said(&answer));
        let cause = format!("cannot read {}: ", &path[1..]);
        assert!(said(&answer).contains(&cause) && said(&answer).contains("denied"), "{}", said(&answer));
        assert_eq!(world.names(), before);
    }
}
