//! The corpus: a clean image, and one for each rule with one fault in it, out of real debs and wheels. The counts in
//! README.md are those that this test tells.

use super::world::{GMPY2, Image, LIBRARIES, PACKAGES};
use crate::support::fixture::{Fixture, library, program};

/// An extension of Python at a path of the packages' directory.
fn extension(name: &str) -> crate::support::fixture::Object {
    library(&format!("{PACKAGES}/{name}")).without_soname()
}

/// What plants a fault.
type Plant = fn(&mut Image);

/// Each rule's code, what plants it, and which other rules rightly have something to say of it.
const FAULTS: [(&str, Plant, &[&str]); 21] = [
    ("missing-library", missing_library, &[]),
    ("off-path-library", off_path_library, &["scanner-blind"]),
    ("dangling-soname-link", dangling_soname_link, &[]),
    ("load-order-dependent", load_order_dependent, &["scanner-blind"]),
    ("missing-symbol-version", missing_symbol_version, &["scanner-blind"]),
    ("missing-interpreter", missing_interpreter, &[]),
    ("wrong-architecture", wrong_architecture, &[]),
    ("musl-on-glibc", musl_on_glibc, &[]),
    ("wheel-mismatch", wheel_mismatch, &[]),
    ("python-abi-mismatch", python_abi_mismatch, &["scanner-blind"]),
    ("ruby-abi-mismatch", ruby_abi_mismatch, &["unused-package", "unused-library"]),
    ("node-abi-mismatch", node_abi_mismatch, &["scanner-blind", "unused-package", "unused-library"]),
    ("dlopen-target-missing", dlopen_target_missing, &[]),
    ("find-library-unavailable", find_library_unavailable, &["dlopen-target-missing"]),
    ("missing-data", missing_data, &["scanner-blind"]),
    ("conflicting-sonames", conflicting_sonames, &["scanner-blind"]),
    ("insecure-search-path", insecure_search_path, &[]),
    ("stale-ld-so-cache", stale_ld_so_cache, &["scanner-blind"]),
    ("scanner-blind", scanner_blind, &[]),
    ("unused-package", unused_package, &[]),
    ("unused-library", unused_library, &["scanner-blind"]),
];

