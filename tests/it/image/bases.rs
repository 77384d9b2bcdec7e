//! Bases of every form: their layers go in as they lie there.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use serde_json::json;
use tar::EntryType::{self, Directory, Regular, Symlink};

use super::{Layout, said, succeeded, world};
use crate::support::images::{
    Layout as Built, compressed, config, docker_parts, oci_parts, tar_of, tar_of_parts, write_parts,
};
use crate::support::package::LIBRARIES;

const GZIP: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
const PLAIN: &str = "application/vnd.oci.image.layer.v1.tar";

/// A root with a merged /usr, in two layers.
fn layers() -> [Vec<u8>; 2] {
    let lower: &[(&str, EntryType, &str)] =
        &[("usr/", Directory, ""), ("usr/lib/", Directory, ""), ("lib", Symlink, "usr/lib")];
    [tar_of(lower), tar_of(&[("usr/lib/os-release", Regular, "ID=debian\nVERSION_CODENAME=bookworm\n")])]
}

#[test]
fn layers_of_an_image_go_in_verbatim_and_the_new_ones_after_them() {
    let world = world();
    let run = json!({"Env": ["PATH=/bin"], "StopSignal": "SIGINT", "Unknown": 1});
    let oci = oci_parts(&layers(), ".gz", &run);
    write_parts(&oci, &world.fixture.host("/layout"));
    fs::write(world.fixture.host("/oci.tar"), tar_of_parts(&oci)).expect("written");
    fs::write(world.fixture.host("/docker.tar"), tar_of_parts(&docker_parts(&layers(), &run)))
        .expect("written");
    for (base, ending, kind) in [("layout", ".gz", GZIP), ("oci.tar", ".gz", GZIP), ("docker.tar", "", PLAIN)]
    {
        let image = world.composed(base, &[]);
        assert_eq!(image.layer_types(), [kind, kind, GZIP, GZIP], "{base}");
        for (number, layer) in layers().iter().enumerate() {
            assert_eq!(image.blob(number), compressed(ending, layer), "{base}");
        }
        assert_eq!(image.config["config"], run, "{base}");
        // The package's library lies where the base's link leads, and the link stays.
        let libraries = image.entries(2);
        assert!(libraries.contains_key(&format!("{}/liba.so.1", &LIBRARIES[1..])));
        assert!(!libraries.contains_key("usr/lib/"), "the base has it");
        assert!(image.tree().contains_key("app/x.so"));
        for number in 0..4 {
            image.tar(number);
        }
    }
}

#[test]
fn dockers_types_become_ocis() {
    let world = world();
    let [layer, _] = layers();
    let mut built = Built::default();
    let config = config("amd64", std::slice::from_ref(&layer), &json!({}));
    let config = built.blob("application/vnd.docker.container.image.v1+json", config);
    let docker = "application/vnd.docker.image.rootfs.diff.tar.gzip";
    let blob = built.blob(docker, compressed(".gz", &layer));
    let manifest = built.manifest(&config, &[blob]);
    let digest = manifest["digest"].clone();
    write_parts(&built.listing(&[manifest]), &world.fixture.host("/layout"));
    let image = world.composed("layout", &[]);
    assert_eq!(image.layer_types(), [GZIP, GZIP, GZIP]);
    assert_eq!(image.manifest["config"]["mediaType"], "application/vnd.oci.image.config.v1+json");
    assert_eq!(image.manifest["annotations"]["org.opencontainers.image.base.digest"], digest);
}

#[test]
fn a_layer_in_a_compression_that_has_no_type_is_compressed_anew() {
    let world = world();
    write_parts(&oci_parts(&layers(), ".xz", &json!({})), &world.fixture.host("/layout"));
    let image = world.composed("layout", &[]);
    assert_eq!(image.layer_types(), [GZIP; 4]);
    assert_eq!([image.tar(0), image.tar(1)], layers());
}

