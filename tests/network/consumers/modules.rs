//! Every module of real venvs: what Python imports in the venv as it was built, it imports in the image.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::tools::{Consumer, run, said};
use super::{TAG, has_python, image_of_venv};
use crate::machine::python_base::distroless_python;
use crate::machine::trees::{fixture, package_venv};

/// Names what can be imported below site-packages, each top-level module and each extension module by its dotted
/// name, tried in a process of its own.
const IMPORT_EACH: &str = r#"
import importlib, os, pathlib, sys, sysconfig
# As distroless sets it; pygit2 wants to see certificates when it is imported.
os.environ["SSL_CERT_FILE"] = "/etc/ssl/certs/ca-certificates.crt"
top = pathlib.Path(sysconfig.get_path("purelib"))
names = set()
for path in top.rglob("*.so"):
    parts = path.relative_to(top).parts
    names.add(".".join([*parts[:-1], parts[-1].split(".")[0]]))
for path in top.iterdir():
    if path.suffix == ".py" or (path / "__init__.py").exists():
        names.add(path.stem)
for name in sorted(names):
    child = os.fork()
    if child == 0:
        os.dup2(os.open("/dev/null", os.O_WRONLY), 1)
        status = 1
        try:
            importlib.import_module(name)
            status = 0
        except BaseException as error:
            print(name, repr(error), file=sys.stderr, flush=True)
        finally:
            os._exit(status)
    if os.waitpid(child, 0)[1] == 0:
        print("imported", name, flush=True)
"#;

/// The modules that were imported.
fn imported(told: &str) -> BTreeSet<&str> {
    told.lines().filter_map(|line| line.strip_prefix("imported ")).collect()
}

/// Whether the venv is of the Python that is in the base.
fn is_of_the_base(venv: &Path) -> bool {
    let settings = fs::read_to_string(venv.join("pyvenv.cfg")).expect("a venv");
    settings.lines().any(|line| line == "home = /usr/bin")
}

/// Imports all in an image of a venv; `some` are known to be among them, out of each of its packages.
#[track_caller]
fn compare(venv: &Path, some: &[&str]) {
    if !has_python() {
        return;
    }
    if !is_of_the_base(venv) {
        eprintln!("not run: {}, since another Python than the base's has built it", venv.display());
        return;
    }
    let here = run(Command::new(venv.join("bin/python3")).args(["-I", "-c", IMPORT_EACH]));
    let here = String::from_utf8_lossy(&here.stdout).into_owned();
    let here = imported(&here);
    for module in some {
        assert!(here.contains(module), "{module}: {here:?}");
    }
    let directory = tempfile::tempdir().expect("a directory");
    let (base, image) = (distroless_python(), directory.path().join("image.tar"));
    image_of_venv(venv, base.path(), &image);
    // The engines differ in how they lay layers over each other, which gmpy2 shows.
    let Some(consumer) = Consumer::unpacked() else { return };
    let output = consumer.in_image(&image, TAG, &["/venv/bin/python3", "-I", "-c", IMPORT_EACH]);
    let there = String::from_utf8_lossy(&output.stdout).into_owned();
    let there = imported(&there);
    let missing: Vec<_> = here.difference(&there).collect();
    assert!(missing.is_empty(), "{missing:?}: {}", said(&output));
    eprintln!("{}: {} modules", venv.display(), here.len());
}

#[test]
fn every_module_of_a_venv_of_many_packages_imports() {
    compare(
        &fixture("source-venv"),
        &["lxml.etree", "lxml.objectify", "psycopg2._psycopg", "PIL._imaging", "PIL"],
    );
}

#[test]
fn every_module_of_a_venv_with_blas_imports() {
    let some =
        ["numpy", "numpy._core._multiarray_umath", "numpy.linalg._umath_linalg", "numpy.random.mtrand"];
    compare(&package_venv("numpy-blas"), &some);
}
