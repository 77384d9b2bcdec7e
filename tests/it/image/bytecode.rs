//! Bytecode of Python counts in the image where it counted in the tree, and nowhere else.

use std::fs::{self, File};
use std::process::Command;
use std::time::{Duration, SystemTime};

use super::{Layout, World, world};

/// The times in seconds since 1970 of a tree's files in its layer.
fn times(world: &World) -> Vec<(String, u64)> {
    let tree = world.composed("scratch", &[]).tree();
    tree.into_iter()
        .filter(|(name, _)| name.ends_with(".py"))
        .map(|(name, entry)| (name, entry.mtime))
        .collect()
}

/// A `.pyc` with just its header (PEP 552).
fn bytecode(flags: u32, seconds: u32, size: u32) -> Vec<u8> {
    let words = [flags, seconds, size].map(u32::to_le_bytes).concat();
    [b"\xa7\x0d\r\n", words.as_slice()].concat()
}

fn write(world: &World, source: &str, seconds: u64, bytecodes: &[(&str, Vec<u8>)]) {
    let path = world.fixture.host(&format!("/app/{source}.py"));
    fs::write(&path, "x = 1\n").expect("written");
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    File::options().append(true).open(&path).and_then(|file| file.set_modified(time)).expect("set");
    let directory = world.fixture.host("/app/__pycache__");
    fs::create_dir_all(&directory).expect("made");
    for (tag, bytes) in bytecodes {
        fs::write(directory.join(format!("{source}.{tag}.pyc")), bytes).expect("written");
    }
}

#[test]
fn a_source_keeps_its_time_where_bytecode_counts_on_it() {
    let world = world();
    let timed = |seconds| bytecode(0, seconds, 6);
    write(&world, "good", 1000, &[("cpython-311", timed(1000))]);
    write(&world, "stale", 1000, &[("cpython-311", timed(999))]);
    write(&world, "resized", 1000, &[("cpython-311", bytecode(0, 1000, 7))]);
    write(&world, "hashed", 1000, &[("cpython-311", bytecode(1, 1000, 6))]);
    write(&world, "none", 1000, &[]);
    // Of several the one that counts has a say.
    write(&world, "both", 1000, &[("cpython-310", timed(7)), ("cpython-311.opt-1", timed(1000))]);
    let path = |name: &str| format!("app/{name}.py");
    assert_eq!(
        times(&world),
        [
            (path("both"), 1000),
            (path("good"), 1000),
            (path("hashed"), 0),
            (path("none"), 0),
            (path("resized"), 0),
            (path("stale"), 0),
        ]
    );
}

/// Python itself says whether it takes the bytecode, in a layer that tar(1) unpacks.
#[test]
fn python_finds_that_bytecode_matches() {
    let world = world();
    write(&world, "counted", 1_600_000_000, &[]);
    let python = |arguments: &[&str], directory: &str| {
        let mut python = Command::new("python3");
        python.env_clear().current_dir(world.fixture.host(directory)).args(arguments).output()
    };
    let compiled = ["-m", "compileall", "-q", "--invalidation-mode", "timestamp", "counted.py"];
    let Ok(compiled) = python(&compiled, "/app") else {
        eprintln!("not asked: Python, since it is not at hand");
        return;
    };
    assert!(compiled.status.success());
    let image: Layout = world.composed("scratch", &[]);
    fs::create_dir(world.fixture.host("/unpacked")).expect("made");
    fs::write(world.fixture.host("/layer.tar"), image.tar(1)).expect("written");
    let mut tar = Command::new("tar");
    let unpacked =
        tar.args(["-xf", "layer.tar", "-C", "unpacked"]).current_dir(world.fixture.root()).status();
    assert!(unpacked.is_ok_and(|status| status.success()));
    let imported = python(&["-v", "-c", "import counted"], "/unpacked/app").expect("Python runs");
    let said = String::from_utf8_lossy(&imported.stderr).into_owned();
    let matches = said.lines().any(|line| line.contains("counted.cpython-") && line.contains(" matches "));
    assert!(matches, "{said}");
}
