//! One fault planted for each rule: it is found by its own code, at its own place, and nothing else is.

use serde_json::json;

use super::sample::{EXTENSION, LIBRARY, PACKAGES, PYTHON, Sample};
use crate::support::fixture::{Patch, library, program};

/// What is found in the sample after `plant` changed it.
fn found(plant: impl FnOnce(&mut Sample)) -> Vec<String> {
    let mut sample = Sample::new();
    plant(&mut sample);
    sample.audit(&[]).lines()
}

/// The extension again, with something else about it.
fn extension() -> crate::support::fixture::Object {
    library(EXTENSION).without_soname()
}

#[test]
fn a_clean_image_has_no_finding() {
    let report = Sample::new().audit(&[]);
    assert_eq!(report.lines(), [""; 0]);
    assert_eq!(report.status, 0);
    assert_eq!(Sample::new().audit(&["--strict"]).lines(), [""; 0]);
}

#[test]
fn missing_library() {
    let mut sample = Sample::new();
    sample.venv.build(extension().needs("libdep.so.1").needs("libgmp.so.10"));
    let report = sample.audit(&[]);
    assert_eq!(report.lines(), [format!("error missing-library {EXTENSION} libgmp.so.10")]);
    assert_eq!(report.status, 1);
    let finding = report.of_rule("missing-library");
    assert_eq!(finding["owner"], json!({"kind": "wheel", "name": "pkg", "version": "1.0"}));
    assert_eq!(finding["layer"], 1);
    assert_eq!(finding["reach"], "extension");
    assert_eq!(finding["fix"][0], "add libgmp10");
    let why = finding["evidence"].as_array().expect("a trace");
    assert!(why.iter().any(|line| line == "/usr/lib/x86_64-linux-gnu/libgmp.so.10: no such file"), "{why:?}");
    // The same is a warning where the image starts something else, and an error again with --strict.
    sample.system.build(program("/usr/bin/other"));
    sample.installs("other", &["/usr/bin/other"]);
    sample.entrypoint = vec!["/usr/bin/other".to_owned()];
    let lines = sample.audit(&[]).lines();
    assert!(lines.contains(&format!("warning missing-library {EXTENSION} libgmp.so.10")), "{lines:#?}");
    let lines = sample.audit(&["--strict"]).lines();
    assert!(lines.contains(&format!("error missing-library {EXTENSION} libgmp.so.10")), "{lines:#?}");
}

#[test]
fn off_path_library() {
    let lines = found(|sample| {
        sample.system.rename(LIBRARY, "/opt/lib/libdep.so.1");
        sample.installs("libdep1", &["/opt/lib/libdep.so.1"]);
    });
    assert_eq!(lines, [format!("error off-path-library {EXTENSION} libdep.so.1")]);
}

#[test]
fn dangling_soname_link() {
    let lines = found(|sample| {
        std::fs::remove_file(sample.system.host(LIBRARY)).expect("is there");
        sample.system.link(LIBRARY, "libdep.so.1.2.3");
    });
    assert_eq!(lines, [format!("error dangling-soname-link {EXTENSION} libdep.so.1")]);
}

#[test]
fn load_order_dependent() {
    let second = format!("{PACKAGES}/pkg/other.cpython-311-x86_64-linux-gnu.so");
    let lines = found(|sample| {
        sample.system.rename(LIBRARY, "/opt/lib/libdep.so.1");
        sample.installs("libdep1", &["/opt/lib/libdep.so.1"]);
        sample.venv.build(extension().at(&second).needs("libdep.so.1").runpath("/opt/lib"));
        let names = ["ext", "other"].map(|name| format!("pkg/{name}.cpython-311-x86_64-linux-gnu.so"));
        sample.records(&names.each_ref().map(String::as_str));
    });
    assert_eq!(lines, [format!("warning load-order-dependent {EXTENSION} libdep.so.1")]);
}

