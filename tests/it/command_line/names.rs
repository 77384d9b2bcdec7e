//! Names that people type: each works, or gets an error whose hint works when it is followed.

use std::process::Command;

use crate::resolve::archive::World;
use crate::support::archive_server::Fault;
use crate::support::command_line::{assert_says, command, json, said, says};
use crate::support::fixture::{Fixture, library};

fn app() -> Fixture {
    let fixture = Fixture::empty();
    fixture.build(library("/app/x.so").needs("libgmp.so.10"));
    fixture
}

/// The release and architecture that an answer is for.
fn target(fixture: &Fixture, options: &[&str]) -> String {
    let (answer, _) = json(fixture, &[&["app", "--direct", "--offline"], options].concat());
    format!("{} {}", answer["target"]["release"], answer["target"]["architecture"]).replace('"', "")
}

#[test]
fn releases_have_codenames_versions_and_suites() {
    let fixture = app();
    for (word, expected) in [
        ("bookworm", "bookworm"),
        ("12", "bookworm"),
        ("12.5", "bookworm"),
        ("debian12", "bookworm"),
        ("debian-13", "trixie"),
        ("Trixie", "trixie"),
        ("stable", "trixie"),
        ("oldstable", "bookworm"),
        ("oldoldstable", "bullseye"),
    ] {
        assert_eq!(target(&fixture, &["--release", word]), format!("{expected} amd64"), "{word}");
    }
    fixture.file("/sodeb.toml", "release = \"debian12\"\n");
    assert_eq!(target(&fixture, &[]), "bookworm amd64");
    let backports = says(&fixture, &["app", "--release", "bookworm-backports"]);
    let expected = "! error: invalid value 'bookworm-backports' for '--release <RELEASE>': it is a suite of bookworm, whose \
                    updates and security updates are always used; --backports adds its backports\n";
    assert!(backports.starts_with(expected) && backports.ends_with("exit 2\n"), "{backports}");
}

#[test]
fn a_misspelled_release_has_a_suggestion_that_works() {
    let fixture = app();
    for (word, suggestion) in
        [("bokworm", "bookworm"), ("trixy", "trixie"), ("debain12", "bookworm"), ("stabel", "stable")]
    {
        assert_says(
            &said(&fixture, &mut command(&fixture, &["app", "--release", word])),
            &format!(
                "! error: cannot look up packages: no index for debian {word} amd64 (known: bullseye, bookworm, trixie)\n\
                 ! hint: did you mean {suggestion}?\nexit 2\n"
            ),
        );
        assert!(!target(&fixture, &["--release", suggestion]).contains(word));
    }
}

#[test]
fn architectures_have_the_names_of_uname_and_go() {
    let fixture = Fixture::empty();
    fixture.file("/app/a.py", "");
    for (word, expected) in [
        ("x86_64", "amd64"),
        ("AMD64", "amd64"),
        ("aarch64", "arm64"),
        ("linux/arm64", "arm64"),
        ("arm64v8", "arm64"),
    ] {
        let options = ["--release", "bookworm", "--arch", word];
        assert_eq!(target(&fixture, &options), format!("bookworm {expected}"), "{word}");
    }
    for (word, expected) in [("armv7l", "armhf"), ("i686", "i386"), ("ppc64le", "ppc64el"), ("arm", "armhf")]
    {
        let said = said(&fixture, &mut command(&fixture, &["app", "--release", "bookworm", "--arch", word]));
        assert!(said.contains(&format!("no index for debian bookworm {expected}")), "{said}");
        assert!(
            said.contains(&format!("`sodeb index update --release bookworm --arch {expected}`")),
            "{said}"
        );
    }
    fixture.file("/sodeb.toml", "arch = \"x86_64\"\n");
    assert_eq!(target(&fixture, &["--release", "12"]), "bookworm amd64");
}

