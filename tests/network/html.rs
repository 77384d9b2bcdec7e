//! HTML reports in a real browser: Chromium opens what the program writes from disk, as fixtures/html-driver.mjs has it
//! done, and axe-core judges whether everyone can use it. fixtures/html-judges.sh installs them.

use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use crate::machine::trees;
use crate::support::fixture::{Fixture, library, program};
use crate::support::images;
use serde_json::{Value, json};

/// What the requirements on speed are: how long the page's program may take until all is shown, and how long it may
/// work in a frame, in milliseconds.
const MOST_RENDER: f64 = 500.0;
const MOST_FRAME: f64 = 16.0;

/// Names that would be markup, or no text at all.
const HOSTILE: [&[u8]; 2] = [b"</script><img src=x onerror=alert(1)>.so", b"<!--\xe2\x80\xa8\xff\"'&amp;.so"];

/// Runs the program, which may find that something is wrong, but not fail.
fn sodeb(fixture: &Fixture, arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sodeb"));
    command.env_clear().env("HOME", fixture.host("/home")).env("SODEB_RELEASE", "bookworm");
    let output = command.current_dir(fixture.root()).args(arguments).output().expect("sodeb runs");
    let status = output.status.code().expect("ends by itself");
    assert!(status < 2, "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// One browser at a time, so that what is measured is not what others take.
static BROWSER: Mutex<()> = Mutex::new(());

/// What is measured of a report when it is used so.
fn driven(scenario: &str, report: &Path) -> Value {
    let judges = trees::fixture("html-judges");
    let driver = judges.join("driver.mjs");
    let _held = BROWSER.lock().unwrap_or_else(PoisonError::into_inner);
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/html-driver.mjs");
    // Node looks for packages where the program lies.
    fs::copy(source, &driver).expect("the driver is copied");
    let output = Command::new("node").arg(&driver).arg(scenario).arg(report).output().expect("node runs");
    assert!(output.status.success(), "{scenario}: {}", String::from_utf8_lossy(&output.stderr));
    let measured = serde_json::from_slice(&output.stdout).expect("is JSON");
    eprintln!("{scenario}: {measured}");
    measured
}

/// An image of two layers: a program with its libraries, and libraries with hostile names.
fn small_image(fixture: &Fixture) -> PathBuf {
    let lower = Fixture::new();
    let directory = "/usr/lib/x86_64-linux-gnu";
    lower.file("/etc/os-release", "ID=debian\nVERSION_CODENAME=bookworm\n");
    lower.build(program("/usr/bin/app").needs("libone.so.1").needs("libgone.so.9"));
    lower.build(library(&format!("{directory}/libone.so.1")).needs("libtwo.so.2"));
    lower.build(library(&format!("{directory}/libtwo.so.2")));
    let upper = Fixture::empty();
    for name in HOSTILE {
        upper.build(library("/opt/x.so").needs("libgmp.so.10").without_soname());
        let hostile = upper.host("/opt").join(OsString::from_vec(name.to_vec()));
        fs::create_dir_all(hostile.parent().expect("a directory")).expect("is made");
        fs::rename(upper.host("/opt/x.so"), hostile).expect("is renamed");
    }
    let layers = [&lower, &upper].map(|layer| images::tar_of_directory(&layer.root()));
    let parts = images::docker_parts(&layers, &json!({"Entrypoint": ["/usr/bin/app"]}));
    let path = fixture.host("/small.tar");
    fs::write(&path, images::tar_of_parts(&parts)).expect("the image is written");
    path
}

#[test]
fn an_audit_is_used_by_mouse_and_keyboard() {
    let fixture = Fixture::empty();
    small_image(&fixture);
    sodeb(
        &fixture,
        &["audit", "small.tar", "--catalog", "embedded", "--format", "html", "-o", "report.html"],
    );
    driven("small", &fixture.host("/report.html"));
}

#[test]
fn a_resolution_is_a_report_too() {
    let fixture = Fixture::empty();
    fixture.build(library("/app/x.so").needs("libgmp.so.10").needs("libnowhere.so.7").without_soname());
    let options = ["--at", "/app", "--catalog", "embedded", "--format", "html", "-o", "report.html"];
    sodeb(&fixture, &[&["resolve", "app"][..], &options].concat());
    let measured = driven("other", &fixture.host("/report.html"));
    assert_eq!(measured["sections"], json!(["summary", "findings", "graph", "sizes"]), "{measured}");
}

#[test]
fn an_image_that_was_composed_has_a_report() {
    let fixture = Fixture::empty();
    fixture.build(library("/app/x.so").needs("libgmp.so.10").without_soname());
    let options = ["--at", "/app", "--base", "scratch", "--catalog", "embedded", "-o", "image.tar"];
    sodeb(&fixture, &[&["image", "app", "--report", "report.html"][..], &options].concat());
    let measured = driven("other", &fixture.host("/report.html"));
    assert_eq!(measured["sections"], json!(["summary", "findings", "graph", "sizes"]), "{measured}");
}

/// How many objects the large root has: programs, and libraries in levels of which each asks for two of the next.
const PROGRAMS: usize = 400;
const LIBRARIES: usize = 1_600;
const LEVEL: usize = 400;

/// A root of that many objects. Each is a copy of one of two that are built, with other names of the same length.
fn large_root(fixture: &Fixture) {
    let template = Fixture::empty();
    template.build(program("/program").needs("libAAAA.so").needs("libBBBB.so"));
    template.build(library("/libSSSS.so").needs("libAAAA.so").needs("libBBBB.so"));
    let [program, library] =
        ["/program", "/libSSSS.so"].map(|path| fs::read(template.host(path)).expect("is built"));
    let name = |number: usize| format!("lib{number:04}.so");
    let copy = |template: &[u8], own: usize, first: usize, second: usize| {
        let names = [("libSSSS.so", own), ("libAAAA.so", first), ("libBBBB.so", second)];
        names.iter().fold(template.to_vec(), |bytes, (from, to)| {
            bstr::ByteSlice::replace(bytes.as_slice(), from, name(*to))
        })
    };
    for number in 0..PROGRAMS {
        let path = fixture.host(&format!("/usr/bin/app{number:04}"));
        fs::write(path, copy(&program, 0, number, (number * 7 + 3) % LEVEL)).expect("is written");
    }
    for number in 0..LIBRARIES {
        let path = fixture.host(&format!("/usr/lib/x86_64-linux-gnu/{}", name(number)));
        // Those of the last level ask for what is not there.
        let next = number + LEVEL;
        let second = (number / LEVEL + 1) * LEVEL + (number * 11 + 5) % LEVEL;
        fs::write(path, copy(&library, number, next, second)).expect("is written");
    }
}

#[test]
fn two_thousand_objects_stay_fluid() {
    let fixture = Fixture::new();
    fixture.file("/etc/os-release", "ID=debian\nVERSION_CODENAME=bookworm\n");
    large_root(&fixture);
    let report = fixture.host("/home/report.html");
    let output = report.to_str().expect("a plain name");
    sodeb(&fixture, &["audit", ".", "--catalog", "embedded", "--format", "html", "-o", output]);
    let measured = driven("large", &report);
    let figure = |value: &Value| value.as_f64().expect("a number");
    assert!(figure(&measured["render_ms"]) < MOST_RENDER, "{measured}");
    for panning in ["panning_all", "panning_near"] {
        assert!(figure(&measured[panning]["scripting_95"]) < MOST_FRAME, "{measured}");
        // A frame that is missed makes two of them 33 ms apart.
        assert!(figure(&measured[panning]["apart_median"]) < 1.5 * MOST_FRAME, "{measured}");
    }
}
