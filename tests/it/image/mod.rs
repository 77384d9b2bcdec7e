//! Images from outside: bases of every form are built in memory, packages are made for each test, and what the program
//! wrote is taken apart by its documents and by the `tar` crate.

mod bases;
mod bytecode;
mod documents;
mod hostile;
mod layered;
mod platforms;
mod run;
mod same;
mod trees;

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::support::fixture::library;
use crate::support::images::hex;
use crate::support::package::{LIBRARIES, TestPackage};
use crate::support::world::World;
use flate2::read::GzDecoder;
use serde_json::Value;

/// A tree that needs `liba.so.1`, and the package that has it.
fn world() -> World {
    let package = TestPackage::new("liba1")
        .object(&format!("{LIBRARIES}/liba.so.1.2"), library("/x").soname("liba.so.1"))
        .link(&format!("{LIBRARIES}/liba.so.1"), "liba.so.1.2")
        .file("/usr/share/doc/liba1/copyright", "free");
    World::new(library("x.so").needs("liba.so.1"), &[package])
}

impl World {
    fn image(&self, base: &str, output: &str, options: &[&str]) -> Output {
        let question = ["image", "app", "--at", "/app", "--refresh", "--base", base, "-o", output];
        self.run(&[&question, options].concat())
    }

    /// What is in the directory of the test, beside the cache.
    fn names(&self) -> Vec<String> {
        names_in(&self.fixture.root()).into_iter().filter(|name| name != "home").collect()
    }

    /// The image that is written with these options.
    #[track_caller]
    fn composed(&self, base: &str, options: &[&str]) -> Layout {
        let output = "out";
        let _ = fs::remove_dir_all(self.fixture.host(output));
        succeeded(&self.image(base, output, options));
        Layout::read(&self.fixture.host(output))
    }
}

#[track_caller]
fn succeeded(output: &Output) {
    assert_eq!(output.status.code(), Some(0), "{}", said(output));
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// An OCI layout of one image, each of its blobs compared with its digest.
struct Layout {
    directory: PathBuf,
    index: Value,
    manifest: Value,
    config: Value,
}

/// An entry of a layer.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    kind: tar::EntryType,
    mode: u32,
    owner: (u64, u64),
    mtime: u64,
    target: String,
    content: Vec<u8>,
}

impl Layout {
    #[track_caller]
    fn read(directory: &Path) -> Self {
        let json = |bytes: &[u8]| -> Value { serde_json::from_slice(bytes).expect("is JSON") };
        let marker = json(&fs::read(directory.join("oci-layout")).expect("is there"));
        assert_eq!(marker["imageLayoutVersion"], "1.0.0");
        let index = json(&fs::read(directory.join("index.json")).expect("is there"));
        let manifest = json(&blob(directory, &index["manifests"][0]));
        let config = json(&blob(directory, &manifest["config"]));
        Self { directory: directory.to_owned(), index, manifest, config }
    }

    fn layer_types(&self) -> Vec<&str> {
        self.layers().iter().map(|layer| layer["mediaType"].as_str().expect("a type")).collect()
    }

    fn layers(&self) -> &Vec<Value> {
        self.manifest["layers"].as_array().expect("a list")
    }

    /// A layer as it lies there.
    fn blob(&self, number: usize) -> Vec<u8> {
        blob(&self.directory, &self.layers()[number])
    }

    /// A layer's tar, compared with its diff id.
    #[track_caller]
    fn tar(&self, number: usize) -> Vec<u8> {
        let blob = self.blob(number);
        let mut tar = Vec::new();
        if blob.starts_with(b"\x1f\x8b") {
            GzDecoder::new(blob.as_slice()).read_to_end(&mut tar).expect("is gzip");
        } else {
            tar = blob;
        }
        assert_eq!(self.config["rootfs"]["diff_ids"][number], format!("sha256:{}", hex(&tar)));
        tar
    }

    /// What is in the last layer.
    #[track_caller]
    fn tree(&self) -> BTreeMap<String, Entry> {
        self.entries(self.layers().len() - 1)
    }

    /// A layer's entries by their names; none may have a name twice.
    #[track_caller]
    fn entries(&self, number: usize) -> BTreeMap<String, Entry> {
        let tar = self.tar(number);
        let mut entries = BTreeMap::new();
        for entry in tar::Archive::new(tar.as_slice()).entries().expect("a tar") {
            let mut entry = entry.expect("an entry");
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let mut content = Vec::new();
            entry.read_to_end(&mut content).expect("is read");
            let header = entry.header();
            let told = Entry {
                kind: header.entry_type(),
                mode: header.mode().expect("a number"),
                owner: (header.uid().expect("a number"), header.gid().expect("a number")),
                mtime: header.mtime().expect("a number"),
                target: entry
                    .link_name_bytes()
                    .map(|target| String::from_utf8_lossy(&target).into_owned())
                    .unwrap_or_default(),
                content,
            };
            assert!(entries.insert(name.clone(), told).is_none(), "{name} is there twice");
        }
        entries
    }
}

#[track_caller]
fn blob(directory: &Path, descriptor: &Value) -> Vec<u8> {
    let digest = descriptor["digest"].as_str().and_then(|digest| digest.strip_prefix("sha256:"));
    let digest = digest.expect("a digest");
    let bytes = fs::read(directory.join("blobs/sha256").join(digest)).expect("is there");
    assert_eq!(hex(&bytes), digest);
    assert_eq!(descriptor["size"], bytes.len());
    bytes
}

/// The names of all that is in a directory, sorted.
fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry"));
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