#[test]
fn missing_symbol_version() {
    let lines = found(|sample| {
        let script = sample.venv.scratch_file("versions.map", "DEP_2.0 { global: newer; };\n");
        let newer = library("/libdep.so.1")
            .source("int newer(void) { return 2; }\n")
            .flag(&format!("-Wl,--version-script={}", script.display()));
        let built = crate::support::fixture::Fixture::empty();
        built.build(newer);
        let against = built.host("/libdep.so.1");
        let older = sample.venv.scratch_file("older.map", "DEP_1.0 { local: *; };\n");
        sample.system.build(library(LIBRARY).flag(&format!("-Wl,--version-script={}", older.display())));
        sample.venv.build(
            extension()
                .source("int newer(void); int call(void) { return newer(); }\n")
                .flag(against.to_str().expect("a plain name")),
        );
    });
    assert_eq!(lines, [format!("error missing-symbol-version {EXTENSION} DEP_2.0 of {LIBRARY}")]);
}

#[test]
fn missing_interpreter() {
    let script = "/venv/bin/tool";
    let lines = found(|sample| sample.venv.file(script, "#!/opt/python/bin/python3\nprint()\n"));
    assert_eq!(lines, [format!("warning missing-interpreter {script} /opt/python/bin/python3")]);
    // What the image starts does not start.
    let lines = found(|sample| {
        sample.venv.file(script, "#!/opt/python/bin/python3\nprint()\n");
        sample.entrypoint = vec![script.to_owned()];
    });
    assert_eq!(lines[0], format!("error command-fails {script} {script}"));
    let lines = found(|sample| sample.system.build(program(PYTHON).interpreter("/lib64/ld-none.so.2")));
    assert_eq!(lines[0], format!("error missing-interpreter {PYTHON} /lib64/ld-none.so.2"));
}

#[test]
fn wrong_architecture() {
    const AARCH64: u16 = 183;
    let lines = found(|sample| sample.venv.patch(EXTENSION, Patch::Machine(AARCH64)));
    assert_eq!(lines[0], format!("error wrong-architecture {EXTENSION} aarch64-linux-gnu"));
    assert_eq!(lines[1..], [format!("note unused-package {LIBRARY} libdep1")]);
}

#[test]
fn musl_on_glibc() {
    let lines = found(|sample| sample.venv.build(extension().needs("libc.musl-x86_64.so.1")));
    assert_eq!(lines[0], format!("error musl-on-glibc {EXTENSION} musl"));
    assert_eq!(lines[1..], [format!("note unused-package {LIBRARY} libdep1")]);
}

#[test]
fn python_abi_mismatch() {
    let other = format!("{PACKAGES}/pkg/fast.cpython-312-x86_64-linux-gnu.so");
    let lines = found(|sample| {
        sample.venv.build(extension().at(&other));
        let names = ["pkg/ext.cpython-311-x86_64-linux-gnu.so", "pkg/fast.cpython-312-x86_64-linux-gnu.so"];
        sample.records(&names);
    });
    assert_eq!(lines, [format!("error python-abi-mismatch {other} CPython 3.12")]);
    // A module of the stable ABI, and one of several for the same name that fits, are fine.
    let lines = found(|sample| {
        sample.venv.build(extension().at(&format!("{PACKAGES}/pkg/stable.abi3.so")));
        sample.venv.build(extension().at(&format!("{PACKAGES}/pkg/ext.cpython-312-x86_64-linux-gnu.so")));
        sample.venv.build(extension().needs("libdep.so.1"));
        sample.records(&[
            "pkg/stable.abi3.so",
            "pkg/ext.cpython-312-x86_64-linux-gnu.so",
            "pkg/ext.cpython-311-x86_64-linux-gnu.so",
        ]);
    });
    assert_eq!(lines, [""; 0]);
}

#[test]
fn ruby_abi_mismatch() {
    let gem = "/gems/extensions/x86_64-linux/3.3.0/bcrypt-3.1.20/bcrypt_ext.so";
    let lines = found(|sample| {
        sample.system.build(program("/usr/bin/ruby3.1").needs("libruby-3.1.so.3.1"));
        sample.system.build(library("/usr/lib/x86_64-linux-gnu/libruby-3.1.so.3.1"));
        sample.system.link("/usr/bin/ruby", "ruby3.1");
        sample.installs("ruby3.1", &["/usr/bin/ruby3.1", "/usr/lib/x86_64-linux-gnu/libruby-3.1.so.3.1"]);
        sample.venv.build(extension().at(gem).source("void Init_bcrypt_ext(void) {}\n"));
        sample.entrypoint = vec!["ruby".to_owned(), "/app.rb".to_owned()];
    });
    assert_eq!(lines[0], format!("error ruby-abi-mismatch {gem} Ruby 3.3.0"));
}

