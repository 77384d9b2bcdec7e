//! One judge: the same trees through `resolve`, `lock`, `layer`, `image` and `audit` get the same verdict.

mod starts;

use serde_json::Value;

use crate::support::fixture::{INTERPRETER, library, program};
use crate::support::package::TestPackage;
use crate::support::world::World;

const PYTHON: &str = "/base/usr/bin/python3.11";
const SUFFIX: &str = "cpython-312-x86_64-linux-gnu.so";

/// A base with a dynamic linker, and no interpreter.
pub(super) fn world() -> World {
    world_with(&[TestPackage::new("liba1")])
}

/// The same with packages in the archive.
pub(super) fn world_with(packages: &[TestPackage]) -> World {
    let world = World::new(library("x"), packages);
    std::fs::remove_dir_all(world.fixture.host("/app")).expect("is there");
    world.fixture.file("/base/etc/os-release", "ID=debian\nVERSION_CODENAME=bookworm\n");
    world.fixture.file("/base/etc/passwd", "root:x:0:0::/root:/bin/sh\nnonroot:x:65532:65532::/:\n");
    world.fixture.file("/base/etc/group", "root:x:0:\nnonroot:x:65532:\n");
    world.fixture.build(library(&format!("/base{INTERPRETER}")));
    world
}

fn python(world: &World) {
    world.fixture.build(program(PYTHON));
    world.fixture.link("/base/usr/bin/python3", "python3.11");
}

/// A venv at `/app`, whose Python is a link to `target`.
fn venv(world: &World, version: &str, target: &str) {
    world.fixture.file("/app/pyvenv.cfg", &format!("home = /usr/bin\nversion = {version}.4\n"));
    world.fixture.link("/app/bin/python3", target);
    world.fixture.link("/app/bin/python", "python3");
    world.fixture.file(&format!("/app/lib/python{version}/site-packages/pure.py"), "x = 1\n");
}

fn extension(world: &World, path: &str) {
    world.fixture.build(library(path).without_soname());
}

/// Errors of a command: kinds and files, sorted, and the exit status.
#[derive(Debug, PartialEq, Eq)]
struct Verdict {
    errors: Vec<(String, String)>,
    status: Option<i32>,
}

fn errors(list: &Value, kind: &str, path: &str, grade: &str) -> Vec<(String, String)> {
    let rows = list.as_array().expect("a list").iter().filter(|row| row[grade] == "error");
    let text = |row: &Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
    let mut errors: Vec<_> = rows.map(|row| (text(row, kind), text(row, path))).collect();
    errors.sort();
    errors
}

/// Verdict of a command whose JSON lists problems.
fn verdict(world: &World, words: &[&str]) -> Verdict {
    let question = ["app", "--at", "/app", "--base", "base", "--refresh", "--format", "json"];
    let output = world.run(&[words, &question].concat());
    let answer: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{words:?}: {}", String::from_utf8_lossy(&output.stderr)));
    Verdict { errors: errors(&answer["problems"], "kind", "object", "grade"), status: output.status.code() }
}

/// Asserts the verdict of every command on the trees in `/app` and the base.
#[track_caller]
fn assert_verdict(case: &str, world: &World, options: &[&str], expected: &[(&str, &str)]) {
    let expected = Verdict {
        errors: expected.iter().map(|(kind, object)| ((*kind).to_owned(), (*object).to_owned())).collect(),
        status: Some(i32::from(!expected.is_empty())),
    };
    for words in [
        &["resolve"][..],
        &["resolve", "--direct"],
        &["lock"],
        &["layer", "-o", "layer.tar"],
        &["image", "-o", "out"],
    ] {
        assert_eq!(verdict(world, &[words, options].concat()), expected, "{case}: {words:?}");
    }
    // `resolve` without the needs of packages has no packages' files, and so the base alone as its root.
    let output = world.command(&["audit", "out", "--format", "json"]).output().expect("sodeb runs");
    let answer: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{case}: {}", String::from_utf8_lossy(&output.stderr)));
    let found = Verdict {
        errors: errors(&answer["images"][0]["findings"], "rule", "path", "severity"),
        status: output.status.code(),
    };
    assert_eq!(found, expected, "{case}: audit");
}

/// Changes the trees of a case.
type Plant = fn(&World);

/// Name of a case, its trees, and the rule and the path of each error.
type Case = (&'static str, Plant, &'static [(&'static str, &'static str)]);

