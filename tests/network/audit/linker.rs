//! ld.so, run in the image as ldd runs it, on every object: what it does not find is what `audit --strict` reports, object
//! for object.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use super::world::{Image, LIBRARIES, lower};
use crate::support::audits::report;
use crate::support::fixture::INTERPRETER;

/// The rules that tell of libraries which are not found.
const OF_LIBRARIES: [&str; 4] =
    ["missing-library", "off-path-library", "dangling-soname-link", "load-order-dependent"];

/// What ld.so does not find of what an object itself asks for; none where it refuses the object.
fn not_found(root: &Path, object: &str) -> Option<BTreeSet<String>> {
    let mut command = Command::new("bwrap");
    command.args(["--unshare-all", "--clearenv", "--ro-bind"]).arg(root).args(["/", "--proc", "/proc"]);
    command.args(["--setenv", "LD_TRACE_LOADED_OBJECTS", "1", INTERPRETER, object]);
    let output = command.output().expect("bwrap runs");
    let listing = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() && listing.is_empty() {
        return None;
    }
    let missing = listing.lines().filter_map(|line| line.trim().strip_suffix(" => not found"));
    let needed = needed(&root.join(object.trim_start_matches('/')));
    Some(missing.map(str::to_owned).filter(|name| needed.contains(name)).collect())
}

/// The DT_NEEDED of a file, by binutils.
fn needed(file: &Path) -> BTreeSet<String> {
    let output =
        Command::new("readelf").args(["--wide", "--dynamic"]).arg(file).output().expect("readelf runs");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let names = text.lines().filter(|line| line.contains("(NEEDED)"));
    names.filter_map(|line| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned())).collect()
}

#[test]
fn what_ld_so_does_not_find_is_what_is_reported() {
    let image = Image::new();
    // Absent, off the path, and behind a link that leads nowhere.
    image.move_library("libmpc.so.3", "libmpc.so.3.3.1", "/opt/lib");
    image.whiteout(&format!("{LIBRARIES}/libmpfr.so.6.2.0"));
    for library in ["libcrypto.so.3", "libexpat.so.1", "libffi.so.8", "libkrb5.so.3", "libtirpc.so.3"] {
        // Where /usr is not merged, packages have them in either directory.
        let directories = ["/lib/x86_64-linux-gnu", LIBRARIES];
        let path = directories.map(|directory| format!("{directory}/{library}")).into_iter();
        let is_there = |path: &String| lower().system.join(&path[1..]).symlink_metadata().is_ok();
        image.whiteout(&path.into_iter().find(is_there).expect("is there"));
    }
    image.install_debs(&["libstdc++6", "libgomp1"]);
    let directory = tempfile::tempdir().expect("a directory");
    image.write(&directory.path().join("layout"));
    let root = directory.path().join("root");
    unpack(&image, &root);

    let report = report(super::world::cache(), &directory.path().join("layout"), &["--strict"]);
    let mut reported: BTreeSet<(String, String)> = BTreeSet::new();
    for finding in report.findings() {
        let is_of_libraries = finding["rule"].as_str().is_some_and(|rule| OF_LIBRARIES.contains(&rule));
        // Links in the default directories that nothing asks for are told, too.
        if is_of_libraries && finding["severity"] == "error" || finding["rule"] == "load-order-dependent" {
            let text = |field: &str| finding[field].as_str().expect("a text").to_owned();
            reported.insert((text("path"), text("subject")));
        }
    }
    let mut real: BTreeSet<(String, String)> = BTreeSet::new();
    let (mut objects, mut refused) = (0, 0);
    for object in objects_of(&root) {
        match not_found(&root, &object) {
            Some(missing) => {
                objects += 1;
                real.extend(missing.into_iter().map(|name| (object.clone(), name)));
            }
            None => refused += 1,
        }
    }
    eprintln!("{objects} objects compared, {} misses in common, {refused} refused by ld.so", real.len());
    assert!(objects > 300 && real.len() > 10, "{objects} objects, {real:#?}");
    assert_eq!(reported, real);
}

/// The image as a directory.
fn unpack(image: &Image, root: &Path) {
    std::fs::create_dir_all(root).expect("a directory");
    let lower = lower();
    for layer in [&lower.system, &lower.venv, &image.upper.root()] {
        let status =
            Command::new("cp").args(["--archive", "--no-target-directory"]).args([layer, root]).status();
        assert!(status.is_ok_and(|status| status.success()));
    }
    for entry in walkdir::WalkDir::new(root) {
        let entry = entry.expect("an entry");
        if let Some(gone) = entry.file_name().to_str().and_then(|name| name.strip_prefix(".wh.")) {
            std::fs::remove_file(entry.path().with_file_name(gone)).expect("is there");
            std::fs::remove_file(entry.path()).expect("is there");
        }
    }
}

/// The paths in a root of every ELF file with a dynamic segment.
fn objects_of(root: &Path) -> Vec<String> {
    let files = walkdir::WalkDir::new(root).sort_by_file_name().into_iter().filter_map(Result::ok);
    let files = files.filter(|entry| entry.file_type().is_file());
    let is_object = |path: &Path| {
        let bytes = std::fs::read(path).expect("is read");
        bytes.starts_with(b"\x7fELF")
    };
    let paths = files.map(walkdir::DirEntry::into_path).filter(|path| is_object(path));
    paths.map(|path| format!("/{}", path.strip_prefix(root).expect("is below").display())).collect()
}