#[test]
fn node_abi_mismatch() {
    let addon = |number: u32| format!("/app/node_modules/native/prebuilds/linux-x64/node.abi{number}.node");
    let with = |numbers: &[u32]| {
        found(|sample| {
            sample.system.build(program("/usr/bin/node").needs("libnode.so.108"));
            sample.system.build(library("/usr/lib/x86_64-linux-gnu/libnode.so.108"));
            sample.installs("nodejs", &["/usr/bin/node", "/usr/lib/x86_64-linux-gnu/libnode.so.108"]);
            for number in numbers {
                sample.venv.build(extension().at(&addon(*number)));
            }
            sample.entrypoint = vec!["node".to_owned(), "/app/main.js".to_owned()];
        })
    };
    let expected = format!("error node-abi-mismatch {} NODE_MODULE_VERSION 115", addon(115));
    assert_eq!(with(&[115])[0], expected);
    assert!(!with(&[108, 115]).contains(&expected), "one that fits is there");
}

#[test]
fn dlopen_target_missing() {
    let lines = found(|sample| {
        sample.code("load.py", "import ctypes\nctypes.CDLL(\"libzbar.so.0\")\nctypes.CDLL('libdep.so.1')\n");
        // One of several names suffices, and code that does without a library needs none.
        let tries = "for n in 'libno.so.1', 'libdep.so.1':\n  try:\n    ctypes.CDLL(n)\n    break\n  except OSError:\n    pass\n";
        sample.code("tries.py", &format!("import ctypes\n{tries}else:\n  raise ImportError\n"));
        sample.code("without.py", "try:\n  ctypes.CDLL('libno.so.1')\nexcept OSError:\n  pass\n");
    });
    assert_eq!(lines, [format!("warning dlopen-target-missing {PACKAGES}/pkg/load.py libzbar.so.0")]);
}

#[test]
fn find_library_unavailable() {
    let code = "from ctypes.util import find_library\nfind_library('dep')\n";
    let lines = found(|sample| sample.code("load.py", code));
    assert_eq!(lines, [format!("warning find-library-unavailable {PACKAGES}/pkg/load.py dep")]);
    let lines = found(|sample| {
        sample.code("load.py", code);
        sample.system.build(program("/sbin/ldconfig"));
        sample.installs("libc-bin", &["/sbin/ldconfig"]);
    });
    assert!(!lines.iter().any(|line| line.contains("find-library")), "{lines:?}");
}

#[test]
fn missing_data() {
    let magic = "/usr/lib/x86_64-linux-gnu/libmagic.so.1";
    let with = |has_data| {
        found(|sample| {
            sample.system.build(library(magic));
            sample.installs("libmagic1", &[magic]);
            sample.venv.build(extension().needs("libdep.so.1").needs("libmagic.so.1"));
            if has_data {
                sample.system.file("/usr/lib/file/magic.mgc", "");
            }
        })
    };
    assert_eq!(with(false), [format!("warning missing-data {magic} libmagic-mgc")]);
    assert_eq!(with(true), [""; 0]);
}

#[test]
fn conflicting_sonames() {
    let (new, old) = ("/usr/lib/x86_64-linux-gnu/libssl.so.3", "/usr/lib/x86_64-linux-gnu/libssl.so.1.1");
    let lines = found(|sample| {
        sample.system.build(library(new));
        sample.system.build(library(old));
        sample.installs("libssl", &[new, old]);
        sample.system.build(library(LIBRARY).needs("libssl.so.1.1"));
        sample.venv.build(extension().needs("libdep.so.1").needs("libssl.so.3"));
    });
    assert_eq!(lines, [format!("warning conflicting-sonames {EXTENSION} {new} and {old}")]);
}

#[test]
fn insecure_search_path() {
    let with = |path: &str| found(|sample| sample.venv.build(extension().needs("libdep.so.1").runpath(path)));
    let line = |severity, element| format!("{severity} insecure-search-path {EXTENSION} {element}");
    assert_eq!(with("$ORIGIN/../lib:/tmp/lib"), [line("warning", "/tmp/lib")]);
    assert_eq!(with("lib"), [line("warning", "lib")]);
    assert_eq!(with("/usr/lib:"), [line("warning", "")]);
    assert_eq!(with("/builds/group/project"), [line("note", "/builds/group/project")]);
    assert_eq!(with("$ORIGIN/pkg.libs:/opt/lib"), [""; 0]);
    let lines = found(|sample| {
        sample.run = json!({"Env": ["LD_LIBRARY_PATH=/opt/lib:"]});
    });
    assert_eq!(lines, ["warning insecure-search-path / "]);
}