#[test]
fn every_command_says_the_same() {
    let cases: &[Case] = &[
        (
            "a venv of the base's version",
            |world| {
                python(world);
                venv(world, "3.11", "/usr/bin/python3");
                extension(world, "/app/lib/python3.11/site-packages/x.cpython-311-x86_64-linux-gnu.so");
            },
            &[],
        ),
        (
            "a venv of another version, with an extension",
            |world| {
                python(world);
                venv(world, "3.12", "/usr/bin/python3");
                extension(world, &format!("/app/lib/python3.12/site-packages/x.{SUFFIX}"));
            },
            &[("python-abi-mismatch", "/app/pyvenv.cfg")],
        ),
        (
            "a venv of another version, of pure Python",
            |world| {
                python(world);
                venv(world, "3.12", "/usr/bin/python3");
            },
            &[("python-abi-mismatch", "/app/pyvenv.cfg")],
        ),
        (
            "a venv of uv, whose Python is elsewhere",
            |world| {
                python(world);
                venv(world, "3.11", "/home/builder/.local/share/uv/python/cpython-3.11/bin/python3.11");
            },
            &[("missing-interpreter", "/app/bin/python3")],
        ),
        (
            "a venv on a base without Python",
            |world| venv(world, "3.11", "/usr/bin/python3"),
            &[("missing-interpreter", "/app/bin/python3")],
        ),
        (
            "a venv that was copied without its Python",
            |world| {
                python(world);
                world.fixture.file("/app/pyvenv.cfg", "home = /usr/bin\nversion = 3.11.2\n");
                world.fixture.file("/app/lib/python3.11/site-packages/pure.py", "x = 1\n");
            },
            &[("missing-interpreter", "/app/pyvenv.cfg")],
        ),
        (
            "a venv that has its own Python",
            |world| {
                world.fixture.file("/app/pyvenv.cfg", "home = /usr/bin\nversion = 3.12.1\n");
                world.fixture.build(program("/app/bin/python3.12"));
                world.fixture.link("/app/bin/python3", "python3.12");
                extension(world, &format!("/app/lib/python3.12/site-packages/x.{SUFFIX}"));
            },
            &[],
        ),
        (
            "packages that were installed with --target by another version",
            |world| {
                python(world);
                extension(world, &format!("/app/fast.{SUFFIX}"));
            },
            &[("python-abi-mismatch", "/app/fast.cpython-312-x86_64-linux-gnu.so")],
        ),
        (
            "extension modules on a base without Python",
            |world| extension(world, &format!("/app/fast.{SUFFIX}")),
            &[("missing-interpreter", "/app/fast.cpython-312-x86_64-linux-gnu.so")],
        ),
        (
            "a bundle with its own libpython",
            |world| {
                python(world);
                world.fixture.build(library("/app/_internal/libpython3.12.so.1.0"));
                extension(world, &format!("/app/_internal/lib-dynload/x.{SUFFIX}"));
            },
            &[],
        ),
        (
            "a wheel for macOS",
            |world| {
                python(world);
                venv(world, "3.11", "/usr/bin/python3");
                let wheel = "/app/lib/python3.11/site-packages/fast-1.0.dist-info/WHEEL";
                world.fixture.file(wheel, "Wheel-Version: 1.0\nTag: cp311-cp311-macosx_11_0_arm64\n");
            },
            &[("wheel-mismatch", "/app/lib/python3.11/site-packages/fast-1.0.dist-info/WHEEL")],
        ),
        (
            "a wheel of the stable ABI of a later version",
            |world| {
                python(world);
                venv(world, "3.11", "/usr/bin/python3");
                let wheel = "/app/lib/python3.11/site-packages/fast-1.0.dist-info/WHEEL";
                world.fixture.file(wheel, "Tag: cp312-abi3-manylinux_2_17_x86_64\n");
            },
            &[("wheel-mismatch", "/app/lib/python3.11/site-packages/fast-1.0.dist-info/WHEEL")],
        ),
        (
            "wheels that fit",
            |world| {
                python(world);
                venv(world, "3.11", "/usr/bin/python3");
                let wheel = |name: &str, tag: &str| {
                    let path = format!("/app/lib/python3.11/site-packages/{name}-1.0.dist-info/WHEEL");
                    world.fixture.file(&path, &format!("Tag: {tag}\n"));
                };
                wheel("pure", "py3-none-any");
                wheel("stable", "cp38-abi3-manylinux_2_17_x86_64");
                wheel("exact", "cp311-cp311-manylinux_2_17_x86_64");
            },
            &[],
        ),
        (
            "a gem for another Ruby",
            |world| {
                world.fixture.build(program("/base/usr/bin/ruby3.1"));
                world.fixture.link("/base/usr/bin/ruby", "ruby3.1");
                let gem = "/app/extensions/x86_64-linux/3.3.0/bcrypt-3.1.20/bcrypt_ext.so";
                world.fixture.build(library(gem).without_soname().source("void Init_bcrypt_ext(void) {}\n"));
            },
            &[("ruby-abi-mismatch", "/app/extensions/x86_64-linux/3.3.0/bcrypt-3.1.20/bcrypt_ext.so")],
        ),
        (
            "an addon for another Node.js",
            |world| {
                world.fixture.build(program("/base/usr/bin/node").needs("libnode.so.108"));
                world.fixture.build(library("/base/usr/lib/x86_64-linux-gnu/libnode.so.108"));
                let addon = "/app/node_modules/native/lib/binding/node-v115-linux-x64/native.node";
                extension(world, addon);
            },
            &[("node-abi-mismatch", "/app/node_modules/native/lib/binding/node-v115-linux-x64/native.node")],
        ),
        (
            "addons on a base without Node.js",
            |world| extension(world, "/app/node_modules/native/build/Release/native.node"),
            &[("missing-interpreter", "/app/node_modules/native/build/Release/native.node")],
        ),
    ];
    for (case, plant, expected) in cases {
        let world = world();
        plant(&world);
        assert_verdict(case, &world, &[], expected);
    }
}