#[test]
fn switches_in_the_environment_have_words() {
    let fixture = app();
    let ask = |value: &str| {
        let mut command = command(&fixture, &["app", "--release", "bookworm", "--catalog", "archive"]);
        // No request through this proxy has an answer.
        command.env("http_proxy", "http://127.0.0.1:9/").env("https_proxy", "http://127.0.0.1:9/");
        said(&fixture, command.args(["--mirror", "http://m.example/"]).env("SODEB_OFFLINE", value))
    };
    for word in ["1", "true", "yes", "on", "YES"] {
        assert!(ask(word).contains("cannot work offline"), "{word}: {}", ask(word));
    }
    for word in ["0", "false", "no", "off"] {
        assert!(ask(word).contains("request failed"), "{word}: {}", ask(word));
    }
    for (variable, flag, word) in [
        ("SODEB_OFFLINE", "--offline", "maybe"),
        ("SODEB_OFFLINE", "--offline", ""),
        ("SODEB_NO_PROGRESS", "--no-progress", "2"),
    ] {
        let said = said(&fixture, command(&fixture, &["app", "--release", "bookworm"]).env(variable, word));
        let expected = format!(
            "! error: invalid value '{word}' for '{flag}': expected 1, true, yes or on, or 0, false, no or off\n"
        );
        assert!(said.starts_with(&expected) && said.ends_with("exit 2\n"), "{said}");
        let tip = format!("tip: the value is that of the environment variable {variable}\n");
        assert!(said.contains(&tip), "{said}");
    }
    // A variable that says no is no conflict.
    let refresh = said(
        &fixture,
        command(&fixture, &["app", "--refresh"]).env("SODEB_OFFLINE", "no").env("SODEB_MIRROR", "x"),
    );
    assert!(refresh.contains("cannot use mirror 'x'"), "{refresh}");
}

#[test]
fn global_options_may_stand_before_the_command() {
    let fixture = app();
    let after = says(&fixture, &["tree", "app", "-q"]);
    for options in [&["-q"][..], &["--jobs", "1", "-q"], &["--color", "never", "-q"]] {
        assert_says(&says(&fixture, &[options, &["tree", "app"]].concat()), &after);
    }
    let base = says(&fixture, &["--base", "base", "tree", "app"]);
    let expected =
        "! error: the option '--base' stands before the command 'tree': put it after the command\n";
    assert!(base.starts_with(expected) && base.ends_with("exit 2\n"), "{base}");
    let path = says(&fixture, &["app", "tree", "app"]);
    assert!(path.starts_with("! error: a path stands before the command 'tree': put it after"), "{path}");
}

#[test]
fn a_misspelled_command_is_named_unless_it_is_a_path() {
    let fixture = app();
    for (word, command) in [("audti", "audit"), ("lokc", "lock"), ("imge", "image"), ("idnex", "index")] {
        let said = says(&fixture, &[word, "app"]);
        assert!(said.ends_with(&format!("! hint: did you mean `sodeb {command}`?\nexit 2\n")), "{said}");
    }
    fixture.file("/audti/readme", "");
    assert!(!says(&fixture, &["audti"]).contains("did you mean"));
}

#[test]
fn names_of_bases_say_where_the_image_is() {
    let fixture = app();
    for name in ["python:3.12-slim", "nginx", "debian:12-backports", "bitnami/redis:7"] {
        assert_says(
            &says(&fixture, &["app", "--base", name]),
            &format!(
                "! error: cannot read {name}: No such file or directory (os error 2)\n\
                 ! hint: a base is the path of a file or directory; an image of Docker Hub is docker://{name}, one of \
                 Docker's engine docker-daemon:{name}\nexit 2\n"
            ),
        );
        // The hint leads to the registry and to the engine.
        let hub = says(&fixture, &["app", "--offline", "--base", &format!("docker://{name}")]);
        assert!(hub.contains("offline"), "{hub}");
        let engine = says(&fixture, &["app", "--base", &format!("docker-daemon:{name}")]);
        assert!(engine.contains("engine"), "{engine}");
    }
    let podman = says(&fixture, &["app", "--base", "containers-storage:debian"]);
    assert!(
        podman.contains("`podman save -o FILE NAME` writes FILE") && podman.ends_with("exit 2\n"),
        "{podman}"
    );
}

