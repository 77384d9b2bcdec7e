//! `sodeb resolve` on trees with files that are not all opened: variants for other platforms, plugins, tests.

use serde_json::Value;

use crate::support::command_line::json;
use crate::support::fixture::{Fixture, INTERPRETER, Object, Patch, library, program};

const AARCH64: u16 = 183;
const FREEBSD: u8 = 9;

const PACKAGES: &str = "/app/lib/python3.11/site-packages";

/// Question about the app on the base.
const ON_BASE: [&str; 11] = [
    "resolve",
    "app",
    "--at",
    "/app",
    "--base",
    "base",
    "--catalog",
    "embedded",
    "--offline",
    "--release",
    "bookworm",
];

/// Base for amd64 with a C library, Python and Node.js.
fn base() -> Fixture {
    let fixture = Fixture::empty();
    fixture.file("/base/etc/os-release", "ID=debian\nVERSION_CODENAME=bookworm\n");
    fixture.build(library(&format!("/base{INTERPRETER}")));
    fixture.build(library("/base/usr/lib/x86_64-linux-gnu/libc.so.6"));
    fixture.build(program("/base/usr/bin/python3.11"));
    fixture.link("/base/usr/bin/python3", "python3.11");
    fixture.build(program("/base/usr/bin/node"));
    fixture
}

/// Object without a soname, as modules are.
fn module(path: &str) -> Object {
    library(path).without_soname()
}

/// What is said of an app: each error as its kind and the object's path in the app, the packages, and the optional
/// libraries.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    errors: Vec<String>,
    packages: Vec<String>,
    optional: Vec<String>,
    status: i32,
}

fn said(fixture: &Fixture) -> Said {
    let (answer, status) = json(fixture, &ON_BASE);
    let rows = |list: &str| answer[list].as_array().expect("a list").clone();
    let text = |row: &Value, field: &str| row[field].as_str().expect("a text").to_owned();
    let errors = rows("problems").into_iter().filter(|row| row["grade"] == "error");
    let errors =
        errors.map(|row| format!("{} {}", text(&row, "kind"), text(&row, "object").replace("/app/", "")));
    let missing = rows("sonames").into_iter().filter(|row| row["status"] == "package");
    let mut packages: Vec<String> = missing.map(|row| text(&row, "package")).collect();
    packages.dedup();
    Said {
        errors: errors.collect(),
        packages,
        optional: rows("optional").iter().map(|row| text(row, "soname")).collect(),
        status,
    }
}

/// Fine, with nothing to add and nothing to say.
fn fine() -> Said {
    Said::default()
}

fn error(kind: &str, object: &str) -> Said {
    Said { errors: vec![format!("{kind} {object}")], status: 1, ..Said::default() }
}

/// File of another operating system, as far as it is recognised.
fn foreign(fixture: &Fixture, path: &str, magic: &[u8]) {
    let mut bytes = magic.to_vec();
    bytes.resize(128, 0);
    std::fs::write(fixture.host(path), bytes).expect("the file is written");
}

const MACH_O: &[u8] = b"\xcf\xfa\xed\xfe\x07\0\0\x01";
const PE: &[u8] = b"MZ\x90\0";

/// Note by which OpenBSD's toolchain marks its files.
const OPENBSD_NOTE: &str = "__asm__(\".section .note.openbsd.ident,\\\"a\\\",@note\\n.long 8,4,1\\n\
                            .asciz \\\"OpenBSD\\\"\\n.long 0\\n.previous\");\n";

