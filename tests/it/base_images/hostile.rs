//! Images as nobody should make them: each is an error that names the file, what in it, and why.

use serde_json::{Value, json};
use tar::EntryType::{Block, Directory, Link, Regular, Symlink};

use super::{run, stderr, write};
use crate::support::fixture::{Fixture, library};
use crate::support::images::{
    Layout, OCI_LAYER, Parts, compressed, config, docker_parts, hex, oci_parts, tar_of, tar_of_parts,
};

fn world() -> Fixture {
    let fixture = Fixture::empty();
    fixture.build(library("/app/x.so"));
    fixture
}

/// What is said of a base that can't be read.
#[track_caller]
fn refusal(fixture: &Fixture, bytes: &[u8]) -> String {
    write(fixture, "image.tar", bytes);
    let output = run(fixture, &["app", "--at", "/app", "--base", "image.tar", "--arch", "amd64"]);
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(output.stdout.is_empty(), "nothing is answered");
    let (_, cause) = said.split_once("error: cannot read the image image.tar: ").expect("names the file");
    cause.to_owned()
}

fn layer() -> Vec<u8> {
    tar_of(&[("etc", Directory, ""), ("etc/x", Regular, "content")])
}

/// The parts with another content of those whose name is so.
fn changed(parts: Parts, is_it: impl Fn(&str) -> bool, change: impl Fn(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let change = |(name, bytes): (String, Vec<u8>)| {
        let bytes = if is_it(&name) { change(bytes) } else { bytes };
        (name, bytes)
    };
    tar_of_parts(&parts.into_iter().map(change).collect())
}

#[test]
fn what_is_no_image_or_is_cut_off() {
    let fixture = world();
    let layer = layer();
    let cases: [(Vec<u8>, &str); 7] = [
        (vec![b'x'; 2000], "it is no tar archive, or broken"),
        (b"short".to_vec(), "it ends too soon"),
        (layer[..1200].to_vec(), "it ends too soon"),
        (compressed(".gz", &layer)[..60].to_vec(), ""),
        (compressed(".zst", &layer)[..60].to_vec(), ""),
        (compressed(".xz", &layer)[..60].to_vec(), ""),
        (
            tar_of_parts(&docker_parts(std::slice::from_ref(&layer), &json!({})))[..2100].to_vec(),
            "it ends too soon",
        ),
    ];
    for (number, (bytes, expected)) in cases.into_iter().enumerate() {
        let said = refusal(&fixture, &bytes);
        assert!(said.contains(expected) && said.len() > 5, "{number}: {said}");
    }
}

#[test]
fn what_does_not_have_its_digest() {
    let fixture = world();
    let other = tar_of(&[("etc/y", Regular, "other")]);
    let (layers, run) = ([layer()], json!({}));
    let diff_id = hex(&layers[0]);
    let in_docker =
        changed(docker_parts(&layers, &run), |name| name.ends_with("layer.tar"), |_| other.clone());
    let said = refusal(&fixture, &in_docker);
    assert!(said.starts_with(&format!("layer sha256:{diff_id}: its tar has the digest sha256:")), "{said}");
    for ending in ["", ".gz", ".zst"] {
        let blob = format!("blobs/sha256/{}", hex(&compressed(ending, &layers[0])));
        let swap = |_| compressed(ending, &other);
        let said = refusal(&fixture, &changed(oci_parts(&layers, ending, &run), |name| name == blob, swap));
        assert!(said.contains(&format!("layer sha256:{diff_id}: it has the digest sha256:")), "{said}");
    }
    let is_document = |name: &str| name == format!("blobs/sha256/{}", hex(&config("amd64", &layers, &run)));
    let said = refusal(
        &fixture,
        &changed(oci_parts(&layers, "", &run), is_document, |bytes| [bytes, b" ".to_vec()].concat()),
    );
    assert!(said.contains("it has the digest sha256:"), "{said}");
    let said = refusal(
        &fixture,
        &changed(
            docker_parts(&layers, &run),
            |name| name.len() == 69 && name.ends_with(".json"),
            |bytes| [bytes, b" ".to_vec()].concat(),
        ),
    );
    assert!(said.contains("it has the digest sha256:"), "{said}");
}

#[test]
fn what_is_named_and_not_there() {
    let fixture = world();
    for whole in [docker_parts(&[layer()], &json!({})), oci_parts(&[layer()], ".gz", &json!({}))] {
        for (index, (name, _)) in whole.iter().enumerate() {
            if ["manifest.json", "oci-layout", "index.json"].contains(&name.as_str()) {
                continue;
            }
            let mut parts = whole.clone();
            parts.remove(index);
            let said = refusal(&fixture, &tar_of_parts(&parts));
            assert!(said.starts_with(&format!("it has no \"{name}\"")), "{said}");
        }
    }
}

#[test]
fn documents_that_are_not_of_the_form() {
    let fixture = world();
    let documents = [
        json!({}),
        json!([]),
        json!({"manifests": [{"digest": "sha256:../../../etc/passwd"}]}),
        json!({"manifests": [{"digest": "md5:00"}]}),
        json!({"manifests": []}),
    ];
    for document in documents {
        let parts = vec![("index.json".to_owned(), document.to_string().into_bytes())];
        assert!(!refusal(&fixture, &tar_of_parts(&parts)).is_empty());
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for text in [deep.into_bytes(), vec![b' '; 5 << 20]] {
        for name in ["index.json", "manifest.json"] {
            let said = refusal(&fixture, &tar_of_parts(&vec![(name.to_owned(), text.clone())]));
            assert!(said.starts_with(&format!("{name:?}: ")) && said.len() < 200, "{said}");
        }
    }
    let escaping = json!([{"Config": "../x\u{1b}[31m\n.json", "Layers": ["/etc/passwd"]}]);
    let said =
        refusal(&fixture, &tar_of_parts(&vec![("manifest.json".to_owned(), escaping.to_string().into())]));
    assert!(said.contains(r"\u{1b}[31m\n.json"), "{said}");
}

#[test]
fn layers_of_other_types_or_number() {
    let fixture = world();
    let mut layout = Layout::default();
    let config_blob = |layout: &mut Layout, layers: &[Vec<u8>]| {
        layout.blob("application/vnd.oci.image.config.v1+json", config("amd64", layers, &json!({})))
    };
    let descriptor = config_blob(&mut layout, &[layer()]);
    let encrypted = layout.blob(&format!("{OCI_LAYER}+gzip+encrypted"), layer());
    let manifest = layout.manifest(&descriptor, &[encrypted]);
    let said = refusal(&fixture, &tar_of_parts(&layout.listing(&[manifest])));
    assert!(said.contains("a layer of the unknown media type"), "{said}");

    let mut layout = Layout::default();
    let descriptor = config_blob(&mut layout, &[layer(), layer()]);
    let one = layout.blob(OCI_LAYER, layer());
    let manifest = layout.manifest(&descriptor, &[one]);
    let said = refusal(&fixture, &tar_of_parts(&layout.listing(&[manifest])));
    assert!(said.contains("it has 2 diff ids where the manifest has 1 layers"), "{said}");
}

#[test]
fn lists_that_lie_deeper_than_any_and_lists_that_name_each_other() {
    let fixture = world();
    let mut layout = Layout::default();
    let mut descriptor = layout.image("amd64", &[layer()], "", &json!({}));
    for _ in 0..6 {
        descriptor = layout.index(&[descriptor]);
    }
    let said = refusal(&fixture, &tar_of_parts(&layout.listing(&[descriptor])));
    assert!(said.contains("deeper than the 4 lists allowed"), "{said}");
    let mut layout = Layout::default();
    let image = layout.image("amd64", &[layer()], "", &json!({}));
    let twice: Vec<Value> = vec![image.clone(), image];
    write(&fixture, "twice.tar", &tar_of_parts(&layout.listing(&twice)));
    let output = run(&fixture, &["app", "--at", "/app", "--base", "twice.tar", "--release", "bookworm"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
}

#[test]
fn links_of_an_archive_that_lead_in_circles() {
    let fixture = world();
    let manifest = json!([{"Config": "a", "Layers": []}]).to_string();
    let circle = tar_of(&[("a", Symlink, "b"), ("b", Link, "a"), ("manifest.json", Regular, &manifest)]);
    let said = refusal(&fixture, &circle);
    assert!(said.starts_with("it has no \"a\""), "{said}");
}

#[test]
fn more_entries_than_any_layer_has() {
    let fixture = world();
    let mut tar = tar_of(&[("etc", Directory, "")]);
    tar.truncate(512);
    let many = tar.repeat(1_000_001);
    let said = refusal(&fixture, &compressed(".zst", &many));
    assert!(said.contains("more than the 1000000 entries allowed"), "{said}");
}

#[test]
fn entries_that_no_engine_unpacks_are_findings() {
    let fixture = world();
    let root = tar_of(&[
        ("../../outside", Regular, "x"),
        ("etc/.wh...", Regular, ""),
        ("dev/sda", Block, ""),
        ("etc/hard", Link, "../../../outside"),
        ("loop", Symlink, "loop"),
    ]);
    write(&fixture, "root.tar", &root);
    let output = run(&fixture, &["tree", "app", "--at", "/app", "--base", "root.tar", "-v"]);
    let said = stderr(&output);
    for expected in [
        "a path that leaves the root",
        "a whiteout of something outside of its directory",
        "a hard link to something outside of the root",
    ] {
        assert!(said.contains(expected), "{said}");
    }
}
