//! Interpreters out of Debian's packages on nothing at all, run for real: every extension module of real trees is
//! opened by them, in the oldest kind of root (bookworm's /lib is a directory in packages) and the newest (trixie's is a
//! link).

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use crate::machine::trees::{files_ending, fixture, kept};

/// Packages of Python modules, as trees that were built for each release.
const MODULES: [&str; 4] = ["python3-lxml", "python3-psycopg2", "python3-pil", "python3-numpy"];

/// Where Debian has them.
const DIST_PACKAGES: &str = "/usr/lib/python3/dist-packages";

/// Opens every extension module below a directory, and what it is a part of before it. A module that says itself that
/// it can't be used so has been loaded.
const OPEN_EACH: &str = r#"
import importlib, pathlib, sys
top = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(top))
opened = 0
for path in sorted(top.rglob("*.so")):
    parts = list(path.relative_to(top).parts)
    parts[-1] = parts[-1].split(".")[0]
    try:
        importlib.import_module(".".join(parts))
    except ImportError as error:
        if "cannot open shared object file" in str(error) or "undefined symbol" in str(error):
            sys.exit(f"{path}: {error}")
        continue
    opened += 1
import ssl, sqlite3, ctypes, lzma, bz2, hashlib, zlib, decimal, curses, readline, uuid
print(opened)
"#;

/// The same for Ruby.
const REQUIRE_EACH: &str = r##"
opened = 0
Dir["/gems/extensions/**/*.so"].sort.each do |path|
  begin
    require path
  rescue LoadError => error
    abort "#{path}: #{error.message}"
  rescue StandardError
  end
  opened += 1
end
require "openssl"; require "yaml"; require "json"; require "zlib"; require "socket"
puts opened
"##;

#[track_caller]
fn layer(tree: &Path, output: &Path, options: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    command.arg("layer").arg(tree).args(["--arch", "amd64", "-o"]).arg(output).args(options);
    command.args(["--refresh", "--allow-unverified-contents", "--cache-dir"]).arg(kept("archive-cache"));
    let answer = command.output().expect("sodeb runs");
    assert!(answer.status.success(), "{}", said(&answer));
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A command in a root with a tree at `at`; none where this machine has no bubblewrap.
fn enter(root: &Path, tree: &Path, at: &str, command: &[&str]) -> Option<Output> {
    for directory in ["proc", "dev", at.trim_start_matches('/')] {
        fs::create_dir_all(root.join(directory)).expect("a directory");
    }
    let output = Command::new("bwrap")
        .args(["--unshare-all", "--clearenv", "--bind"])
        .arg(root)
        .args(["/", "--ro-bind"])
        .arg(tree)
        .args([at, "--proc", "/proc", "--dev", "/dev"])
        .args(command)
        .output();
    output.ok()
}

/// What was opened, by the last line that is said.
#[track_caller]
fn opened(output: &Output) -> usize {
    assert!(output.status.success(), "{}", said(output));
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().last().and_then(|line| line.parse().ok()).unwrap_or_else(|| panic!("{}", said(output)))
}

#[test]
fn python_opens_every_module_of_real_packages_on_both_kinds_of_root() {
    let directory = tempfile::tempdir().expect("a directory");
    let empty = directory.path().join("empty");
    fs::create_dir(&empty).expect("a directory");
    for release in ["bookworm", "trixie"] {
        let of_release = |name: &str| directory.path().join(format!("{release}-{name}"));
        let (modules, root, bare) = (of_release("modules"), of_release("root"), of_release("bare"));
        let includes: Vec<String> = MODULES
            .iter()
            .flat_map(|name| ["--include".to_owned(), format!("{name}:{DIST_PACKAGES}/*")])
            .collect();
        let options: Vec<&str> = includes.iter().map(String::as_str).collect();
        layer(&empty, &modules, &[&["--release", release], &options[..]].concat());
        let tree = modules.join(&DIST_PACKAGES[1..]);
        let objects = files_ending(&tree, &[".so"]).len();
        assert!(objects > 20, "{objects}");

        layer(&empty, &bare, &["--release", release, "--with", "python3"]);
        let program = ["/usr/bin/python3", "-B", "-c", OPEN_EACH, "/app"];
        let Some(before) = enter(&bare, &tree, "/app", &program) else {
            eprintln!("not run: Python, since bubblewrap is not at hand");
            return;
        };
        let told = said(&before);
        assert!(!before.status.success() && told.contains("cannot open shared object file"), "{told}");

        layer(&tree, &root, &["--release", release, "--at", "/app", "--with", "python3"]);
        let after = enter(&root, &tree, "/app", &program).expect("bwrap runs");
        let opened = opened(&after);
        assert!(opened * 10 >= objects * 9, "{opened} of {objects}: {}", said(&after));
        eprintln!(
            "{release}: {opened} of {objects} modules by themselves, the others by what they are a part of"
        );
    }
}

#[test]
fn ruby_opens_every_extension_of_a_gem_tree() {
    let gems = fixture("gem-tree");
    let directory = tempfile::tempdir().expect("a directory");
    let root = directory.path().join("root");
    layer(&gems, &root, &["--release", "bookworm", "--at", "/gems", "--with", "ruby"]);
    let Some(output) = enter(&root, &gems, "/gems", &["/usr/bin/ruby", "-e", REQUIRE_EACH]) else {
        eprintln!("not run: Ruby, since bubblewrap is not at hand");
        return;
    };
    let opened = opened(&output);
    assert_eq!(opened, files_ending(&gems.join("extensions"), &[".so"]).len(), "{}", said(&output));
    assert!(opened >= 7, "{opened}");
}
