//! Images that the real tools write, out of a root made of Debian's own packages: skopeo's docker archives and OCI
//! layouts, umoci's layers with whiteouts. They are read as the directory is that umoci unpacks of them.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::support::fixture::{Fixture, program};
use serde_json::Value;

/// What the root is made of.
const PACKAGES: [&str; 8] =
    ["base-files", "libc6", "libgcc-s1", "libgmp10", "libmpfr6", "libstdc++6", "tzdata", "zlib1g"];

/// A library that the upper layer takes away.
const GONE: &str = "usr/lib/x86_64-linux-gnu/libmpfr.so.6";

struct World {
    fixture: Fixture,
}

/// Runs a tool in the fixture's directory.
#[track_caller]
fn run(fixture: &Fixture, program: &str, arguments: &[&str]) {
    let mut command = Command::new(program);
    let status = command.current_dir(fixture.root()).args(arguments).stdout(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "{program} {arguments:?}");
}

/// Fetches the packages and unpacks them.
fn unpack_packages(fixture: &Fixture) {
    let debs = fixture.host("/debs/x").parent().map(Path::to_owned).expect("a parent");
    let mut apt = Command::new("apt-get");
    apt.current_dir(&debs).args(["--option", "APT::Sandbox::User=root", "download"]).args(PACKAGES);
    assert!(apt.stdout(Stdio::null()).status().is_ok_and(|status| status.success()), "apt-get download");
    let mut files: Vec<PathBuf> =
        fs::read_dir(&debs).expect("a directory").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let status_directory = fixture.host("/rootfs/var/lib/dpkg/status.d/x");
    let status_directory = status_directory.parent().expect("a parent");
    for deb in files {
        let deb = deb.to_str().expect("a plain name");
        run(fixture, "dpkg-deb", &["--extract", deb, "rootfs"]);
        let name = deb.rsplit('/').next().and_then(|file| file.split('_').next()).expect("a name");
        let stanza = File::create(status_directory.join(name)).expect("a file");
        let status = Command::new("dpkg-deb").args(["--field", deb]).stdout(stanza).status();
        assert!(status.is_ok_and(|status| status.success()), "dpkg-deb --field {deb}");
    }
}

impl World {
    /// An OCI layout `layout:base` of two layers, the upper of which takes a library away, and what umoci makes of it
    /// in `bundle/rootfs`.
    fn new() -> Self {
        let fixture = Fixture::empty();
        fixture.build(program("/app/prog").needs("libgmp.so.10").needs("libmpfr.so.6").needs("libc.so.6"));
        unpack_packages(&fixture);
        for arguments in [
            &["init", "--layout", "layout"][..],
            &["new", "--image", "layout:base"],
            &["insert", "--rootless", "--image", "layout:base", "rootfs", "/"],
            &["insert", "--rootless", "--image", "layout:base", "--whiteout", &format!("/{GONE}")],
            &["config", "--image", "layout:base", "--config.workingdir", "/app"],
            &["config", "--image", "layout:base", "--architecture", "amd64", "--os", "linux"],
            &["unpack", "--rootless", "--image", "layout:base", "bundle"],
        ] {
            run(&fixture, "umoci", arguments);
        }
        Self { fixture }
    }

    /// The answer on a base, without its name.
    fn answer(&self, command: &str, base: &str) -> Value {
        let mut sodeb = Command::new(env!("CARGO_BIN_EXE_sodeb"));
        sodeb.env_clear().env("HOME", self.fixture.host("/home")).current_dir(self.fixture.root());
        sodeb.args([command, "app", "--at", "/app", "--format", "json", "--base", base]);
        let output = sodeb.output().expect("sodeb runs");
        let text = String::from_utf8_lossy(&output.stdout).replace(base, "BASE");
        serde_json::from_str(&text).unwrap_or_else(|cause| {
            panic!("{base}: {cause}: {}", String::from_utf8_lossy(&output.stderr));
        })
    }
}

#[test]
fn what_skopeo_and_umoci_write_is_read_as_umoci_unpacks_it() {
    let world = World::new();
    let fixture = &world.fixture;
    run(fixture, "skopeo", &["copy", "--quiet", "oci:layout:base", "docker-archive:docker.tar:base:latest"]);
    run(fixture, "skopeo", &["copy", "--quiet", "oci:layout:base", "oci-archive:oci.tar:base"]);
    run(
        fixture,
        "skopeo",
        &["copy", "--quiet", "--dest-compress-format", "zstd", "oci:layout:base", "oci:zstd:base"],
    );
    run(
        fixture,
        "tar",
        &["--create", "--gzip", "--file", "root.tar.gz", "--directory", "bundle/rootfs", "."],
    );
    run(
        fixture,
        "tar",
        &["--create", "--format", "pax", "--file", "pax.tar", "--directory", "bundle/rootfs", "."],
    );
    let unpacked = "bundle/rootfs";
    let resolved = world.answer("resolve", unpacked);
    let status = |soname: &str| {
        let rows = resolved["sonames"].as_array().expect("a list");
        rows.iter()
            .find(|row| row["soname"] == soname)
            .map(|row| row["status"].clone())
            .expect("is asked for")
    };
    assert_eq!(status("libgmp.so.10"), "base");
    assert_eq!(status("libmpfr.so.6"), "package");
    let tree = world.answer("tree", unpacked);
    for form in ["layout", "docker.tar", "oci.tar", "zstd", "root.tar.gz", "pax.tar"] {
        assert_eq!(world.answer("resolve", form), resolved, "{form}");
        assert_eq!(world.answer("tree", form), tree, "{form}");
    }
}
