//! Reading and linking a tree, compared with the floor. The tree is generated: this system's own libraries (as hard links if
//! the file system allows it) among many small text files, in the proportion of a real venv. `benches/peers.sh` measures
//! whole programs on real trees.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use criterion::{Criterion, criterion_group, criterion_main};
use sodeb::app::{InputTrees, LinkScope, link};
use sodeb::loader::LinkerSettings;
use sodeb::tree::inventory::{ReadDepth, read_directory};

mod support;

/// One in twenty files of a venv with many wheels is an object.
const LIBRARIES: usize = 200;
const TEXTS_A_LIBRARY: usize = 19;

fn scan(criterion: &mut Criterion) {
    let tree = tempfile::tempdir().expect("a temporary directory");
    let libraries = fill(tree.path()).expect("a tree of this system's libraries");
    let threads = rayon::current_num_threads();
    let path = tree.path();

    let mut group = criterion.benchmark_group(format!("{libraries} libraries in {} files", libraries * 20));
    group.bench_function("floor", |bencher| {
        bencher
            .iter(|| support::scan(path.to_owned(), threads).map(|counts| counts.dynamic_bytes.into_inner()));
    });
    group.bench_function("read", |bencher| {
        bencher.iter(|| read_directory(path, ReadDepth::Link).map(|inventory| inventory.entries().len()));
    });
    group.bench_function("read and link", |bencher| {
        bencher.iter(|| {
            InputTrees::read(&[path.to_owned()], None, &[], ReadDepth::Link).map(|trees| {
                link(&trees.root(), &trees, &LinkerSettings::default(), LinkScope::InContext).starts.len()
            })
        });
    });
    group.finish();
}

/// Fills the directory and returns the number of its libraries.
fn fill(tree: &Path) -> io::Result<usize> {
    let libraries = system_libraries()?;
    for (number, library) in libraries.iter().enumerate() {
        let directory = tree.join(format!("package-{number}"));
        fs::create_dir(&directory)?;
        let copy = directory.join(library.file_name().unwrap_or_default());
        if fs::hard_link(library, &copy).is_err() {
            fs::copy(library, &copy)?;
        }
        for text in 0..TEXTS_A_LIBRARY {
            fs::write(directory.join(format!("module_{text}.py")), "import math\n".repeat(100))?;
        }
    }
    Ok(libraries.len())
}

/// Returns the first `count` libraries by name in the directories where Debian puts them.
fn system_libraries() -> io::Result<Vec<PathBuf>> {
    let mut libraries = Vec::new();
    for directory in ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"] {
        let Ok(entries) = fs::read_dir(directory) else { continue };
        for entry in entries {
            let entry = entry?;
            if entry.file_type()?.is_file() && entry.file_name().to_string_lossy().contains(".so.") {
                libraries.push(entry.path());
            }
        }
    }
    libraries.sort();
    libraries.truncate(LIBRARIES);
    Ok(libraries)
}

criterion_group!(benches, scan);
criterion_main!(benches);