#[test]
fn transports_of_the_container_tools_name_files() {
    let fixture = app();
    let build = |output: &str| {
        let build = ["image", "app", "--at", "/app", "--base", "scratch", "--release", "bookworm"];
        // Only the form of the image matters here: nothing is downloaded for an empty tree.
        fixture.file("/empty/a.py", "");
        let mut build = build.to_vec();
        build[1] = "empty";
        says(&fixture, &[&build[..], &["-o", output]].concat())
    };
    for output in ["layout", "image.tar"] {
        assert!(build(output).ends_with("exit 0\n"), "{}", build(output));
    }
    let plain = says(&fixture, &["audit", "layout"]);
    assert!(plain.ends_with("exit 0\n"), "{plain}");
    for base in [
        "oci:layout",
        "oci:layout:latest",
        "oci-archive:image.tar",
        "docker-archive:image.tar",
        "docker-archive:image.tar:me/app:1",
    ] {
        let said = says(&fixture, &["audit", base]);
        assert!(said.ends_with("exit 0\n"), "{base}: {said}");
    }
}

#[test]
fn a_package_alone_is_no_inclusion() {
    let fixture = app();
    let said = says(&fixture, &["lock", "app", "--include", "git"]);
    let expected = "! error: invalid value 'git' for '--include <PACKAGE:GLOB>': the files are missing: 'git:/*' adds the whole \
                    package, 'git:/usr/bin/*' its programs\n";
    assert!(said.starts_with(expected) && said.ends_with("exit 2\n"), "{said}");
}

#[test]
fn a_file_is_mounted_at_its_very_path() {
    let fixture = app();
    let place = |path: &str, at: &str| {
        let (answer, _) =
            json(&fixture, &[path, "--at", at, "--release", "bookworm", "--direct", "--offline"]);
        answer["app"][0]["at"].as_str().expect("a path").to_owned()
    };
    assert_eq!(place("app/x.so", "/app/exe"), "/app/exe");
    assert_eq!(place("app/x.so", "/opt/"), "/opt/x.so");
    assert_eq!(place("app/x.so", "/"), "/x.so");
    assert_eq!(place("app", "/opt/"), "/opt");
    let tree = says(&fixture, &["tree", "app/x.so", "--at", "/app/exe"]);
    assert!(tree.starts_with("/app/exe  library\n"), "{tree}");
}

#[test]
fn an_update_of_several_releases_does_what_it_can() {
    let world = World::new();
    world.server.fault("trixie/InRelease", Fault::NotFound);
    let both = world.says_of(&["index", "update", "--release", "trixie,bookworm"]);
    assert!(both.starts_with("Debian 12 bookworm amd64  archive index of #, 1 package"), "{both}");
    let failed = "! error: cannot update debian trixie amd64: cannot find suite trixie: ";
    assert!(both.contains(failed) && both.ends_with("exit 3\n"), "{both}");
    assert!(world.says_of(&["index", "show"]).contains("bookworm amd64  archive index of #"));
    let misspelled = world.says_of(&["index", "update", "--release", "bokworm"]);
    assert!(misspelled.ends_with("! hint: did you mean bookworm?\nexit 3\n"), "{misspelled}");
}

#[test]
fn a_lock_goes_to_any_kind_of_file() {
    let fixture = Fixture::empty();
    fixture.file("/empty/a.py", "");
    let lock = |output: &str| says(&fixture, &["lock", "empty", "--at", "/empty", "-o", output]);
    let whole = says(&fixture, &["lock", "empty", "--at", "/empty"]);
    assert!(whole.contains("[target]\n") && whole.ends_with("exit 0\n"), "{whole}");
    assert_says(&lock("/dev/stdout"), &whole);
    let null = lock("/dev/null");
    assert!(!null.contains("[target]") && null.ends_with("exit 0\n"), "{null}");
    assert_says(
        &lock("empty"),
        "! error: cannot write empty: it is a directory\n! hint: name a file in it: empty/sodeb.lock\nexit 2\n",
    );
    assert!(lock("empty/sodeb.lock").ends_with("exit 0\n"), "the hint works");
    let pipe = fixture.host("/pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs").success());
    let reader = std::thread::spawn(move || std::fs::read_to_string(pipe).expect("is read"));
    assert!(lock("pipe").ends_with("exit 0\n"));
    let read = reader.join().expect("ends");
    assert!(read.contains("[target]\n"), "{read}");
    let directory = says(&fixture, &["resolve", "empty", "-o", "empty"]);
    assert!(directory.contains("! error: cannot write empty: it is a directory\n"), "{directory}");
    assert!(directory.ends_with("exit 2\n"), "{directory}");
}
