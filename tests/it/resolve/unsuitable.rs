//! Inputs in which nothing can be judged: each is an error with a hint, for every command, and a hint works when it is
//! followed.

use std::fs;
use std::process::Command;

use crate::support::command_line::{command, said, says};
use crate::support::fixture::{Fixture, library};
use crate::support::images::{compressed, tar_of_directory};

/// Commands that take paths, with the other arguments that they need.
const COMMANDS: [(&str, &[&str]); 9] = [
    ("resolve", &[]),
    ("lock", &[]),
    ("layer", &["-o", "out"]),
    ("image", &["--base", "scratch", "-o", "out"]),
    ("tree", &[]),
    ("graph", &[]),
    ("why", &["libc.so.6"]),
    ("manifest", &["--format", "apt"]),
    ("audit", &[]),
];

/// Runs a program in the fixture's directory; without it the row of the test is left out.
fn runs(fixture: &Fixture, shell: &str) -> bool {
    let status = Command::new("sh").args(["-c", shell]).current_dir(fixture.root()).status();
    status.is_ok_and(|status| status.success())
}

/// Writes a zip with these empty members by Python.
fn zip(fixture: &Fixture, path: &str, members: &[&str]) {
    let script = format!(
        "import zipfile\nwith zipfile.ZipFile({:?}, 'w') as z:\n    for m in {members:?}: z.writestr(m, '')",
        fixture.host(path)
    );
    let status = Command::new("python3").args(["-c", &script]).status().expect("python3 runs");
    assert!(status.success());
}

#[track_caller]
fn assert_unsuitable(fixture: &Fixture, path: &str, form: &str, hint: &str) {
    for (name, others) in COMMANDS {
        let arguments = [&[name, path], others].concat();
        let said = says(fixture, &arguments);
        let expected = format!("! error: cannot judge {path}: it is {form}\n");
        assert!(said.contains(&expected), "{name} {path}: {said}\ninstead of {expected}");
        assert!(said.contains("! hint: ") && said.contains(hint), "{name} {path}: {said}\nwithout {hint}");
        assert!(said.ends_with("exit 2\n"), "{name} {path}: {said}");
        assert!(!fixture.host("/out").exists(), "{name} {path}");
    }
}

#[test]
fn directories_without_anything_to_judge() {
    let fixture = Fixture::empty();
    fixture.make_directory("/empty/below");
    assert_unsuitable(&fixture, "empty", "a tree without files", "such as a venv");
    fixture.link("/links/a", "b");
    assert_unsuitable(&fixture, "links", "a tree without files", "such as a venv");
    fixture.file("/text/readme.md", "words\n");
    fixture.file("/text/page.html", "<p>\n");
    let form = "a tree without programs, libraries and code: it has 2 times a text file";
    assert_unsuitable(&fixture, "text", form, "a script by its own path");
    fs::write(fixture.host("/mac/liba.dylib"), [b"\xcf\xfa\xed\xfe".to_vec(), vec![0; 96]].concat())
        .expect("is written");
    let form = "a tree without programs, libraries and code: it has a Mach-O file for macOS";
    assert_unsuitable(&fixture, "mac", form, "a build for Linux");
    zip(&fixture, "/text/tool.bin", &["a.dist-info/WHEEL", "a/__init__.py"]);
    let form = "a tree without programs, libraries and code: it has 2 times a text file, a Python wheel";
    assert_unsuitable(&fixture, "text", form, "pip install --target unpacked text/tool.bin");
}

