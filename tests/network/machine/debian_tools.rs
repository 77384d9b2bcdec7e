//! Output of Debian's own tools: dependencies of an object, and the archive's stanza of a package.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

/// Names of alternative packages, as `a | b` in a relation field.
pub(crate) type Alternatives = BTreeSet<String>;

/// Returns the packages of the libraries that an object itself needs, by dpkg-shlibdeps. They must be installed.
pub(crate) fn shlibdeps(object: &Path) -> BTreeSet<Alternatives> {
    // It reads the control file of a source package about to be built, from the current directory.
    let source = tempfile::tempdir().expect("a temporary directory");
    fs::create_dir(source.path().join("debian")).expect("a directory");
    let control =
        "Source: sample\nMaintainer: Nobody <nobody@example.org>\n\nPackage: sample\nArchitecture: any\n";
    fs::write(source.path().join("debian/control"), control).expect("a control file");
    let output = Command::new("dpkg-shlibdeps")
        .arg("-O")
        .arg(format!("-e{}", object.display()))
        .current_dir(source.path())
        .output()
        .expect("dpkg-shlibdeps runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "dpkg-shlibdeps on {}: {said}", object.display());
    let printed = String::from_utf8(output.stdout).expect("text");
    relations(printed.trim().strip_prefix("shlibs:Depends=").unwrap_or_default())
}

/// Returns the library packages in the Depends of a binary package. Debian's build fills them in by dpkg-shlibdeps; the
/// interpreter, its pure modules and `libruby`, which has no library, are added by hand or by other helpers.
pub(crate) fn depended_libraries(control: &Path) -> BTreeSet<Alternatives> {
    let stanza = fields(&fs::read_to_string(control).expect("a control file"));
    let is_library = |name: &String| name == "zlib1g" || name.starts_with("lib") && name != "libruby";
    relations(&stanza["Depends"]).into_iter().filter(|any| any.iter().any(is_library)).collect()
}

/// Returns the names in a relation field, without versions and architectures.
fn relations(field: &str) -> BTreeSet<Alternatives> {
    let name =
        |relation: &str| relation.split([' ', ':', '(']).find(|word| !word.is_empty()).map(String::from);
    field
        .split(',')
        .map(|any| any.split('|').filter_map(name).collect::<Alternatives>())
        .filter(|any| !any.is_empty())
        .collect()
}

/// Returns the fields of a version of a package by apt-cache; none if apt does not know that version.
pub(crate) fn apt_stanza(package: &str, version: &str) -> Option<BTreeMap<String, String>> {
    let output = Command::new("apt-cache")
        .args(["show", "--no-all-versions", &format!("{package}={version}")])
        .output()
        .expect("apt-cache runs");
    let stanza = fields(&String::from_utf8(output.stdout).expect("text"));
    (output.status.success() && stanza.get("Version").map(String::as_str) == Some(version)).then_some(stanza)
}

/// Returns the one-line fields of the first stanza.
fn fields(text: &str) -> BTreeMap<String, String> {
    text.lines()
        .take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with(' '))
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

/// Returns the codename of this machine's release.
pub(crate) fn host_release() -> String {
    let text = fs::read_to_string("/etc/os-release").expect("an os-release");
    let codename = text.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME="));
    codename.expect("a release with a codename").trim_matches('"').to_owned()
}
