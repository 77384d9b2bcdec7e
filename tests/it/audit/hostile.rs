//! Images that mean harm: nothing outside of them is read, what is wrong is told, and the rest is audited all the same.

use std::fs;

use serde_json::json;
use tar::EntryType::{Link, Regular, Symlink};

use super::sample::{EXTENSION, PACKAGES, Sample};
use crate::support::audits::{TestImage, audit, image_file, report};
use crate::support::fixture::library;
use crate::support::images::{docker_parts, tar_of, tar_of_directory, tar_of_parts};

#[test]
fn nothing_outside_is_read() {
    let sample = Sample::new();
    // What lies on the host, where a link out of the image would lead.
    let outside = sample.directory().join("libgmp.so.10");
    let built = crate::support::fixture::Fixture::empty();
    built.build(library("/libgmp.so.10"));
    fs::copy(built.host("/libgmp.so.10"), &outside).expect("is copied");
    sample.venv.build(library(EXTENSION).without_soname().needs("libdep.so.1").needs("libgmp.so.10"));
    let up = "../".repeat(20);
    let target = format!("{up}{}", outside.display().to_string().trim_start_matches('/'));
    sample.system.link("/usr/lib/x86_64-linux-gnu/libgmp.so.10", &target);
    assert_eq!(sample.audit(&[]).lines(), [format!("error dangling-soname-link {EXTENSION} libgmp.so.10")]);
}

#[test]
fn lists_of_packages_that_lie() {
    let sample = Sample::new();
    let lines = [
        "../../../../../../../../etc/passwd,,",
        "\"unclosed,,",
        "",
        ",,",
        "/absolute/../../x,,",
        "pkg/ext.cpython-311-x86_64-linux-gnu.so,sha256=\u{1b}[31m,-1",
    ];
    sample.venv.file(&format!("{PACKAGES}/pkg-1.0.dist-info/RECORD"), &lines.join("\n"));
    sample.system.file("/var/lib/dpkg/status.d/broken", "Package\u{0}: x\nno field\n\n\n: \n");
    sample.system.file("/var/lib/dpkg/status.d/broken.md5sums", "short\n  \n../../x\n");
    sample.system.file("/etc/ld.so.conf", &"include /etc/ld.so.conf\n".repeat(100));
    assert_eq!(sample.audit(&[]).lines(), [""; 0]);
}

#[test]
fn entries_that_no_engine_unpacks() {
    let sample = Sample::new();
    let upper = tar_of(&[
        ("../../outside", Regular, "x"),
        ("usr/.wh...", Regular, ""),
        ("usr/hard", Link, "../../../outside"),
        ("loop", Symlink, "loop"),
        ("venv/twice", Regular, "one"),
        ("venv/twice", Regular, "#!/usr/bin/none\n"),
    ]);
    let mut image =
        TestImage::of_directories(&[&sample.system.root(), &sample.venv.root()], &["/venv/bin/python"]);
    image.layers.push(upper);
    let file = image_file(sample.directory());
    image.write(&file);
    let output = audit(sample.directory(), &[file.to_str().expect("a plain name")]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    for expected in [
        "a path that leaves the root",
        "a whiteout of something outside of its directory",
        "a hard link to something outside of the root",
    ] {
        assert!(said.contains(expected), "{said}");
    }
    assert_eq!(report(sample.directory(), &file, &[]).lines(), [""; 0]);
}

#[test]
fn an_image_that_is_not_what_it_says_is_told_and_the_others_are_audited() {
    let sample = Sample::new();
    sample.venv.build(library(EXTENSION).without_soname().needs("libgmp.so.10"));
    let good = sample.write();
    let layer = tar_of_directory(&sample.venv.root());
    let mut forged = docker_parts(&[layer], &json!({}));
    // Another layer than the one whose digest the configuration has.
    forged[0].1 = tar_of(&[("etc/x", Regular, "forged")]);
    let cases: [(&str, Vec<u8>, &str); 3] = [
        ("forged.tar", tar_of_parts(&forged), "sha256"),
        ("cut.tar", fs::read(&good).expect("is there")[..3000].to_vec(), "it ends too soon"),
        ("noise.tar", vec![b'x'; 4096], "it is a text file"),
    ];
    for (name, bytes, cause) in cases {
        fs::write(sample.directory().join(name), bytes).expect("is written");
        let good = good.to_str().expect("a plain name");
        let output = audit(sample.directory(), &[name, good, "--format", "json"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(name) && said.contains(cause), "{said}");
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).expect("is JSON");
        assert_eq!(json["images"][0]["findings"][0]["subject"], "libgmp.so.10");
        assert_eq!(json["unread"][0]["name"], name);
    }
}