#[test]
fn files_are_recognised_by_their_content() {
    let fixture = Fixture::empty();
    let write = |name: &str, bytes: &[u8]| fs::write(fixture.host(name), bytes).expect("is written");
    fixture.build(library("/tree/liba.so.1"));
    let tar = tar_of_directory(&fixture.host("/tree"));
    write("/tar", &tar);
    write("/tar.txt", &compressed(".gz", &tar));
    write("/gz", &compressed(".gz", b"text"));
    let at = |offset: usize, magic: &[u8]| [vec![0; offset], magic.to_vec(), vec![0; 4096]].concat();
    write("/erofs", &at(1024, b"\xe2\xe1\xf5\xe0"));
    write("/ext", &at(1080, b"\x53\xef"));
    write("/squashfs", &at(0, b"hsqs"));
    write("/macho", &at(0, b"\xcf\xfa\xed\xfe"));
    write("/fat", &at(0, b"\xca\xfe\xba\xbe\0\0\0\x02"));
    write("/class", &at(0, b"\xca\xfe\xba\xbe\0\0\0\x41"));
    let mut pe = at(0, b"MZ");
    pe[60] = 0x80;
    pe[0x80..0x84].copy_from_slice(b"PE\0\0");
    write("/pe", &pe);
    write("/nothing", b"");
    write(
        "/words.so",
        "text that is called a library, and is longer than the header of one is: sixty-four bytes\n"
            .as_bytes(),
    );
    write("/Cargo.lock", b"# comment\nversion = 4\n\n[[package]]\nname = \"a\"\n");
    zip(&fixture, "/wheel", &["a/b.so", "a-1.dist-info/WHEEL"]);
    zip(&fixture, "/jar", &["META-INF/MANIFEST.MF", "A.class"]);
    zip(&fixture, "/zip", &["a.txt"]);
    zip(&fixture, "/pyz", &["__main__.py"]);
    let pex =
        [b"#!/usr/bin/env python3\n".to_vec(), fs::read(fixture.host("/pyz")).expect("is there")].concat();
    write("/pex", &pex);
    for (path, form, hint) in [
        ("wheel", "a Python wheel", "python3 -m pip install --target unpacked wheel"),
        ("jar", "a Java archive", "unzip -q -d unpacked jar"),
        ("zip", "a zip archive", "unzip -q -d unpacked zip"),
        ("pex", "a Python zip application", "unzip -q -d unpacked pex"),
        ("gz", "a compressed file", "decompress it"),
        ("squashfs", "a SquashFS image", "unsquashfs -d unpacked squashfs"),
        ("erofs", "an EROFS image", "fsck.erofs --extract=unpacked erofs"),
        ("ext", "an ext file system image", "debugfs -R 'rdump / unpacked' ext"),
        ("macho", "a Mach-O file for macOS", "a build for Linux"),
        ("fat", "a Mach-O file for macOS", "a build for Linux"),
        ("pe", "a PE file for Windows", "a build for Linux"),
        ("class", "a data file", "a shared library"),
        ("nothing", "an empty file", "a shared library"),
        ("words.so", "a text file", "a script with a `#!` line"),
        ("Cargo.lock", "a text file", "a shared library"),
    ] {
        assert_unsuitable(&fixture, path, form, hint);
    }
    // An archive may be a root file system or an image for `audit`, which then finds nothing to judge in it, or not.
    for path in ["tar", "tar.txt"] {
        let said = says(&fixture, &["resolve", path]);
        assert!(said.starts_with(&format!("! error: cannot judge {path}: it is a tar archive\n")), "{said}");
        assert!(runs(&fixture, &format!("mkdir unpacked && tar -xf {path} -C unpacked")));
        assert!(says(&fixture, &["unpacked"]).ends_with("exit 0\n"));
        fs::remove_dir_all(fixture.host("/unpacked")).expect("is removed");
    }
}

#[test]
fn elf_files_that_no_linker_loads() {
    let fixture = Fixture::empty();
    let source = fixture.scratch_file("a.c", "int a(void) { return 1; }\n");
    let compile =
        |arguments: &str| runs(&fixture, &arguments.replace("SOURCE", &source.display().to_string()));
    assert!(compile("cc -c -o object SOURCE && ar rc static object && cc -shared -o whole.so SOURCE"));
    assert_unsuitable(&fixture, "object", "an object file before linking", "linked from it");
    assert_unsuitable(&fixture, "static", "a static library", "linked from it");
    let whole = fs::read(fixture.host("/whole.so")).expect("is there");
    let patched = |name: &str, offset: usize, bytes: &[u8]| {
        let mut object = whole.clone();
        object[offset..offset + bytes.len()].copy_from_slice(bytes);
        fs::write(fixture.host(name), object).expect("is written");
    };
    patched("/core", 16, &[4, 0]);
    assert_unsuitable(&fixture, "core", "a core dump", "the program that wrote it");
    patched("/bundle", 8, b"AI\x02");
    assert_unsuitable(&fixture, "bundle", "an AppImage", "squashfs-root");
    // Xtensa, and Intel's 8051: machines without a Debian port.
    for machine in [94, 165] {
        patched("/foreign", 18, &[machine, 0]);
        let form = format!("an object for machine {machine} of ELF, for which Debian has no port");
        assert_unsuitable(&fixture, "foreign", &form, "amd64 or arm64");
    }
}

