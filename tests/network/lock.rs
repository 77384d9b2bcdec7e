//! Locks of real venvs, held against apt, the real dynamic linker and themselves.
//!
//! The venvs are built from source by the scripts in fixtures/ against the host's own libraries. What a lock takes
//! is unpacked by dpkg-deb into an empty root, in which the real ld.so must find everything that the venv's
//! extensions need, and without any one file of it something must be missing.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;
use toml::Value;

use crate::machine::debian_tools::{apt_stanza, host_release};
use crate::machine::trees::{files_ending, fixture, fixture_by, kept, package_venv};
use crate::support::archive_server::sha256;
use crate::support::fixture::{Fixture, library};

/// Where the venvs lie in the image.
const AT: &str = "/venv";

/// glibc's dynamic linker on x86-64.
const LINKER: &str = "/lib64/ld-linux-x86-64.so.2";

/// Of the packages that closings fetch, for all tests.
fn cache() -> PathBuf {
    kept("archive-cache")
}

fn lock_command(tree: &Path, cache: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    command.arg("lock").arg(tree).args(["--at", AT, "--release", &host_release()]);
    command.arg("--cache-dir").arg(cache);
    command
}

/// A tree's lock.
struct Lock {
    text: String,
    value: Value,
}

impl Lock {
    #[track_caller]
    fn of(output: &Output) -> Self {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{said}");
        let text = String::from_utf8(output.stdout.clone()).expect("a lock in UTF-8");
        let value = toml::from_str(&text).unwrap_or_else(|cause| panic!("no lock ({cause}): {text}"));
        Self { text, value }
    }

    /// By the index of now, with what is loaded and nothing that goes with it but copyright files.
    #[track_caller]
    fn fresh(tree: &Path) -> Self {
        Self::of(
            &lock_command(tree, &cache()).args(["--refresh", "--data", "none"]).output().expect("sodeb runs"),
        )
    }

    fn packages(&self) -> &[Value] {
        self.value["package"].as_array().expect("packages")
    }

    fn package(&self, name: &str) -> &Value {
        let found = self.packages().iter().find(|package| text(package, "name") == name);
        found.unwrap_or_else(|| panic!("{name} is not in {}", self.text))
    }

    /// What is taken of every package, by its path in the image.
    fn files(&self) -> BTreeMap<&str, &Value> {
        let mut files = BTreeMap::new();
        for package in self.packages() {
            files.extend(files_of(package).map(|file| (text(file, "path"), file)));
        }
        files
    }
}

fn text<'value>(row: &'value Value, key: &str) -> &'value str {
    row[key].as_str().expect("text")
}

fn files_of(package: &Value) -> impl Iterator<Item = &Value> {
    package["files"].as_array().expect("files").iter()
}

