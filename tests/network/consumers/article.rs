//! The example of the README: gmpy2 on a base like distroless' Python, where each error leads to the next library, and
//! one command to them all.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::tools::{consumers, run, said};
use super::{AT, TAG, gmpy2_venv, image_of_venv, sodeb};
use crate::machine::python_base::distroless_python;
use crate::machine::trees::files_ending;

/// What is run.
const PROGRAM: [&str; 3] = ["/venv/bin/python3", "-c", "import gmpy2; print(gmpy2.mpz(2) ** 100)"];

/// What it prints.
const ANSWER: &str = "1267650600228229401496703205376\n";

/// The libraries in the order in which they are found to be missing, and their packages.
const MISSING: [(&str, &str); 3] =
    [("libmpc.so.3", "libmpc3"), ("libmpfr.so.6", "libmpfr6"), ("libgmp.so.10", "libgmp10")];

/// Where bookworm's packages have them.
const LIBRARIES: &str = "/usr/lib/x86_64-linux-gnu";

/// Adds files to a tar, or begins one, below a path of it.
fn add(tar: &Path, directory: &Path, below: &str, names: &[String]) {
    let mut command = Command::new("tar");
    command.args(["--append", "--file"]).arg(tar).arg("--directory").arg(directory);
    run(command.arg(format!("--transform=s,^\\.,.{below},S")).args(names));
}

/// The bytes of a file.
fn size(path: &Path) -> u64 {
    path.metadata().expect("is there").len()
}

/// What the whole packages come to, as they are downloaded and as they are unpacked.
fn whole_packages() -> (u64, u64) {
    let debs = tempfile::tempdir().expect("a directory");
    let names = MISSING.map(|(_, package)| package);
    run(Command::new("apt-get").arg("download").args(names).current_dir(debs.path()));
    let debs = files_ending(debs.path(), &[".deb"]);
    let unpacked = |deb| run(Command::new("dpkg-deb").arg("--fsys-tarfile").arg(deb)).stdout.len() as u64;
    (debs.iter().map(|deb| size(deb)).sum(), debs.iter().map(unpacked).sum())
}

/// The base and the venv as they lie, without the libraries, and how large the base is.
fn without_libraries(directory: &TempDir, base: &Path, venv: &Path) -> (PathBuf, u64) {
    let tar = directory.path().join("without.tar");
    add(&tar, base, "", &["./".to_owned()]);
    let base_bytes = size(&tar);
    add(&tar, venv, AT, &["./".to_owned()]);
    (tar, base_bytes)
}

#[test]
fn each_error_leads_to_the_next_library_and_one_command_to_them_all() {
    let Some(venv) = gmpy2_venv() else { return };
    let directory = tempfile::tempdir().expect("a directory");
    let base = distroless_python();
    let (root, base_bytes) = without_libraries(&directory, base.path(), &venv);
    let layer = |name: &str| {
        let output = directory.path().join(name);
        run(sodeb("layer", &venv).args(["--at", AT, "--base"]).arg(base.path()).arg("-o").arg(&output));
        output
    };
    let libraries = layer("libraries").join(&LIBRARIES[1..]);
    let consumers = consumers();

    for (soname, _) in MISSING {
        for consumer in &consumers {
            let told = said(&consumer.in_root(&root, &PROGRAM));
            let expected = format!("ImportError: {soname}: cannot open shared object file");
            assert!(told.contains(&expected), "{}: {told}", consumer.name());
        }
        let names =
            fs::read_dir(&libraries).expect("a directory").map(|entry| entry.expect("an entry").file_name());
        let names = names.filter_map(|name| name.into_string().ok()).filter(|name| name.starts_with(soname));
        let names: Vec<String> = names.map(|name| format!("./{name}")).collect();
        assert!(!names.is_empty(), "{soname}");
        add(&root, &libraries, LIBRARIES, &names);
    }

    let image = directory.path().join("image.tar");
    image_of_venv(&venv, base.path(), &image);
    for consumer in &consumers {
        let output = consumer.in_image(&image, TAG, &PROGRAM);
        assert_eq!(said(&output), ANSWER, "{}", consumer.name());
        eprintln!("{} runs it", consumer.name());
    }

    let (plain, gzip) = (size(&layer("libraries.tar")), size(&layer("libraries.tar.gz")));
    let (downloaded, unpacked) = whole_packages();
    assert!(plain < unpacked && gzip < downloaded, "{plain} {unpacked}, {gzip} {downloaded}");
    let venv_bytes = size(&root) - base_bytes;
    eprintln!(
        "bytes: base {base_bytes}, venv and libraries {venv_bytes}, libraries layer {plain} (gz {gzip}), whole packages \
         {unpacked} (.debs {downloaded}), image {}",
        size(&image)
    );
}