#[test]
fn images_are_named_where_an_image_is_audited() {
    let fixture = Fixture::empty();
    fixture.file("/layout/oci-layout", "{\"imageLayoutVersion\": \"1.0.0\"}");
    fixture.file("/layout/index.json", "{}");
    let said = says(&fixture, &["resolve", "layout"]);
    assert!(
        said.starts_with("! error: cannot judge layout: it is a container image (an OCI layout)\n"),
        "{said}"
    );
    assert!(said.contains("`sodeb audit layout`"), "{said}");
    for (name, hint) in [
        ("ghcr.io/owner/name:1", "`sodeb audit ghcr.io/owner/name:1`"),
        ("docker-daemon:name:1", "`sodeb audit docker-daemon:name:1`"),
        ("debian:bookworm-slim", "`sodeb audit debian:bookworm-slim`"),
        ("name:1", "`sodeb audit docker://name:1`"),
        ("oci:layout", "`sodeb audit oci:layout`"),
    ] {
        let said = says(&fixture, &["resolve", name]);
        assert!(said.contains(hint) && said.ends_with("exit 2\n"), "{said}");
    }
}

#[test]
fn code_and_scripts_are_something_to_judge() {
    let fixture = Fixture::empty();
    for (path, code) in [
        ("/py/a.py", "pass\n"),
        ("/js/index.mjs", ";\n"),
        ("/rb/a.rb", "\n"),
        ("/bin/tool", "#!/usr/bin/env python3\n"),
    ] {
        fixture.file(path, code);
        let tree = path[1..].split('/').next().expect("a part");
        let said = says(&fixture, &[tree, "--at", "/app"]);
        assert!(!said.contains("error") && !said.contains("exit 2"), "{tree}: {said}");
    }
    assert!(says(&fixture, &["js"]).contains("not checked: libraries that Node.js code opens by name"));
    assert!(!says(&fixture, &["js"]).contains("Python"));
}

#[test]
fn a_tree_without_anything_to_judge_beside_another_is_a_warning_and_an_archive_an_error() {
    let fixture = Fixture::empty();
    fixture.build(library("/app/liba.so.1"));
    fixture.file("/static/page.html", "<p>\n");
    let said = says(&fixture, &["app", "static"]);
    let warning = "! warning: nothing is checked in static: it is a tree without programs, libraries and code: \
                   it has a text file\nexit 0\n";
    assert!(said.ends_with(warning), "{said}");
    zip(&fixture, "/a.whl", &["a-1.dist-info/WHEEL"]);
    let said = says(&fixture, &["app", "a.whl"]);
    assert!(said.starts_with("! error: cannot judge a.whl: it is a Python wheel\n"), "{said}");
}

#[test]
fn objects_for_other_architectures_than_the_requested_one_are_an_error() {
    let fixture = Fixture::empty();
    fixture.build(library("/app/liba.so.1"));
    let own = said(&fixture, &mut command(&fixture, &["app", "--release", "bookworm"]));
    let (own, other) = if own.contains(", amd64 ") { ("amd64", "arm64") } else { ("arm64", "amd64") };
    let said = says(&fixture, &["app", "--arch", other]);
    let expected = format!(
        "! error: cannot judge for {other}: the objects are for {own}\n! hint: use --arch {own}, or give a build for \
         {other}\nexit 2\n"
    );
    assert_eq!(said, expected);
    assert!(says(&fixture, &["app", "--arch", own]).ends_with("exit 0\n"));
}