/// What `apt-get download --print-uris` says of a version of a package: URI, name, size and digest.
fn print_uris(package: &str, version: &str) -> String {
    let output = Command::new("apt-get")
        .args(["download", "--print-uris", &format!("{package}={version}")])
        .output()
        .expect("apt-get runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// A package's .deb: that which the lock was made from, or where nothing had to be fetched for it, apt's, which must be
/// the same.
fn deb_of(package: &Value, directory: &Path) -> PathBuf {
    let digest = text(package, "sha256");
    let fetched = cache().join("archive/sha256").join(digest);
    if fetched.exists() {
        return fetched;
    }
    let mut apt = Command::new("apt-get");
    apt.args(["--option", "APT::Sandbox::User=root", "download"]).current_dir(directory);
    let output = apt.arg(format!("{}={}", text(package, "name"), text(package, "version"))).output();
    let output = output.expect("apt-get runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let deb = files_ending(directory, &[".deb"]).pop().expect("is fetched");
    assert_eq!(sha256(&fs::read(&deb).expect("is read")), digest, "{}", deb.display());
    deb
}

/// A root with just the files of a lock, unpacked by dpkg-deb, and the links of its alternatives.
fn unpack(lock: &Lock) -> TempDir {
    let root = tempfile::tempdir().expect("a temporary directory");
    for package in lock.packages() {
        let whole = tempfile::tempdir().expect("a temporary directory");
        let directory = tempfile::tempdir().expect("a temporary directory");
        let status = Command::new("dpkg-deb")
            .arg("-x")
            .arg(deb_of(package, directory.path()))
            .arg(whole.path())
            .status();
        assert!(status.is_ok_and(|status| status.success()), "dpkg-deb unpacks {package}");
        for file in files_of(package) {
            let path = text(file, "path").trim_start_matches('/');
            let (from, to) = (whole.path().join(path), root.path().join(path));
            fs::create_dir_all(to.parent().expect("is below the root")).expect("a directory");
            match file.get("link") {
                Some(link) => symlink(link.as_str().expect("text"), to).expect("a link"),
                None => drop(fs::copy(from, to).expect("the package has it")),
            }
        }
    }
    root
}

/// What ld.so says of an object of the venv in a root; none where this machine can't run it there.
fn real_linker(root: &Path, venv: &Path, object: &Path) -> Option<String> {
    let inside = Path::new(AT).join(object.strip_prefix(venv).expect("is in the venv"));
    let output = Command::new("bwrap")
        .args(["--unshare-all", "--clearenv", "--bind"])
        .arg(root)
        .args(["/", "--ro-bind"])
        .arg(venv)
        .args([AT, LINKER, "--list"])
        .arg(inside)
        .output()
        .ok()?;
    Some(format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
}

/// That ld.so finds in what the lock takes everything that the venv's extensions need.
fn assert_whole(lock: &Lock, venv: &Path) {
    let root = unpack(lock);
    let extensions = files_ending(venv, &[".so"]);
    assert!(!extensions.is_empty());
    let mut listed = 0;
    for object in &extensions {
        let Some(said) = real_linker(root.path(), venv, object) else {
            eprintln!("not asked: ld.so, since bubblewrap is not at hand");
            return;
        };
        // An extension that needs no library at all is called so.
        let is_listed = said.contains("libc.so.6 => ") || said.trim() == "statically linked";
        assert!(is_listed, "{}: {said}", object.display());
        assert!(!said.contains("not found"), "{}: {said}", object.display());
        listed += said.lines().count();
    }
    eprintln!("ld.so found all of {listed} loads of {} objects", extensions.len());
}

/// That something is missing without any one file that the lock takes, by the linker that is emulated. The link to
/// the linker itself, where the psABI has it, is no library's need: without it no program starts at all.
fn assert_minimal(lock: &Lock, venv: &Path) {
    let root = unpack(lock);
    assert_eq!(missing(root.path(), venv), 0);
    let is_loaded = |path: &&&str| **path != LINKER && !path.starts_with("/usr/share/doc/");
    for path in lock.files().keys().filter(is_loaded) {
        let path = root.path().join(path.trim_start_matches('/'));
        let aside = path.with_extension("aside");
        fs::rename(&path, &aside).expect("is moved away");
        assert_ne!(missing(root.path(), venv), 0, "nothing is missing without {}", path.display());
        fs::rename(&aside, &path).expect("is moved back");
    }
    eprintln!("each of {} files and links is needed", lock.files().len());
}

/// How many sonames are missing on a base.
fn missing(base: &Path, venv: &Path) -> usize {
    let output = Command::new(env!("CARGO_BIN_EXE_sodeb"))
        .arg("resolve")
        .arg(venv)
        .args(["--at", AT, "--offline", "--format", "json", "--release", &host_release(), "--base"])
        .arg(base)
        .output()
        .expect("sodeb runs");
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let sonames = answer["sonames"].as_array().expect("a list").iter();
    let is_missing = |soname: &&serde_json::Value| !matches!(soname["status"].as_str(), Some("app" | "base"));
    let dead = answer["problems"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|one| one["detail"].as_str().is_some_and(|detail| detail.contains(LINKER)));
    sonames.filter(is_missing).count() + dead.count()
}

#[test]
fn a_lock_says_of_each_package_what_apt_says() {
    let lock = Lock::fresh(&fixture("gmpy2-venv"));
    let names: Vec<&str> = lock.packages().iter().map(|package| text(package, "name")).collect();
    assert_eq!(names, ["libc6", "libgmp10", "libmpc3", "libmpfr6"]);
    for package in lock.packages() {
        let (name, version) = (text(package, "name"), text(package, "version"));
        let stanza =
            apt_stanza(name, version).unwrap_or_else(|| panic!("apt does not know {name} {version}"));
        assert_eq!(text(package, "filename"), stanza["Filename"]);
        assert_eq!(text(package, "sha256"), stanza["SHA256"]);
        assert_eq!(package["size"].as_integer().map(|size| size.to_string()), Some(stanza["Size"].clone()));
        let line = print_uris(name, version);
        assert!(line.replace("%2b", "+").contains(&format!("/{}'", text(package, "filename"))), "{line}");
        assert!(line.contains(&format!("SHA256:{}", text(package, "sha256"))), "{line}");
    }
}

#[test]
fn fifteen_packages_from_source_load_with_what_is_taken_and_with_nothing_less() {
    let venv = fixture("source-venv");
    let lock = Lock::fresh(&venv);
    assert_whole(&lock, &venv);
    assert_minimal(&lock, &venv);
}

#[test]
fn the_links_of_debian_s_blas_are_taken_and_explained() {
    let venv = package_venv("numpy-blas");
    let lock = Lock::fresh(&venv);
    let links: Vec<&str> = lock
        .files()
        .into_iter()
        .filter(|(_, file)| file.get("origin").and_then(Value::as_str) == Some("alternatives"))
        .map(|(path, _)| path)
        .collect();
    let is_linked = |name: &str| links.iter().any(|path| path.ends_with(&format!("linux-gnu/{name}")));
    assert!(is_linked("libblas.so.3") && is_linked("liblapack.so.3"), "{links:?}");
    assert_whole(&lock, &venv);
    assert_minimal(&lock, &venv);
    // The reference implementation, whatever would be chosen otherwise.
    let preferring = lock_command(&venv, &cache()).args(["--prefer", "libblas3,liblapack3"]).output();
    let preferring = Lock::of(&preferring.expect("sodeb runs"));
    assert_eq!(text(preferring.package("libblas3"), "reason"), "preferred");
    let instead = preferring.package("libblas3")["instead-of"].as_array().expect("a list");
    assert!(instead.iter().any(|name| name.as_str() == Some("libopenblas0-pthread")), "{instead:?}");
    assert_whole(&preferring, &venv);
}

#[test]
fn a_real_lock_is_the_same_whatever_is_around_it() {
    let venv = fixture("gmpy2-venv");
    let first = Lock::fresh(&venv);
    let cold = tempfile::tempdir().expect("a temporary directory");
    for (jobs, locale, zone, cache) in [
        ("1", "C", "UTC", cold.path()),
        ("2", "tr_TR.UTF-8", "Asia/Tokyo", cold.path()),
        ("8", "C", "UTC", &cache()),
    ] {
        let mut command = lock_command(&venv, cache);
        command.args(["--refresh", "--data", "none", "--jobs", jobs]).env("LC_ALL", locale).env("TZ", zone);
        assert_eq!(
            Lock::of(&command.output().expect("sodeb runs")).text,
            first.text,
            "{jobs} {locale} {zone}"
        );
    }
}

#[test]
fn a_check_tells_of_a_changed_base() {
    // Its Python is the base's, wherever else this machine has one.
    let venv = fixture_by("gmpy2-venv", "/usr/bin/python3");
    let directory = tempfile::tempdir().expect("a temporary directory");
    let (base, path) = (directory.path().join("base"), directory.path().join("sodeb.lock"));
    fs::create_dir_all(base.join("usr/lib/x86_64-linux-gnu")).expect("a directory");
    // The venv's own Python, and the linker that it names.
    let python = fs::canonicalize("/usr/bin/python3").expect("is there");
    fs::create_dir_all(base.join("usr/bin")).expect("a directory");
    let name = python.file_name().expect("a name");
    fs::copy(&python, base.join("usr/bin").join(name)).expect("is copied");
    symlink(name, base.join("usr/bin/python3")).expect("a link");
    let run = |options: &[&str]| {
        let mut command = lock_command(&venv, &cache());
        command.arg("--base").arg(&base).arg("-o").arg(&path).args(options).output().expect("sodeb runs")
    };
    let first = run(&[]);
    assert!(first.status.success(), "{}", String::from_utf8_lossy(&first.stderr));
    assert_eq!(run(&["--check"]).status.code(), Some(0));
    let gmp = Lock::fresh(&venv);
    let unpacked = unpack(&gmp);
    let library = gmp.files().into_keys().find(|path| path.contains("libgmp.so.10.")).expect("is taken");
    let name = Path::new(library).file_name().expect("a name");
    fs::copy(unpacked.path().join(&library[1..]), base.join("usr/lib/x86_64-linux-gnu").join(name))
        .expect("is copied");
    symlink(name, base.join("usr/lib/x86_64-linux-gnu/libgmp.so.10")).expect("a link");
    let checked = run(&["--check"]);
    let said = String::from_utf8_lossy(&checked.stdout);
    assert_eq!(checked.status.code(), Some(1), "{said}");
    assert!(
        said.contains("package removed: libgmp10") && said.contains("the base has libgmp.so.10 now"),
        "{said}"
    );
}

#[test]
fn a_version_that_is_too_new_names_the_first_release_that_has_it() {
    let fixture = Fixture::empty();
    let script = fixture.scratch_file("versions", "GLIBC_2.38 { global: newer; };\n");
    let stub = library("/stub/libm.so.6").source("int newer(void) { return 1; }\n");
    fixture.build(stub.flag(&format!("-Wl,--version-script,{}", script.display())));
    let user = library("/app/x.so").source("int newer(void); int f(void) { return newer(); }\n");
    fixture.build(user.flag(&fixture.host("/stub/libm.so.6").display().to_string()));
    let output = Command::new(env!("CARGO_BIN_EXE_sodeb"))
        .arg("lock")
        .arg(fixture.host("/app"))
        .args(["--at", "/app", "--release", "bookworm", "--arch", "amd64", "--cache-dir"])
        .arg(cache())
        .output()
        .expect("sodeb runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    let lock: Value = toml::from_str(&String::from_utf8_lossy(&output.stdout)).expect("a lock");
    let problem = &lock["problem"].as_array().expect("problems")[0];
    assert_eq!((text(problem, "kind"), text(problem, "object")), ("version", "/app/x.so"));
    let detail = text(problem, "detail");
    assert!(
        detail.starts_with("needs version GLIBC_2.38 of /lib/x86_64-linux-gnu/libm.so.6 (libc6 2.36-"),
        "{detail}"
    );
    assert!(detail.contains("works from trixie on, where libc6 2.41-"), "{detail}");
}
