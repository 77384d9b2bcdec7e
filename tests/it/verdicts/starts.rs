//! What an image starts: its command, user and working directory. Nothing is written of an image that cannot start.

use std::process::Output;

use super::{python, world, world_with};
use crate::support::fixture::{library, program};
use crate::support::package::{LIBRARIES, TestPackage};
use crate::support::world::World;

fn image(world: &World, options: &[&str]) -> Output {
    let question = ["image", "app", "--at", "/app", "--base", "base", "--refresh", "-o", "out"];
    world.run(&[&question, options].concat())
}

/// A world with programs and scripts of every kind in `/app`.
fn programs() -> World {
    let world = world();
    python(&world);
    world.fixture.build(program("/base/usr/bin/env"));
    world.fixture.build(program("/base/usr/bin/tini"));
    world.fixture.build(program("/app/prog"));
    world.fixture.file("/app/main.py", "#!/usr/bin/env python9\n");
    let script = |name: &str, line: &str| {
        world.fixture.file(name, line);
        world.fixture.mode(name, 0o755);
    };
    script("/app/good", "#!/usr/bin/env python3\n");
    script("/app/absent", "#!/usr/bin/env python9\n");
    script("/app/no-split", "#!/usr/bin/env python3 -u\n");
    script("/app/split", "#!/usr/bin/env -S python3 -u\n");
    script("/app/no-perl", "#!/usr/bin/perl\n");
    world.fixture.file("/app/not-executable", "#!/usr/bin/env python3\n");
    script("/app/text", "no program, and no script with an interpreter either, but a text\n");
    world.fixture.link("/app/dangling", "/usr/bin/nowhere");
    world.fixture.build(library("/app/x.so"));
    world
}

#[test]
fn an_image_that_does_not_start_is_not_written() {
    let world = programs();
    let cases: &[(&[&str], &str)] = &[
        (&["--entrypoint", "/nope"], r#"the image starts "/nope", which does not exist"#),
        (&["--entrypoint", "nope"], r#"the image starts "nope", which does not exist"#),
        (&["--entrypoint", "/app"], r#"the image starts "/app", which is a directory"#),
        (&["--entrypoint", "/app/dangling"], "the link /app/dangling leads to /usr/bin/nowhere"),
        (&["--entrypoint", "/app/not-executable"], "which is not executable"),
        (&["--entrypoint", "/app/text"], "neither a program nor a script"),
        (&["--entrypoint", "/app/absent"], "a script whose interpreter python9 does not exist"),
        (&["--entrypoint", "/app/no-split"], "a script whose interpreter python3 -u does not exist"),
        (&["--entrypoint", "/app/no-perl"], "a script whose interpreter /usr/bin/perl does not exist"),
        (&["--entrypoint", "tini -- /nope"], r#"the image starts "/nope", which does not exist"#),
        (&["--entrypoint", "/usr/bin/env A=1 /app/absent"], "interpreter python9 does not exist"),
        (&["--user", "nobodyhere"], r#"user "nobodyhere", which is not in /etc/passwd"#),
        (&["--user", "nonroot:nogroup"], r#"group "nogroup", which is not in /etc/group"#),
        (&["--workdir", "/app/prog"], "the working directory /app/prog is not a directory"),
    ];
    for (options, expected) in cases {
        let output = image(&world, options);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{options:?}: {said}");
        assert!(said.contains(expected), "{options:?}: {said}");
        assert!(!world.fixture.root().join("out").exists(), "{options:?}");
    }
}

#[test]
fn an_image_that_starts_is_written() {
    let world = programs();
    let cases: &[&[&str]] = &[
        &["--entrypoint", "/app/prog"],
        &["--entrypoint", "/app/good"],
        &["--entrypoint", "/app/split"],
        // Scripts that an interpreter is given are code.
        &["--entrypoint", "/usr/bin/python3 /app/main.py"],
        &["--entrypoint", "python3 main.py", "--workdir", "/app"],
        &["--entrypoint", "tini -- python3 /app/main.py"],
        &["--entrypoint", "/app/good", "--user", "nonroot:nonroot"],
        &["--entrypoint", "/app/good", "--user", "12345:0"],
        &["--entrypoint", "/app/good", "--workdir", "/created"],
    ];
    for options in cases {
        let output = image(&world, options);
        assert_eq!(output.status.code(), Some(0), "{options:?}: {}", String::from_utf8_lossy(&output.stderr));
        let audit = world.command(&["audit", "out"]).output().expect("sodeb runs");
        assert_eq!(audit.status.code(), Some(0), "{options:?}: {}", String::from_utf8_lossy(&audit.stdout));
        std::fs::remove_dir_all(world.fixture.root().join("out")).expect("is written");
    }
}

#[test]
fn an_absent_preload_is_ignored_by_the_linker_and_so_a_warning() {
    let world = programs();
    let output = image(&world, &["--entrypoint", "/app/prog", "--env", "LD_PRELOAD=/usr/lib/libnone.so.2"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    assert!(said.contains("LD_PRELOAD names /usr/lib/libnone.so.2, which does not exist"), "{said}");
    let present = ["--entrypoint", "/app/prog", "--env", "LD_PRELOAD=/app/x.so"];
    std::fs::remove_dir_all(world.fixture.root().join("out")).expect("is written");
    assert_eq!(image(&world, &present).status.code(), Some(0));
    let audit = world.command(&["audit", "out"]).output().expect("sodeb runs");
    let text = String::from_utf8_lossy(&audit.stdout).into_owned();
    assert!(!text.contains("missing-preload") && !text.contains("leave out"), "{text}");
}

#[test]
fn a_program_of_the_base_that_the_image_starts_is_linked() {
    let path = format!("{LIBRARIES}/libtool.so.1");
    let world = world_with(&[TestPackage::new("libtool1").object(&path, library(&path))]);
    world.fixture.build(program("/base/usr/bin/tool").needs("libtool.so.1"));
    world.fixture.build(program("/base/usr/bin/broken").needs("libnone.so.1"));
    world.fixture.build(program("/app/prog"));
    let packages = |entrypoint: &str| {
        let output = image(&world, &["--entrypoint", entrypoint, "--format", "json"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let packages = answer["packages"].as_array().map(Vec::len);
        let audit = world.command(&["audit", "out"]).output().expect("sodeb runs").status.code();
        std::fs::remove_dir_all(world.fixture.root().join("out")).ok();
        (output.status.code(), packages, audit, said)
    };
    let (status, packages_of_tool, audit, said) = packages("/usr/bin/tool");
    assert_eq!((status, packages_of_tool, audit), (Some(0), Some(1), Some(0)), "{said}");
    let (status, packages_of_app, ..) = packages("/app/prog");
    assert_eq!((status, packages_of_app), (Some(0), Some(0)));
    let (status, .., said) = packages("/usr/bin/broken");
    assert_eq!(status, Some(1), "{said}");
    assert!(said.contains("libnone.so.1"), "{said}");
}