#[test]
fn the_tar_of_a_root_is_one_layer_in_whatever_compression_layers_can_have() {
    let world = world();
    let [lower, _] = layers();
    for (ending, kind) in
        [("", PLAIN), (".gz", GZIP), (".zst", "application/vnd.oci.image.layer.v1.tar+zstd")]
    {
        fs::write(world.fixture.host("/root.tar"), compressed(ending, &lower)).expect("written");
        let image = world.composed("root.tar", &[]);
        assert_eq!(image.layer_types(), [kind, GZIP, GZIP]);
        assert_eq!(image.blob(0), compressed(ending, &lower));
        assert_eq!(image.config["architecture"], "amd64");
    }
    for ending in [".xz", ".bz2"] {
        fs::write(world.fixture.host("/root.tar"), compressed(ending, &lower)).expect("written");
        let image = world.composed("root.tar", &[]);
        assert_eq!(image.layer_types(), [GZIP, GZIP, GZIP]);
        assert_eq!(image.tar(0), lower, "{ending}");
    }
}

#[test]
fn the_directory_of_a_root_is_one_layer_with_its_modes_and_names() {
    let world = world();
    let fixture = &world.fixture;
    for (path, mode) in [("/base/tmp", 0o1777), ("/base/proc", 0o555), ("/base/usr/lib", 0o755)] {
        fs::create_dir_all(fixture.host(path)).expect("made");
        fs::set_permissions(fixture.host(path), fs::Permissions::from_mode(mode)).expect("set");
    }
    symlink("usr/lib", fixture.host("/base/lib")).expect("a link");
    fixture.file("/base/usr/bin/su", "program");
    fixture.mode("/base/usr/bin/su", 0o4755);
    fs::hard_link(fixture.host("/base/usr/bin/su"), fixture.host("/base/usr/bin/sudo")).expect("a link");
    fixture.file("/base/proc/1", "the kernel's");
    let image = world.composed("base", &[]);
    let entries = image.entries(0);
    let mode = |name: &str| entries[name].mode;
    assert_eq!((mode("tmp/"), mode("proc/"), mode("usr/bin/su")), (0o1777, 0o555, 0o4755));
    assert_eq!(entries["lib"].target, "usr/lib");
    let second = &entries["usr/bin/sudo"];
    assert_eq!((second.kind, second.target.as_str()), (EntryType::Link, "usr/bin/su"));
    assert!(!entries.contains_key("proc/1"));
}

#[test]
fn scratch_is_nothing_and_no_base_at_all_is_an_error() {
    let world = world();
    let image = world.composed("scratch", &[]);
    assert_eq!(image.layer_types(), [GZIP, GZIP]);
    assert_eq!((&image.config["os"], &image.config["architecture"]), (&json!("linux"), &json!("amd64")));
    let answer = world.run(&["image", "app", "-o", "other"]);
    assert_eq!(answer.status.code(), Some(2));
    assert!(said(&answer).contains("no base is given") && said(&answer).contains("--base scratch"));
}

#[test]
fn an_image_is_a_base_for_another() {
    let world = world();
    succeeded(&world.image("scratch", "first.tar", &["--tag", "first:1"]));
    let image = world.composed("first.tar", &[]);
    // Nothing is missing any more, and only what differs from the base is written: nothing but files.
    assert_eq!(image.layer_types(), [GZIP, GZIP, GZIP]);
    assert_eq!(image.tree().keys().collect::<Vec<_>>(), ["app/x.so"]);
    let annotations = &image.manifest["annotations"];
    assert_eq!(annotations["org.opencontainers.image.base.name"], "docker.io/library/first:1");
    assert_eq!(image.config["history"].as_array().map(Vec::len), Some(3));
}

#[test]
fn a_tree_inside_the_base_is_a_layer_of_its_own() {
    let world = world();
    world.fixture.file("/base/opt/tool/data.js", "data");
    world.fixture.file("/base/opt/other", "other");
    let question = ["image", "base/opt/tool", "--refresh", "--base", "base", "-o", "out"];
    succeeded(&world.run(&question));
    let image = Layout::read(&world.fixture.host("/out"));
    assert!(image.entries(0).contains_key("opt/other"));
    assert!(!image.entries(0).contains_key("opt/tool/data.js"));
    assert_eq!(image.tree().keys().collect::<Vec<_>>(), ["opt/tool/data.js"]);
}
