//! Base of Debian's own packages, in which Python runs and which has no other libraries.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use super::trees::files_ending;

/// Packages that Python needs to start and to import a module from elsewhere.
pub(crate) const PYTHON: [&str; 6] =
    ["libc6", "libexpat1", "libpython3.11-minimal", "libpython3.11-stdlib", "python3.11-minimal", "zlib1g"];

/// Further packages of distroless' Python: the libraries of the whole standard library.
pub(crate) const STANDARD_LIBRARY: [&str; 27] = [
    "gcc-12-base",
    "libbz2-1.0",
    "libcom-err2",
    "libcrypt1",
    "libdb5.3",
    "libffi8",
    "libgcc-s1",
    "libgomp1",
    "libgssapi-krb5-2",
    "libk5crypto3",
    "libkeyutils1",
    "libkrb5-3",
    "libkrb5support0",
    "liblzma5",
    "libncursesw6",
    "libnsl2",
    "libreadline8",
    "libsqlite3-0",
    "libssl3",
    "libstdc++6",
    "libtinfo6",
    "libtirpc3",
    "libuuid1",
    "media-types",
    "netbase",
    "python3-distutils",
    "tzdata",
];

/// Creates a root like distroless' Python of this release, with the same packages and this machine's trusted certificates.
pub(crate) fn distroless_python() -> TempDir {
    let base = base_of(&[&PYTHON[..], &STANDARD_LIBRARY].concat(), false);
    let bundle = "etc/ssl/certs/ca-certificates.crt";
    fs::create_dir_all(base.path().join("etc/ssl/certs")).expect("a directory");
    fs::copy(Path::new("/").join(bundle), base.path().join(bundle)).expect("ca-certificates is installed");
    base
}

/// Creates a root with Python and no other libraries, with a merged /usr or not.
pub(crate) fn python_base(is_merged: bool) -> TempDir {
    base_of(&PYTHON, is_merged)
}

fn base_of(packages: &[&str], is_merged: bool) -> TempDir {
    let (debs, root) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
    let fetched = Command::new("apt-get").arg("download").args(packages).current_dir(debs.path()).output();
    let fetched = fetched.expect("apt-get runs");
    assert!(fetched.status.success(), "{}", said(&fetched));
    for directory in ["usr/lib", "usr/lib64"] {
        fs::create_dir_all(root.path().join(directory)).expect("a directory");
    }
    if is_merged {
        symlink("usr/lib", root.path().join("lib")).expect("a link");
        symlink("usr/lib64", root.path().join("lib64")).expect("a link");
    }
    for deb in files_ending(debs.path(), &[".deb"]) {
        let mut unpacked = Command::new("dpkg-deb")
            .arg("--fsys-tarfile")
            .arg(deb)
            .stdout(Stdio::piped())
            .spawn()
            .expect("dpkg-deb runs");
        unpack(root.path(), unpacked.stdout.take().expect("is piped").into());
        assert!(unpacked.wait().expect("dpkg-deb ends").success());
    }
    symlink("python3.11", root.path().join("usr/bin/python3")).expect("a link");
    root
}

/// Unpacks a tar; existing links to directories stay.
pub(crate) fn unpack(root: &Path, tar: Stdio) {
    let status = Command::new("tar")
        .args(["--extract", "--keep-directory-symlink", "--file", "-", "--directory"])
        .arg(root)
        .stdin(tar)
        .status();
    assert!(status.expect("tar runs").success());
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
