//! The Dockerfile for apt, carried out: its stage's instructions run in a root of their own, in which /usr is the
//! host's, on packages of the host's own archive. What is copied at last is held against the Plan.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use sha2::Digest;
use tempfile::TempDir;

use crate::machine::debian_tools::host_release;
use crate::machine::trees::kept;
use crate::support::fixture::{Fixture, library};

/// Of these one comes by update-alternatives, and one lies in /lib where /usr is not merged.
const NEEDED: [&str; 3] = ["libblas.so.3", "libgmp.so.10", "libz.so.1"];

/// The directories that an image without merged /usr has.
const UNMERGED: [&str; 4] = ["/lib/x86_64-linux-gnu", "/lib64", "/usr/lib/x86_64-linux-gnu", "/etc"];

#[test]
fn the_dockerfile_for_apt_copies_just_the_planned_files() {
    if !cfg!(target_arch = "x86_64") {
        eprintln!("not carried out: the Dockerfile for apt, whose paths are those of x86-64");
        return;
    }
    let fixture = Fixture::empty();
    let object = NEEDED.into_iter().fold(library("/app/x.so"), |object, soname| object.needs(soname));
    fixture.build(object);
    for directory in UNMERGED {
        fs::create_dir_all(fixture.host("/unmerged").join(&directory[1..])).expect("a directory");
    }
    fs::create_dir_all(fixture.host("/merged/usr/lib")).expect("a directory");
    std::os::unix::fs::symlink("usr/lib", fixture.host("/merged/lib")).expect("a link");
    for (base, libz) in
        [("unmerged", "/lib/x86_64-linux-gnu/libz.so.1"), ("merged", "/usr/lib/x86_64-linux-gnu/libz.so.1")]
    {
        let lock = format!("{base}.lock");
        let lock = sodeb(&fixture, &["lock", "app", "--at", "/app", "--base", base, "-o", &lock], &lock);
        let plan: Value = serde_json::from_str(&sodeb_manifest(&fixture, lock, "json")).expect("is JSON");
        let dockerfile = sodeb_manifest(&fixture, lock, "dockerfile-apt");
        let copied = carry_out(&dockerfile);
        let expected = planned(&plan);
        assert!(expected.contains_key(libz), "{base}: {expected:?}");
        assert_eq!(copied, expected, "on the {base} base");
    }
}

/// The URI of the host's own archive for its own release.
fn host_archive() -> String {
    let codename = format!("Codename: {}", host_release());
    let output = Command::new("apt-get")
        .args([
            "indextargets",
            "--format",
            "$(REPO_URI)",
            "Identifier: Packages",
            "Component: main",
            &codename,
        ])
        .output()
        .expect("apt-get runs");
    let text = String::from_utf8(output.stdout).expect("is text");
    text.lines().next().expect("an archive").trim_end_matches('/').to_owned()
}

/// Runs the program against the host's archive and gives back the file that it writes.
fn sodeb<'file>(fixture: &Fixture, arguments: &[&str], file: &'file str) -> &'file str {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    command.current_dir(fixture.root()).args(arguments).args(["--release", &host_release(), "--quiet"]);
    command.args(["--mirror", &host_archive(), "--refresh", "--cache-dir"]).arg(kept("archive-cache"));
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(fixture.host(&format!("/{file}")).exists(), "{file} is written");
    file
}

fn sodeb_manifest(fixture: &Fixture, lock: &str, format: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    let command = command.current_dir(fixture.root()).args(["manifest", lock, "--format", format]);
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("is text")
}

/// What stands at each path: the target of a link, or the digest and mode of a file.
type Files = BTreeMap<String, String>;

fn planned(plan: &Value) -> Files {
    let packages = plan["packages"].as_array().expect("a list").iter();
    let files = packages.flat_map(|package| package["files"].as_array().expect("a list"));
    let told = |file: &Value| {
        let text = |field: &str| file[field].as_str().map(str::to_owned);
        let kind = text("link").or_else(|| Some(format!("{} {}", text("sha256")?, text("mode")?)));
        (text("path").expect("a path"), kind.expect("a link or a file"))
    };
    files.map(told).collect()
}

/// Runs the instructions of the first stage and tells what they leave in /layer.
fn carry_out(dockerfile: &str) -> Files {
    let root = stage();
    let (stage, rest) = dockerfile.split_once("\n\nFROM ").expect("has two stages");
    assert!(rest.ends_with("COPY --from=packages /layer/ /\n"), "{rest}");
    let script: String = stage.replace("\\\n", " ").lines().filter_map(instruction).collect();
    let mut bwrap = Command::new("bwrap");
    bwrap.arg("--bind").arg(root.path()).args([
        "/",
        "--ro-bind",
        "/usr",
        "/usr",
        "--dev",
        "/dev",
        "--proc",
        "/proc",
    ]);
    for directory in ["bin", "lib", "lib64", "sbin"] {
        bwrap.args(["--symlink", &format!("usr/{directory}"), &format!("/{directory}")]);
    }
    for file in
        ["/etc/resolv.conf", "/etc/hosts", "/etc/ssl", "/etc/alternatives", "/etc/passwd", "/etc/group"]
    {
        bwrap.args(["--ro-bind-try", file, file]);
    }
    bwrap.args(["--unshare-user", "--uid", "0", "--gid", "0", "--clearenv", "--setenv", "PATH"]);
    bwrap.args(["/usr/sbin:/usr/bin", "sh", "-ec", &script]);
    let output = bwrap.output().expect("bubblewrap runs");
    let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{script}\n{}", told.concat());
    files_below(&root.path().join("layer"))
}

/// A root in which apt can work.
fn stage() -> TempDir {
    let root = tempfile::tempdir().expect("a directory");
    let directories = [
        "etc",
        "tmp",
        "var/lib/dpkg",
        "var/lib/apt/lists/partial",
        "var/cache/apt/archives/partial",
        "var/log/apt",
    ];
    for directory in directories {
        fs::create_dir_all(root.path().join(directory)).expect("a directory");
    }
    let copied = Command::new("cp").args(["-r", "/etc/apt"]).arg(root.path().join("etc")).status();
    assert!(copied.is_ok_and(|status| status.success()), "the host's keys are copied");
    // There is one user in it.
    fs::write(root.path().join("etc/apt/apt.conf.d/99user"), "APT::Sandbox::User \"root\";\n")
        .expect("written");
    fs::write(root.path().join("var/lib/dpkg/status"), "").expect("written");
    root
}

/// An instruction as a line of shell; what only names the stage is none.
fn instruction(line: &str) -> Option<String> {
    if let Some(directory) = line.strip_prefix("WORKDIR ") {
        return Some(format!("mkdir -p {directory}; cd {directory}\n"));
    }
    line.strip_prefix("RUN ").map(|command| format!("( {command} )\n"))
}

fn files_below(directory: &Path) -> Files {
    let entries =
        walkdir::WalkDir::new(directory).into_iter().map(|entry| entry.expect("a readable directory"));
    let files = entries.filter(|entry| !entry.file_type().is_dir()).map(|entry| {
        let path = entry.path();
        let below = path.strip_prefix(directory).expect("is below").to_string_lossy().into_owned();
        let kind = match fs::read_link(path) {
            Ok(target) => target.to_string_lossy().into_owned(),
            Err(_) => {
                let mode = fs::metadata(path).expect("is there").permissions().mode() & 0o7777;
                let digest = sha2::Sha256::digest(fs::read(path).expect("is read"));
                let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
                format!("{hex} {mode:04o}")
            }
        };
        (format!("/{below}"), kind)
    });
    files.collect()
}
