//! Roots of Debian's own packages, with their metadata in distroless' form.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::trees::{files_ending, kept};

/// Unpacks packages of this machine's release, fetched once, into a directory.
pub(crate) fn unpack_debs(packages: &[&str], root: &Path) {
    let status = root.join("var/lib/dpkg/status.d");
    fs::create_dir_all(&status).expect("a directory");
    for package in packages {
        let deb = fetched(package);
        let extracted = Command::new("dpkg-deb").arg("--extract").args([&deb, root]).status();
        assert!(extracted.is_ok_and(|status| status.success()), "dpkg-deb --extract {}", deb.display());
        let stanza = File::create(status.join(package)).expect("a file");
        let fields = Command::new("dpkg-deb").arg("--field").arg(&deb).stdout(stanza).status();
        assert!(fields.is_ok_and(|status| status.success()), "dpkg-deb --field {}", deb.display());
        let mut control = Command::new("dpkg-deb")
            .arg("--ctrl-tarfile")
            .arg(&deb)
            .stdout(Stdio::piped())
            .spawn()
            .expect("dpkg-deb runs");
        let sums = File::create(status.join(format!("{package}.md5sums"))).expect("a file");
        let mut tar = Command::new("tar");
        tar.args(["--extract", "--to-stdout", "--file", "-", "./md5sums"]).stdout(sums).stderr(Stdio::null());
        // A package without files has no md5sums.
        let _ = tar.stdin(control.stdout.take().expect("is piped")).status().expect("tar runs");
        assert!(control.wait().expect("dpkg-deb ends").success());
    }
}

/// Returns the .deb of a package, which later tests reuse.
fn fetched(package: &str) -> PathBuf {
    let directory = kept("debs").join(package);
    let existing = |directory: &Path| {
        directory.exists().then(|| files_ending(directory, &[".deb"]).into_iter().next()).flatten()
    };
    if let Some(deb) = existing(&directory) {
        return deb;
    }
    let debs = kept("debs");
    fs::create_dir_all(&debs).expect("a directory");
    let fresh = tempfile::tempdir_in(&debs).expect("a directory");
    let mut apt = Command::new("apt-get");
    apt.args(["--option", "APT::Sandbox::User=root", "download", package]).current_dir(fresh.path());
    let output = apt.output().expect("apt-get runs");
    assert!(output.status.success(), "{package}: {}", String::from_utf8_lossy(&output.stderr));
    // Another test may have been faster.
    let _ = fs::rename(fresh.path(), &directory);
    existing(&directory).unwrap_or_else(|| panic!("{package} is fetched"))
}