#[test]
fn of_the_variants_of_an_addon_one_that_fits_suffices() {
    let at = |platform: &str| format!("/app/node_modules/koffi/build/koffi/{platform}/koffi.node");
    let fixture = base();
    fixture.build(module(&at("linux_x64")).needs("libc.so.6"));
    fixture.build(module(&at("freebsd_x64")).needs("libc++.so.1").needs("libc.so.7"));
    fixture.patch(&at("freebsd_x64"), Patch::OsAbi(FREEBSD));
    fixture.build(module(&at("openbsd_x64")).needs("libc++.so.9.0").source(OPENBSD_NOTE));
    fixture.build(module(&at("android_x64")).needs("libc.so").needs("libdl.so").needs("libz.so"));
    fixture.build(module(&at("linux_arm64")).needs("libgmp.so.10"));
    fixture.patch(&at("linux_arm64"), Patch::Machine(AARCH64));
    fixture.build(module(&at("musl_x64")).needs("libc.musl-x86_64.so.1").needs("libgmp.so.10"));
    foreign(&fixture, &at("darwin_arm64"), MACH_O);
    foreign(&fixture, &at("win32_x64"), PE);
    assert_eq!(said(&fixture), fine());
    // Without the one that fits, none of the others does: one error.
    std::fs::remove_file(fixture.host(&at("linux_x64"))).expect("exists");
    let first = at("android_x64").replace("/app/", "");
    assert_eq!(said(&fixture), error("wrong-architecture", &first));
}

#[test]
fn variants_in_names_and_packages() {
    // Each: the files with true for those for this platform, and the error.
    let release = "node_modules/oracledb/build/Release/oracledb-26.0.0";
    let sharp = "node_modules/@img/sharp";
    let prebuilds = "node_modules/bcrypt/prebuilds";
    let rows: &[(&[(&str, bool)], Said)] = &[
        (
            &[(&format!("{release}-linux-arm64.node"), false), (&format!("{release}-linux-x64.node"), true)],
            fine(),
        ),
        (
            &[(&format!("{release}-linux-arm64.node"), false)],
            error("wrong-architecture", &format!("{release}-linux-arm64.node")),
        ),
        (
            &[
                (&format!("{sharp}-linux-x64/lib/sharp-linux-x64.node"), true),
                (&format!("{sharp}-linux-arm64/lib/sharp-linux-arm64.node"), false),
            ],
            fine(),
        ),
        (
            &[(&format!("{sharp}-linux-arm64/lib/sharp-linux-arm64.node"), false)],
            error("wrong-architecture", &format!("{sharp}-linux-arm64/lib/sharp-linux-arm64.node")),
        ),
        // The name says what the headers do not: it is for musl.
        (
            &[(&format!("{prebuilds}/linux-x64/node.napi.musl.node"), true)],
            error("musl-on-glibc", &format!("{prebuilds}/linux-x64/node.napi.musl.node")),
        ),
        (
            &[
                (&format!("{prebuilds}/linux-x64/node.napi.musl.node"), true),
                (&format!("{prebuilds}/linux-x64/node.napi.glibc.node"), true),
            ],
            fine(),
        ),
        // A program for each platform.
        (&[("tools/bin/tool-x86_64", true), ("tools/bin/tool-aarch64", false)], fine()),
        (&[("bin/tool", false), ("bin/other", true)], error("wrong-architecture", "bin/tool")),
    ];
    for (files, expected) in rows {
        let fixture = base();
        for (path, is_own) in *files {
            let at = format!("/app/{path}");
            let object = if path.ends_with(".node") { module(&at) } else { program(&at) };
            fixture.build(object.needs("libc.so.6"));
            if !is_own {
                fixture.patch(&at, Patch::Machine(AARCH64));
            }
        }
        assert_eq!(&said(&fixture), expected, "{files:?}");
    }
}

