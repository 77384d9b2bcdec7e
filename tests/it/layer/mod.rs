//! Layers from outside: packages are made for each test, an archive on this machine serves them, and what the
//! program wrote is read by others: tar(5), md5sum(1).

mod cache;
mod hostile;
mod same;
mod shipped;

use std::fs::{self, File};
use std::path::Path;
use std::process::Output;

use crate::support::fixture::{Object, library};
use crate::support::package::{LIBRARIES, TestPackage};
use crate::support::world::World;

/// Where scanners look for packages.
const STATUS: &str = "var/lib/dpkg/status.d";

fn lib(name: &str) -> Object {
    library(&format!("{LIBRARIES}/{name}"))
}

/// A library as packages have it: a file with its full version, a link for its soname, and more.
fn usual() -> TestPackage {
    TestPackage::new("liba1")
        .field("Source: a (1.0)")
        .object(&format!("{LIBRARIES}/liba.so.1.2.3"), lib("liba.so.1"))
        .link(&format!("{LIBRARIES}/liba.so.1"), "liba.so.1.2.3")
        .object(&format!("{LIBRARIES}/libunused.so.1"), lib("libunused.so.1"))
        .file("/usr/share/a/data", "data")
        .file("/usr/share/doc/liba1/README", "read me")
        .file("/usr/share/doc/liba1/copyright", "free")
}

/// A tree that needs `liba.so.1`, and the package that has it.
fn usual_world() -> World {
    World::new(lib("x.so").needs("liba.so.1"), &[usual()])
}

impl World {
    /// Writes a layer of the tree.
    fn layer(&self, output: &str, options: &[&str]) -> Output {
        self.run(&[&["layer", "app", "--at", "/app", "--refresh", "-o", output], options].concat())
    }

    /// The entries of the layer that is written with these options.
    #[track_caller]
    fn shipped(&self, options: &[&str]) -> Vec<String> {
        succeeded(&self.layer("out.tar", options));
        entries(&self.fixture.host("/out.tar"))
    }
}

#[track_caller]
fn succeeded(output: &Output) {
    assert_eq!(output.status.code(), Some(0), "{}", said(output));
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The entries of a tar in their order: paths, those of directories with a slash, those of links with their targets.
fn entries(tar: &Path) -> Vec<String> {
    let mut archive = tar::Archive::new(File::open(tar).expect("is written"));
    let entries = archive.entries().expect("a tar").map(|entry| entry.expect("an entry"));
    let told = entries.map(|entry| {
        let path = entry.path().expect("a path").display().to_string();
        match entry.link_name().expect("a target or none") {
            Some(target) => format!("{path} -> {}", target.display()),
            None => path,
        }
    });
    told.collect()
}

/// Those of the entries that are no directories.
fn without_directories(entries: Vec<String>) -> Vec<String> {
    entries.into_iter().filter(|entry| !entry.ends_with('/')).collect()
}

/// The names of all that is in a directory, sorted.
fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).expect("a directory").map(|entry| entry.expect("an entry"));
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