#[test]
fn every_planted_fault_is_found_by_its_own_code() {
    let clean = Image::new().audit(&[]);
    assert_eq!(clean.lines(), [""; 0], "the clean image");
    assert_eq!(clean.status, 0);
    let mut wrong = Vec::new();
    for (code, plant, also) in FAULTS {
        let mut image = Image::new();
        plant(&mut image);
        let report = image.audit(&[]);
        let lines = report.lines();
        let has = |wanted: &str| lines.iter().any(|line| line.split(' ').nth(1) == Some(wanted));
        let is_expected =
            |line: &String| line.split(' ').nth(1).is_some_and(|rule| rule == code || also.contains(&rule));
        if !has(code) || !lines.iter().all(is_expected) {
            wrong.push(format!("{code}: {lines:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    eprintln!("{} of {} planted faults found, 0 findings in the clean image", FAULTS.len(), FAULTS.len());
}

fn missing_library(image: &mut Image) {
    image.whiteout(&format!("{LIBRARIES}/libmpfr.so.6"));
    image.whiteout(&format!("{LIBRARIES}/libmpfr.so.6.2.0"));
}

fn off_path_library(image: &mut Image) {
    image.move_library("libmpc.so.3", "libmpc.so.3.3.1", "/opt/lib");
}

fn dangling_soname_link(image: &mut Image) {
    image.whiteout(&format!("{LIBRARIES}/libmpfr.so.6.2.0"));
}

fn load_order_dependent(image: &mut Image) {
    off_path_library(image);
    let other = format!("{PACKAGES}/gmpy2/other.cpython-311-x86_64-linux-gnu.so");
    image.copy_up(GMPY2, &other);
    image.patchelf(&other, &["--set-rpath", "/opt/lib"]);
}

fn missing_symbol_version(image: &mut Image) {
    let newer = Fixture::empty();
    let script = newer.scratch_file("newer.map", "GLIBC_2.99 { global: newer; };\n");
    let libc = library("/libc.so.6").source("int newer(void) { return 2; }\n");
    newer.build(libc.flag(&format!("-Wl,--version-script={}", script.display())));
    let against = newer.host("/libc.so.6");
    image.upper.build(
        extension("newer.cpython-311-x86_64-linux-gnu.so")
            .source("int newer(void); int call(void) { return newer(); }\n")
            .flag(against.to_str().expect("a plain name")),
    );
}

fn missing_interpreter(image: &mut Image) {
    image.upper.file("/venv/bin/tool", "#!/home/builder/venv/bin/python\nprint()\n");
}

fn wrong_architecture(image: &mut Image) {
    image.install_wheel("MarkupSafe==3.0.3", "3.11", "manylinux2014_aarch64");
}

fn musl_on_glibc(image: &mut Image) {
    image.install_wheel("MarkupSafe==3.0.3", "3.11", "musllinux_1_2_x86_64");
}

fn wheel_mismatch(image: &mut Image) {
    image.install_wheel("MarkupSafe==3.0.3", "3.12", "manylinux2014_x86_64");
}

fn python_abi_mismatch(image: &mut Image) {
    image.upper.build(extension("newer.cpython-312-x86_64-linux-gnu.so"));
}

fn ruby_abi_mismatch(image: &mut Image) {
    image.install_debs(&["libcrypt1", "libruby3.1", "ruby3.1", "libyaml-0-2"]);
    image.upper.link("/usr/bin/ruby", "ruby3.1");
    let gem = "/gems/extensions/x86_64-linux/3.3.0/bcrypt-3.1.20/bcrypt_ext.so";
    image.upper.build(library(gem).without_soname().source("void Init_bcrypt_ext(void) {}\n"));
    image.entrypoint = vec!["ruby", "/app.rb"];
    for absent in ["openssl", "readline", "fiddle", "dbm", "gdbm"] {
        // Extensions of the standard library whose libraries are no part of this image.
        image.upper.host(&format!("/usr/lib/x86_64-linux-gnu/ruby/3.1.0/{absent}.so"));
        let _ = std::fs::remove_file(
            image.upper.host(&format!("/usr/lib/x86_64-linux-gnu/ruby/3.1.0/{absent}.so")),
        );
    }
}

fn node_abi_mismatch(image: &mut Image) {
    image.install_debs(&[
        "gcc-12-base",
        "libbrotli1",
        "libc-ares2",
        "libgcc-s1",
        "libicu72",
        "libnghttp2-14",
        "libnode108",
        "libssl3",
        "libstdc++6",
        "libuv1",
    ]);
    image.upper.build(program("/usr/bin/node").needs("libnode.so.108"));
    let addon = "/app/node_modules/native/prebuilds/linux-x64/node.abi115.node";
    image.upper.build(library(addon).without_soname());
    image.entrypoint = vec!["node", "/app/main.js"];
}

fn dlopen_target_missing(image: &mut Image) {
    image.upper.file(&format!("{PACKAGES}/scan.py"), "import ctypes\nzbar = ctypes.CDLL(\"libzbar.so.0\")\n");
}

fn find_library_unavailable(image: &mut Image) {
    image.install_wheel("python-magic==0.4.27", "3.11", "any");
}

fn missing_data(image: &mut Image) {
    image.install_debs(&["libmagic1", "libbz2-1.0", "liblzma5"]);
    image.upper.build(extension("magic.cpython-311-x86_64-linux-gnu.so").needs("libmagic.so.1"));
}

fn conflicting_sonames(image: &mut Image) {
    image.install_debs(&["libssl3"]);
    let vendored = format!("{PACKAGES}/tls.libs/libcrypto-0a1b2c3d.so.3");
    let own = image.upper.host(&format!("{LIBRARIES}/libcrypto.so.3"));
    std::fs::copy(own, image.upper.host(&vendored)).expect("is copied");
    image.patchelf(&vendored, &["--set-soname", "libcrypto-0a1b2c3d.so.3"]);
    let tls = extension("tls.cpython-311-x86_64-linux-gnu.so").runpath("$ORIGIN/tls.libs");
    image.upper.build(tls.needs("libcrypto-0a1b2c3d.so.3").needs("libssl.so.3"));
}

fn insecure_search_path(image: &mut Image) {
    image.copy_up(GMPY2, GMPY2);
    image.patchelf(GMPY2, &["--set-rpath", "/tmp/build/lib"]);
}

fn stale_ld_so_cache(image: &mut Image) {
    image.move_library("libmpc.so.3", "libmpc.so.3.3.1", "/opt/lib");
    image.copy_up(GMPY2, GMPY2);
    image.patchelf(GMPY2, &["--set-rpath", "/opt/lib"]);
    image.upper.file("/etc/ld.so.conf", "include /etc/ld.so.conf.d/*.conf\n");
    image.upper.file("/etc/ld.so.conf.d/opt.conf", "/opt/lib\n");
}

fn scanner_blind(image: &mut Image) {
    image.whiteout("/var/lib/dpkg/status.d/libmpc3");
    image.whiteout("/var/lib/dpkg/status.d/libmpc3.md5sums");
}

fn unused_package(image: &mut Image) {
    image.install_debs(&["libyaml-0-2"]);
}

/// Of the libraries of a package only two are loaded.
fn unused_library(image: &mut Image) {
    image.install_debs(&["gcc-12-base", "libgcc-s1", "libicu72", "libstdc++6"]);
    image.upper.build(extension("text.cpython-311-x86_64-linux-gnu.so").needs("libicuuc.so.72"));
}