#[test]
fn fields_of_a_package_json_say_what_headers_do_not() {
    // Each: the fields of a package whose addon has no marks of its own, and whether it is for this platform.
    let rows = [
        (r#"{"os": ["linux"], "cpu": ["x64"], "libc": ["glibc"]}"#, true),
        (r#"{"os": ["linux"], "cpu": ["x64"], "libc": ["musl"]}"#, false),
        (r#"{"os": ["!win32"]}"#, true),
        (r#"{"os": ["android"]}"#, false),
        (r#"{"cpu": "arm64"}"#, false),
        ("{", true),
    ];
    for (text, fits) in rows {
        let fixture = base();
        let package = "/app/node_modules/@x/native-a";
        fixture.file(&format!("{package}/package.json"), text);
        fixture.build(module(&format!("{package}/native.node")).needs("libc.so.6"));
        let errors = said(&fixture).errors.len();
        assert_eq!(errors, usize::from(!fits), "{text}");
    }
}

#[test]
fn modules_of_python_for_other_platforms() {
    let own = "pkg/_fast.cpython-311-x86_64-linux-gnu.so";
    // Each: what is there beside an unrelated package, and whether importing works.
    let rows: &[(&[&str], Option<&str>)] = &[
        (&[own], None),
        (&["pkg/_fast.cpython-311-x86_64-linux-musl.so"], Some("musl-on-glibc")),
        (&["pkg/_fast.cpython-311-x86_64-linux-musl.so", own], None),
        (&["pkg/_fast.cpython-311-aarch64-linux-gnu.so"], Some("wrong-architecture")),
        (&["pkg/_fast.cpython-311-darwin.so"], Some("wrong-architecture")),
        (&["pkg/_fast.cp311-win_amd64.pyd"], Some("wrong-architecture")),
        (&["pkg/_fast.cp311-win_amd64.pyd", own], None),
        // Python imports the source then.
        (&["pkg/_fast.cpython-311-darwin.so", "pkg/_fast.py"], None),
        // For another version, beside one that fits.
        (&["pkg/_fast.cpython-312-x86_64-linux-gnu.so", own], None),
    ];
    for (files, kind) in rows {
        let fixture = base();
        fixture.file("/app/pyvenv.cfg", "home = /usr/bin\nversion = 3.11.2\n");
        fixture.build(program("/base/usr/bin/python3.11").needs("libc.so.6"));
        fixture.link("/app/bin/python3", "/usr/bin/python3");
        fixture.build(module(&format!("{PACKAGES}/other/_x.abi3.so")).needs("libc.so.6"));
        for file in *files {
            let at = format!("{PACKAGES}/{file}");
            match file.rsplit_once('.') {
                Some((stem, "so")) if stem.ends_with("darwin") => foreign(&fixture, &at, MACH_O),
                Some((_, "pyd")) => foreign(&fixture, &at, PE),
                Some((_, "py")) => fixture.file(&at, "x = 1\n"),
                _ => fixture.build(module(&at).needs("libc.so.6")),
            }
            if file.contains("aarch64") {
                fixture.patch(&at, Patch::Machine(AARCH64));
            }
        }
        let object = format!("lib/python3.11/site-packages/{}", files[0]);
        let expected = kind.map_or_else(fine, |kind| error(kind, &object));
        assert_eq!(said(&fixture), expected, "{files:?}");
    }
}

#[test]
fn the_base_decides_the_platform() {
    let fixture = base();
    let path = format!("{PACKAGES}/pkg/_fast.abi3.so");
    fixture.build(module(&path).needs("libc.so.6").needs("libgmp.so.10"));
    fixture.patch(&path, Patch::Machine(AARCH64));
    let (answer, _) = json(&fixture, &ON_BASE);
    assert_eq!(answer["target"]["architecture"], "amd64");
    let object = path.replace("/app/", "");
    assert_eq!(said(&fixture), error("wrong-architecture", &object));
}

#[test]
fn plugins_that_a_host_opens_on_demand_are_optional() {
    // Each: the plugin of which libgmp.so.10 is missing.
    let plugins = [
        "lib/gstreamer-1.0/libgstx.so",
        "lib/postgresql/15/lib/x.so",
        "lib/gtk-3.0/3.0.0/immodules/im-x.so",
        "lib/nginx/modules/ngx_x.so",
        "lib/ImageMagick-6.9.11/modules-Q16/coders/x.so",
        "lib/openmpi/lib/openmpi3/mca_btl_x.so",
        "lib/gconv/X.so",
        "lib/ossl-modules/x.so",
        "lib/security/pam_x.so",
        "tests/helper.so",
        "pkg/_x_tests.so",
    ];
    for plugin in plugins {
        let fixture = base();
        fixture.build(program("/app/bin/tool").needs("libc.so.6"));
        fixture.build(module(&format!("/app/{plugin}")).needs("libgmp.so.10"));
        let optional = vec!["libgmp.so.10".to_owned()];
        assert_eq!(said(&fixture), Said { optional, ..fine() }, "{plugin}");
        // In an app that has nothing else it counts.
        std::fs::remove_file(fixture.host("/app/bin/tool")).expect("exists");
        let packages = vec!["libgmp10".to_owned()];
        assert_eq!(said(&fixture), Said { packages, ..fine() }, "{plugin} alone");
    }
}

#[test]
fn qts_platform_plugin_is_required_where_a_qt_gui_library_is_loaded() {
    let qt = "/app/PySide6/Qt";
    let with = |loaded: &str| {
        let fixture = base();
        for name in ["Core", "Gui"] {
            fixture.build(library(&format!("{qt}/lib/libQt6{name}.so.6")));
        }
        fixture.build(module("/app/PySide6/Module.abi3.so").needs(loaded).runpath("$ORIGIN/Qt/lib"));
        for (path, need) in
            [("platforms/libqxcb.so", "libgmp.so.10"), ("sqldrivers/libqsqlpsql.so", "libpq.so.5")]
        {
            let plugin = module(&format!("{qt}/plugins/{path}")).needs("libQt6Gui.so.6").needs(need);
            fixture.build(plugin.runpath("$ORIGIN/../../lib"));
        }
        said(&fixture)
    };
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let with_gui = Said { packages: names(&["libgmp10"]), optional: names(&["libpq.so.5"]), ..fine() };
    assert_eq!(with("libQt6Gui.so.6"), with_gui);
    let without = Said { optional: names(&["libgmp.so.10", "libpq.so.5"]), ..fine() };
    assert_eq!(with("libQt6Core.so.6"), without);
}

#[test]
fn modules_are_linked_after_what_their_host_has_loaded() {
    let jdk = "/app/jdk/lib";
    let fixture = base();
    fixture.build(program("/app/jdk/bin/java").needs("libc.so.6"));
    fixture.build(library(&format!("{jdk}/server/libjvm.so")).needs("libc.so.6"));
    fixture.build(library(&format!("{jdk}/libjava.so")).needs("libjvm.so"));
    fixture.build(
        library(&format!("{jdk}/libnet.so")).needs("libjvm.so").needs("libjava.so").runpath("$ORIGIN"),
    );
    fixture.build(library(&format!("{jdk}/libawt_xawt.so")).needs("libjvm.so").needs("libXtst.so.6"));
    let optional = vec!["libXtst.so.6".to_owned()];
    assert_eq!(said(&fixture), Said { optional, ..fine() });
    // What the virtual machine itself needs counts.
    fixture.build(library(&format!("{jdk}/server/libjvm.so")).needs("libgmp.so.10"));
    assert_eq!(said(&fixture).packages, ["libgmp10"]);
    // Any other library off the path is one.
    let fixture = base();
    fixture.build(library("/app/lib/server/libother.so"));
    fixture.build(library("/app/lib/libx.so").needs("libother.so"));
    assert_eq!(said(&fixture), error("off-path", "lib/libx.so"));
}

#[test]
fn modules_of_a_language_need_their_interpreter() {
    for (module_path, interpreter) in [
        ("/app/lib/perl5/x86_64-linux-gnu/auto/DBD/x/x.so", "/base/usr/bin/perl"),
        ("/app/lib/php/20220829/x.so", "/base/usr/bin/php8.2"),
    ] {
        let fixture = base();
        fixture.build(program("/app/bin/tool").needs("libc.so.6"));
        fixture.build(module(module_path).needs("libgmp.so.10"));
        assert_eq!(said(&fixture), Said { optional: vec!["libgmp.so.10".to_owned()], ..fine() });
        fixture.build(program(interpreter).needs("libc.so.6"));
        assert_eq!(said(&fixture), Said { packages: vec!["libgmp10".to_owned()], ..fine() });
    }
}

#[test]
fn a_missing_library_of_a_vendored_family_is_not_debians() {
    // Each: the family's libraries in the app, and the missing one, which bookworm has.
    for (family, missing, pattern) in [
        (["libQt6Core.so.6", "libQt6Gui.so.6", "libQt6Qml.so.6"], "libQt6Svg.so.6", "libQt6*.so.6"),
        (
            ["libboost_log.so.1.74.0", "libboost_system.so.1.74.0", "libboost_thread.so.1.74.0"],
            "libboost_regex.so.1.74.0",
            "libboost_*.so.1.74.0",
        ),
    ] {
        let fixture = base();
        let [first, second, third] = family.map(|name| format!("/app/vendor/{name}"));
        fixture.build(library(&first));
        fixture.build(library(&second).needs(family[0]).runpath("$ORIGIN"));
        fixture.build(library(&third));
        fixture.build(
            module("/app/pkg/_x.abi3.so").needs(missing).needs(family[1]).runpath("$ORIGIN/../vendor"),
        );
        assert_eq!(said(&fixture), error("unresolved", "pkg/_x.abi3.so"));
        let (answer, _) = json(&fixture, &ON_BASE);
        let row = answer["sonames"].as_array().expect("a list").iter().find(|row| row["soname"] == missing);
        assert_eq!(row.expect("it is needed")["vendored_family"], pattern);
        // Two libraries are no family.
        std::fs::remove_file(fixture.host(&third)).expect("exists");
        assert_eq!(said(&fixture).errors, [""; 0], "{pattern}");
    }
}

#[test]
fn launchers_set_the_search_path() {
    // Each: the script at bin/run, and whether the library in lib/ is found then.
    let rows = [
        ("#!/bin/sh\nexport LD_LIBRARY_PATH=\"$(dirname \"$0\")/../lib\"\nexec tool\n", true),
        (
            "#!/bin/bash\nHERE=$(cd \"$(dirname \"$0\")/..\"; pwd)\nLD_LIBRARY_PATH=$HERE/lib exec tool\n",
            true,
        ),
        ("#!/bin/sh\nexport LD_LIBRARY_PATH=/app/lib\nexec tool\n", true),
        ("#!/bin/sh\nexport LD_LIBRARY_PATH=/elsewhere\nexec tool\n", false),
        ("#!/bin/sh\nexec tool\n", false),
    ];
    for (script, is_found) in rows {
        let fixture = base();
        fixture.file("/app/bin/run", script);
        fixture.build(program("/app/bin/tool").needs("libown.so.1").needs("libc.so.6"));
        fixture.build(library("/app/lib/libown.so.1").needs("libgmp.so.10"));
        let expected = if is_found { fine() } else { error("off-path", "bin/tool") };
        // What the library needs counts either way.
        assert_eq!(said(&fixture), Said { packages: vec!["libgmp10".to_owned()], ..expected }, "{script}");
    }
}

#[test]
fn bundles_of_pyinstaller_have_their_own_interpreter() {
    let fixture = base();
    fixture.build(program("/base/usr/bin/python3.11").needs("libc.so.6"));
    fixture.build(program("/app/tool/tool").needs("libc.so.6"));
    fixture.file("/app/tool/_internal/base_library.zip", "");
    fixture.build(library("/app/tool/_internal/libown.so.1"));
    let own = "/app/tool/_internal/python3.12/lib-dynload/_x.cpython-312-x86_64-linux-gnu.so";
    fixture.build(module(own).needs("libown.so.1"));
    assert_eq!(said(&fixture), fine());
    // The archive in a program is named: its files were not looked at.
    let host = fixture.host("/app/onefile");
    std::fs::copy(fixture.host("/app/tool/tool"), &host).expect("is copied");
    let mut bytes = std::fs::read(&host).expect("is read");
    bytes.extend(b"MEI\x0c\x0b\x0a\x0b\x0e");
    bytes.extend([0; 80]);
    std::fs::write(&host, bytes).expect("is written");
    let (answer, _) = json(&fixture, &ON_BASE);
    let expected = serde_json::json!([{"path": "/app/onefile", "maker": "PyInstaller"}]);
    assert_eq!(answer["app"][0]["self_extracting"], expected);
}

#[test]
fn a_library_with_a_dynamic_linker_of_its_own_loads() {
    let fixture = base();
    let runnable = module("/app/lib/librun.so").interpreter("/nowhere/ld.so").needs("libc.so.6");
    fixture.build(runnable);
    assert_eq!(said(&fixture), fine());
}