#[test]
fn a_venv_is_relinked_to_the_bases_python() {
    let world = world();
    python(&world);
    venv(&world, "3.11", "/usr/local/bin/python3.11");
    assert_verdict("relinked", &world, &["--relink-python"], &[]);
    // The layer of `layer` has what was changed, to be put over the venv.
    let mut layer =
        tar::Archive::new(std::fs::File::open(world.fixture.host("/layer.tar")).expect("written"));
    let mut changed = std::collections::BTreeMap::new();
    for entry in layer.entries().expect("a tar") {
        let mut entry = entry.expect("an entry");
        let path = entry.path().expect("a path").display().to_string();
        let target = entry.link_name().expect("a target").map(|target| target.display().to_string());
        let mut text = String::new();
        _ = std::io::Read::read_to_string(&mut entry, &mut text);
        changed.insert(path, target.unwrap_or(text));
    }
    assert_eq!(changed["app/pyvenv.cfg"], "home = /usr/bin\nversion = 3.11.4\n");
    assert_eq!(changed["app/bin/python3"], "/usr/bin/python3.11");
    assert!(!changed.contains_key("app/bin/python"), "{changed:?}");
    // The tree itself stays as it is.
    let link = std::fs::read_link(world.fixture.host("/app/bin/python3")).expect("a link");
    assert_eq!(link.to_str(), Some("/usr/local/bin/python3.11"));
}

#[test]
fn a_venv_is_not_relinked_without_its_python() {
    let world = world();
    python(&world);
    venv(&world, "3.12", "/usr/local/bin/python3.12");
    let output =
        world.run(&["lock", "app", "--at", "/app", "--base", "base", "--refresh", "--relink-python"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("cannot relink the Python of /app: the base has no Python 3.12"), "{said}");
}

#[test]
fn without_a_base_nothing_is_claimed_about_interpreters() {
    let world = world();
    venv(&world, "3.12", "/usr/bin/python3");
    extension(&world, &format!("/app/lib/python3.12/site-packages/x.{SUFFIX}"));
    let output = world.run(&["resolve", "app", "--at", "/app", "--refresh", "--format", "json"]);
    let answer: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!((&answer["problems"], output.status.code()), (&serde_json::json!([]), Some(0)));
}

#[test]
fn an_included_link_to_a_file_of_another_package_names_that_package() {
    let packages = [
        TestPackage::new("server")
            .field("Depends: other | none, tools (>= 1)")
            .link("/usr/bin/serve", "check"),
        TestPackage::new("tools").object("/usr/bin/check", program("/x").interpreter(INTERPRETER)),
        TestPackage::new("other").file("/usr/share/other", "x"),
    ];
    let world = world();
    world.publish(&packages);
    world.fixture.build(program("/app/prog"));
    let include = ["--include", "server:/usr/bin/serve"];
    let question = ["app", "--at", "/app", "--base", "base", "--refresh", "--format", "json"];
    for words in [&["lock"][..], &["layer", "-o", "layer.tar"], &["image", "-o", "out"]] {
        let output = world.run(&[words, &include, &question].concat());
        let answer: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{words:?}: {}", String::from_utf8_lossy(&output.stderr)));
        let problem = &answer["problems"][0];
        assert_eq!(
            (&problem["kind"], &problem["object"]),
            (&"dangling-link".into(), &"/usr/bin/serve".into())
        );
        assert_eq!(problem["fix"][0], "--include tools:/usr/bin/check");
        assert_eq!(output.status.code(), Some(1), "{words:?}");
    }
    let both = [&["lock"], &include[..], &["--include", "tools:/usr/bin/check"]].concat();
    let output = world.run(&[&both[..], &question].concat());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
}