#[test]
fn stale_ld_so_cache() {
    let lines = found(|sample| {
        sample.system.rename(LIBRARY, "/opt/lib/libdep.so.1");
        sample.system.file("/etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n");
        sample.system.file("/etc/ld.so.conf.d/dep.conf", "/opt/lib\n");
        sample.installs("libdep1", &["/opt/lib/libdep.so.1"]);
        sample.venv.build(extension().needs("libdep.so.1").runpath("/opt/lib"));
    });
    assert_eq!(lines, ["warning stale-ld-so-cache /etc/ld.so.cache unnamed"]);
    let lines = found(|sample| sample.system.file("/etc/ld.so.cache", "no cache\n"));
    assert_eq!(lines, ["warning stale-ld-so-cache /etc/ld.so.cache form"]);
}

#[test]
fn scanner_blind() {
    let lines = found(|sample| {
        for name in ["libdep1", "libdep1.md5sums"] {
            std::fs::remove_file(sample.system.host(&format!("/var/lib/dpkg/status.d/{name}")))
                .expect("is there");
        }
    });
    assert_eq!(lines, ["note scanner-blind /usr/lib/x86_64-linux-gnu objects"]);
}

#[test]
fn unused_package_and_library() {
    let spare = "/usr/lib/x86_64-linux-gnu/libspare.so.2";
    let lines = found(|sample| {
        sample.system.build(library(spare));
        sample.installs("libspare2", &[spare]);
    });
    assert_eq!(lines, [format!("note unused-package {spare} libspare2")]);
    let lines = found(|sample| {
        sample.system.build(library(spare).source("char much[300000] = {1};\n"));
        sample.installs("libdep1", &[LIBRARY, spare]);
    });
    assert_eq!(lines, [format!("note unused-library {spare} deb libdep1 1.0-1")]);
    // Code that names it may open it.
    let lines = found(|sample| {
        sample.system.build(library(spare));
        sample.installs("libspare2", &[spare]);
        sample.code("load.py", "import ctypes\nctypes.CDLL('libspare.so.2')\n");
    });
    assert_eq!(lines, [""; 0]);
    // A shell may start anything.
    let lines = found(|sample| {
        sample.system.build(library(spare));
        sample.installs("libspare2", &[spare]);
        sample.system.build(program("/bin/sh"));
        sample.installs("dash", &["/bin/sh"]);
        sample.entrypoint = vec!["/bin/sh".to_owned()];
    });
    assert_eq!(lines, [""; 0]);
}

#[test]
fn command_fails() {
    let lines = found(|sample| sample.entrypoint = vec!["/nothing".to_owned()]);
    assert_eq!(lines[0], "error command-fails / /nothing");
    // A script that an interpreter is given is code, whatever its first line names.
    let lines = found(|sample| {
        sample.venv.file("/app.py", "#!/usr/bin/env python9\n");
        sample.venv.mode("/app.py", 0o755);
    });
    assert_eq!(lines, [""; 0]);
    let lines = found(|sample| {
        sample.venv.file("/run", "#!/usr/bin/python3.11\n");
        sample.entrypoint = vec!["/run".to_owned()];
    });
    assert_eq!(lines[0], "error command-fails /run /run");
}

#[test]
fn missing_user_and_workdir() {
    let with = |user: &str, workdir: &str| {
        found(|sample| {
            sample.system.file("/etc/passwd", "app:x:1000:1000::/:\n");
            sample.system.file("/etc/group", "staff:x:50:\n");
            sample.run = json!({"User": user, "WorkingDir": workdir});
        })
    };
    assert_eq!(with("app:staff", "/usr"), [""; 0]);
    assert_eq!(with("4711", "/usr"), [""; 0]);
    assert_eq!(
        with("nobody:nogroup", "/usr"),
        ["error missing-user /etc/passwd nobody", "error missing-user /etc/group nogroup",]
    );
    assert_eq!(with("app", "/none"), ["note missing-workdir /none /none"]);
    assert_eq!(with("app", PYTHON), [format!("error missing-workdir {PYTHON} {PYTHON}")]);
}

