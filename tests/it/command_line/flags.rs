//! Options mean what they say: those that can have no effect, that contradict each other, or that name what does not exist are
//! errors whose hints work.

use crate::support::command_line::{assert_says, command, said, says};
use crate::support::fixture::{Fixture, library};

fn app() -> Fixture {
    let fixture = Fixture::empty();
    fixture.build(library("/app/x.so").needs("libgmp.so.10"));
    fixture
}

#[test]
fn packages_that_do_not_exist_cannot_be_chosen() {
    let fixture = app();
    for (verb, name, suggestion) in [
        ("prefer", "libgmp01", "did you mean libgmp10"),
        ("avoid", "libgpm10", "did you mean libgmp10"),
        (
            "prefer",
            "no-such-package-at-all",
            "`sodeb index find --package 'NAME*'` lists the packages with libraries",
        ),
    ] {
        let option = format!("--{verb}");
        for question in [
            &["resolve", "app"][..],
            &["lock", "app"],
            &["tree", "app", "--with-packages"],
            &["why", "app", "libgmp.so.10"],
        ] {
            let said = says(&fixture, &[question, &[&option, name, "--offline"]].concat());
            let expected = format!(
                "! error: cannot {verb} {name}: no such package in debian bookworm amd64\n! hint: {suggestion}"
            );
            assert!(said.starts_with(&expected) && said.ends_with("exit 2\n"), "{said}");
        }
    }
    // The hint works.
    assert!(says(&fixture, &["resolve", "app", "--prefer", "libgmp10", "--offline"]).ends_with("exit 0\n"));
    let variable = said(
        &fixture,
        command(&fixture, &["app", "--release", "12", "--offline"]).env("SODEB_AVOID", "libgmp01"),
    );
    assert!(variable.starts_with("! error: cannot avoid libgmp01: "), "{variable}");
    fixture.file("/sodeb.toml", "prefer = [\"libgmp01\"]\n");
    assert!(
        says(&fixture, &["resolve", "app", "--offline"]).starts_with("! error: cannot prefer libgmp01: ")
    );
}

#[test]
fn contradictions_are_errors() {
    let fixture = app();
    for (arguments, expected) in [
        (
            &["app", "--prefer", "libgmp10", "--avoid", "libgmp10", "--offline"][..],
            "cannot prefer libgmp10: it is also to be avoided\n! hint: leave it out of --prefer or of --avoid",
        ),
        (
            &["app", "--refresh", "--offline"],
            "cannot refresh the catalog offline\n! hint: leave out --refresh to use the cache, or allow the network: --offline, \
             SODEB_OFFLINE or offline in sodeb.toml",
        ),
        (
            &["app", "--at", "/a", "--at", "/b"],
            "cannot place 1 tree in the image: --at has 2 values\n\
             ! hint: give --at once for each PATH, in the same order, or leave it out",
        ),
        (
            &["lock", "app", "--update", "libgmp10", "-o", "new.lock"],
            "cannot update libgmp10: there is no lock\n\
             ! hint: name the lock with -o, or leave out --update to write a new one",
        ),
        (
            &["lock", "app", "--update"],
            "cannot update the lock: there is no lock\n\
             ! hint: name the lock with -o, or leave out --update to write a new one",
        ),
    ] {
        assert_says(&says(&fixture, arguments), &format!("! error: {expected}\nexit 2\n"));
    }
    fixture.file("/sodeb.toml", "offline = true\n");
    assert!(
        says(&fixture, &["app", "--refresh"]).starts_with("! error: cannot refresh the catalog offline\n")
    );
}

#[test]
fn options_without_effect_are_errors() {
    let fixture = app();
    fixture.make_directory("/base");
    fixture.build(library("/empty/lib.so"));
    assert!(says(&fixture, &["lock", "empty", "--at", "/empty", "-o", "x.lock"]).ends_with("exit 0\n"));
    let image = "without an image\n! hint: name an image with --base, or choose the architecture of packages with --arch";
    let tree = "without --with-packages\n! hint: add --with-packages, or leave it out";
    let direct = "with --direct, which chooses no packages\n! hint: leave it out, or leave out --direct to choose packages";
    let releases = "with --all-releases, which compares what is compiled in and cached\n\
                    ! hint: `sodeb index update` fetches the indices to compare";
    let lock =
        "with a lock, which says what is used\n! hint: leave it out, or give the trees in place of the lock";
    for (arguments, option, reason) in [
        (&["app", "--platform", "linux/amd64"][..], "--platform", image),
        (&["app", "--base", "base", "--platform", "linux/amd64"], "--platform", image),
        (&["tree", "app", "--prefer", "libgmp10"], "--prefer", tree),
        (&["tree", "app", "--snapshot", "20260818T205150Z"], "--snapshot", tree),
        (&["app", "--direct", "--avoid", "libgmp10"], "--avoid", direct),
        (&["why", "app", "libgmp.so.10", "--direct", "--with", "python3"], "--with", direct),
        (&["graph", "app", "--direct", "--prefer", "libgmp10"], "--prefer", direct),
        (&["manifest", "x.lock", "--format", "apt", "--at", "/app"], "--at", lock),
        (&["layer", "x.lock", "-o", "out", "--prefer", "libgmp10"], "--prefer", lock),
    ] {
        let expected = format!("! error: cannot use {option} {reason}\nexit 2\n");
        assert_says(&says(&fixture, arguments), &expected);
    }
    let all = ["app", "--all-releases", "--refresh"];
    let expected = format!("! error: cannot use --refresh {releases}\nexit 2\n");
    assert_says(&said(&fixture, &mut command(&fixture, &all)), &expected);
    // What is set for every run is no error where it has no effect.
    let set = says(&fixture, &["tree", "empty"]);
    let mut with_variables = command(&fixture, &["tree", "empty"]);
    with_variables
        .env("SODEB_RELEASE", "bookworm")
        .env("SODEB_MIRROR", "http://127.0.0.1:9/")
        .env("SODEB_PLATFORM", "linux/amd64");
    assert_says(&said(&fixture, &mut with_variables), &set);
}
