//! Answers from the dpkg database of an installed root.

use crate::support::command_line::{assert_says, says};
use crate::support::fixture::{Fixture, library};

const STANZA: &str = "Package: libgmp10\nStatus: install ok installed\nArchitecture: amd64\n\
    Version: 2:6.2.1+dfsg1-1.1\nInstalled-Size: 862\nSection: libs\n";

/// The answer of a root that has libgmp10, with what is said of the other library.
fn answer(notes: &str) -> String {
    format!(
        "/app  plain, amd64 · 1 file, 1 object · Debian 12 bookworm (dpkg database of an installed root, as requested)\n\
         no base given: nothing is assumed present\n\n\
         libgmp.so.10   → libgmp10              x.so\n\
         libssl.so.1.1  no package provides it  x.so\n\n\
         {notes}libssl.so.1.1: bullseye provides it in libssl1.1\n\n\
         1 package (# KiB installed): libgmp10\n\n\
         unknown dependencies of libgmp10: the installed index has no digest of it\n\
         not checked: libraries opened by name at run time\n\
         exit 1\n"
    )
}

fn tree() -> Fixture {
    let fixture = Fixture::empty();
    fixture.build(library("/app/x.so").needs("libgmp.so.10").needs("libssl.so.1.1"));
    fixture
}

#[test]
fn of_dpkg() {
    let fixture = tree();
    let ssl = STANZA.replace("libgmp10", "libssl3");
    let removed =
        STANZA.replace("libgmp10", "libssl1.1").replace("install ok installed", "deinstall ok config-files");
    fixture.file("/stage/var/lib/dpkg/status", &[STANZA, &ssl, &removed].join("\n"));
    for (package, path) in [
        ("libgmp10:amd64", "/usr/lib/x86_64-linux-gnu/libgmp.so.10"),
        ("libssl3:amd64", "/usr/lib/x86_64-linux-gnu/libssl.so.3"),
        ("libssl1.1:amd64", "/usr/lib/x86_64-linux-gnu/libssl.so.1.1"),
    ] {
        fixture.file(&format!("/stage/var/lib/dpkg/info/{package}.list"), &format!("/.\n/usr\n{path}\n"));
    }
    assert_says(
        &says(&fixture, &["app", "--at", "/app", "--catalog", "installed:stage"]),
        &answer("libssl.so.1.1: this release provides libssl.so.3 (libssl3)\n"),
    );
}

#[test]
fn of_a_distroless_image() {
    let fixture = tree();
    let database = "/stage/var/lib/dpkg/status.d/libgmp10";
    fixture.file(database, &STANZA.replace("Status: install ok installed\n", ""));
    let file = "usr/lib/x86_64-linux-gnu/libgmp.so.10.4.1";
    fixture.file(&format!("{database}.md5sums"), &format!("d41d8cd98f00b204e9800998ecf8427e  {file}\n"));
    fixture.file(&format!("/stage/{file}"), "");
    fixture.link("/stage/usr/lib/x86_64-linux-gnu/libgmp.so.10", "libgmp.so.10.4.1");
    assert_says(&says(&fixture, &["app", "--at", "/app", "--catalog", "installed:stage"]), &answer(""));
}

#[test]
fn of_a_root_without_a_database() {
    let fixture = tree();
    for (root, file) in [("nope", "nope/"), ("app", "DIR/app/var/lib/dpkg/status.d")] {
        let catalog = format!("installed:{root}");
        assert_says(
            &says(&fixture, &["app", "--catalog", &catalog]),
            &format!(
                "! error: cannot read {file}: No such file or directory (os error 2)\n\
                 ! hint: installed:DIR is a root file system with a dpkg database\nexit 2\n"
            ),
        );
    }
}

#[test]
fn of_a_database_that_is_no_database() {
    let fixture = tree();
    fixture.file("/stage/var/lib/dpkg/status", "\u{1}\u{2}garbage\n\n: :\n");
    assert_says(
        &says(&fixture, &["app", "--catalog", "installed:stage"]),
        "! error: cannot read catalog stage: its dpkg database has no package for amd64\n\
         ! hint: installed:DIR is a root file system with a dpkg database\nexit 2\n",
    );
}