#[test]
fn missing_preload() {
    let lines =
        found(|sample| sample.system.file("/etc/ld.so.preload", "# first\n/lib/libnone.so libdep.so.1\n"));
    assert_eq!(lines, ["warning missing-preload /etc/ld.so.preload /lib/libnone.so"]);
    // What a library that is loaded first needs has to be there, and nobody is told to leave it out.
    let preloaded = |needs: &'static str| {
        found(|sample| {
            let library = library("/usr/lib/x86_64-linux-gnu/libfirst.so");
            sample.system.build(if needs.is_empty() { library } else { library.needs(needs) });
            sample.installs("first", &["/usr/lib/x86_64-linux-gnu/libfirst.so"]);
            sample.run = json!({"Env": ["LD_PRELOAD=libfirst.so"]});
        })
    };
    assert_eq!(preloaded(""), [""; 0]);
    let path = "/usr/lib/x86_64-linux-gnu/libfirst.so";
    assert_eq!(preloaded("libnone.so.1"), [format!("error missing-library {path} libnone.so.1")]);
}

#[test]
fn dangling_link() {
    let lines = found(|sample| sample.system.link("/usr/bin/tool", "tool-server"));
    assert_eq!(lines, ["warning dangling-link /usr/bin/tool /usr/bin/tool-server"]);
    let lines = found(|sample| {
        sample.system.link("/usr/share/doc/x", "../nowhere");
        sample.system.link("/usr/bin/mounts", "/proc/self/mounts");
    });
    assert_eq!(lines, [""; 0]);
}

#[test]
fn cpu_level() {
    let level = |level: &str| {
        found(|sample| {
            sample.venv.build(extension().needs("libdep.so.1").flag(&format!("-Wl,-z,x86-64-{level}")))
        })
    };
    assert_eq!(level("v3"), [format!("warning cpu-level {EXTENSION} x86-64-v3")]);
    assert_eq!(level("v2"), [format!("note cpu-level {EXTENSION} x86-64-v2")]);
    assert_eq!(level("baseline"), [""; 0]);
}

#[test]
fn a_filter_needs_what_it_stands_for() {
    // As ld.so has it: a missing filtee is fatal, a missing auxiliary one is not.
    let with = |option: &str| {
        found(|sample| {
            sample.venv.build(extension().needs("libdep.so.1").flag(&format!("-Wl,{option},libnone.so.1")))
        })
    };
    assert_eq!(with("-F"), [format!("error missing-library {EXTENSION} libnone.so.1")]);
    assert_eq!(with("-f"), [""; 0]);
}

#[test]
fn plugins_and_what_only_they_need_are_no_findings() {
    let (host, plugin) =
        ("/usr/lib/x86_64-linux-gnu/libhost.so.1", "/usr/lib/x86_64-linux-gnu/gstreamer-1.0/libx.so");
    let plant = |sample: &mut Sample| {
        sample.system.build(library(host));
        sample.system.build(library(plugin).without_soname().needs("libgmp.so.10"));
        sample.installs("libhost1", &[host, plugin]);
        sample.venv.build(extension().needs("libdep.so.1").needs("libhost.so.1"));
    };
    assert_eq!(found(plant), [""; 0]);
    let mut sample = Sample::new();
    plant(&mut sample);
    assert_eq!(sample.audit(&["--strict"]).lines(), [format!("error missing-library {plugin} libgmp.so.10")]);
    // What a module loads whose opener is not in the image's command is not advised to be left out.
    let (perl, needed) =
        ("/usr/lib/x86_64-linux-gnu/perl5/5.36/auto/X/X.so", "/usr/lib/x86_64-linux-gnu/libspare.so.2");
    let lines = found(|sample| {
        sample.system.build(library(needed));
        sample.installs("libspare2", &[needed]);
        sample.system.build(program("/usr/bin/perl"));
        sample.system.build(library(perl).without_soname().needs("libspare.so.2"));
        sample.installs("libx-perl", &[perl, "/usr/bin/perl"]);
    });
    assert!(!lines.iter().any(|line| line.contains("libspare2")), "{lines:?}");
}
