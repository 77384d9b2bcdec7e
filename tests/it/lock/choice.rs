//! Which packages are chosen, and why.

use super::World;
use crate::support::fixture::{Object, library};
use crate::support::package::{LIBRARIES, TestPackage};

fn lib(name: &str) -> Object {
    library(&format!("{LIBRARIES}/{name}"))
}

fn with(package: &str, soname: &str, object: Object) -> TestPackage {
    TestPackage::new(package).object(&format!("{LIBRARIES}/{soname}"), object)
}

#[test]
fn what_a_package_needs_is_chosen_too_and_a_cycle_ends() {
    let world = World::new(
        lib("x.so").needs("liba.so.1"),
        &[
            with("liba1", "liba.so.1", lib("liba.so.1").needs("libb.so.2")),
            with("libb2", "libb.so.2", lib("libb.so.2").needs("libc3.so.3")),
            with("libc3-3", "libc3.so.3", lib("libc3.so.3").needs("liba.so.1")),
            with("libd4", "libd.so.4", lib("libd.so.4")),
        ],
    );
    let lock = world.lock(&[]);
    assert_eq!((lock.status, lock.packages()), (0, vec!["liba1", "libb2", "libc3-3"]), "{}", lock.stderr);
    assert_eq!(lock.package("liba1")["direct"].as_bool(), Some(true));
    assert_eq!(lock.package("libb2")["direct"].as_bool(), Some(false));
    assert_eq!(lock.package("libb2")["needs"].as_array().map(Vec::len), Some(1));
}

/// Two sonames that one package has, or two smaller ones.
fn one_or_two() -> [TestPackage; 3] {
    let p = |soname: &str| format!("{LIBRARIES}/{soname}");
    [
        TestPackage::new("both")
            .size_kib(900)
            .object(&p("liba.so.1"), lib("liba.so.1"))
            .object(&p("libb.so.1"), lib("libb.so.1")),
        with("small-a", "liba.so.1", lib("liba.so.1")).size_kib(10),
        with("small-b", "libb.so.1", lib("libb.so.1")).size_kib(10),
    ]
}

#[test]
fn fewer_packages_go_before_fewer_bytes() {
    let world = World::new(lib("x.so").needs("liba.so.1").needs("libb.so.1"), &one_or_two());
    let lock = world.lock(&[]);
    assert_eq!(lock.packages(), ["both"]);
    assert_eq!(lock.reason("both"), ("fewest-packages", vec!["small-a", "small-b"]));
}

#[test]
fn fewer_bytes_decide_where_the_number_is_the_same() {
    let world = World::new(lib("x.so").needs("liba.so.1"), &one_or_two());
    let lock = world.lock(&[]);
    assert_eq!(lock.packages(), ["small-a"]);
    assert_eq!(lock.reason("small-a"), ("fewest-bytes", vec!["both"]));
}

#[test]
fn a_package_that_the_base_has_costs_nothing() {
    let world = World::new(lib("x.so").needs("liba.so.1"), &one_or_two());
    let stanza = "Package: both\nVersion: 1.0-1\nArchitecture: amd64\nStatus: install ok installed\n\n";
    for status in ["/base/var/lib/dpkg/status", "/distroless/var/lib/dpkg/status.d/both"] {
        world.fixture.file(status, stanza);
    }
    assert_eq!(world.lock(&[]).packages(), ["small-a"]);
    for base in ["base", "distroless"] {
        let lock = world.lock(&["--base", base]);
        assert_eq!(lock.packages(), ["both"], "{base}: {}", lock.stderr);
        assert_eq!(lock.reason("both"), ("in-base", vec!["small-a"]));
    }
}

#[test]
fn prefer_and_avoid_settle_it() {
    let world = World::new(lib("x.so").needs("liba.so.1").needs("libb.so.1"), &one_or_two());
    let preferred = world.lock(&["--prefer", "small-a"]);
    assert_eq!(preferred.packages(), ["small-a", "small-b"]);
    assert_eq!(preferred.reason("small-a").0, "preferred");
    let avoiding = world.lock(&["--avoid", "both"]);
    assert_eq!(avoiding.packages(), ["small-a", "small-b"]);
    world.fixture.file("/sodeb.toml", "avoid = [\"both\"]\n");
    assert_eq!(world.lock(&[]).packages(), ["small-a", "small-b"]);
    assert_eq!(world.lock(&["--avoid", "small-b"]).packages(), ["both"]);
}

#[test]
fn an_impossible_case_explains_itself() {
    let world = World::new(
        lib("x.so").needs("liba.so.1"),
        &[
            with("liba1", "liba.so.1", lib("liba.so.1").needs("libb.so.1")),
            with("libb1", "libb.so.1", lib("libb.so.1")),
        ],
    );
    let output = world.run(&["lock", "app", "--refresh", "--avoid", "libb1", "--output", "x.lock"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    for part in ["liba.so.1", "liba1", "libb.so.1 (avoided: libb1)"] {
        assert_eq!(stderr.matches(part).count(), 1, "{stderr}");
    }
    assert!(!world.fixture.host("/x.lock").exists());
}

#[test]
fn packages_that_conflict_are_not_chosen_together() {
    let world = World::new(
        lib("x.so").needs("liba.so.1").needs("libb.so.1"),
        &[
            with("liba1", "liba.so.1", lib("liba.so.1")),
            with("small-b", "libb.so.1", lib("libb.so.1")).size_kib(10).field("Conflicts: liba1 (<< 2)"),
            with("other-b", "libb.so.1", lib("libb.so.1")).size_kib(20).field("Breaks: liba1 (<< 1.0-1)"),
        ],
    );
    assert_eq!(world.lock(&[]).packages(), ["liba1", "other-b"]);
}

#[test]
fn the_package_that_is_named_for_the_soname_goes_before_a_smaller_one() {
    let world = World::new(
        lib("x.so").needs("libsound.so.2"),
        &[
            with("libsound2", "libsound.so.2", lib("libsound.so.2")).size_kib(500),
            with("other-sound", "libsound.so.2", lib("libsound.so.2")).size_kib(5),
        ],
    );
    let lock = world.lock(&[]);
    assert_eq!(lock.packages(), ["libsound2"]);
    assert_eq!(lock.reason("libsound2"), ("named-for-soname", vec!["other-sound"]));
}

#[test]
fn debian_s_own_order_breaks_a_tie() {
    let user = with("liba1", "liba.so.1", lib("liba.so.1").needs("libb.so.1"));
    let world = World::new(
        lib("x.so").needs("liba.so.1"),
        &[
            user.field("Depends: zeta | alpha"),
            with("alpha", "libb.so.1", lib("libb.so.1")),
            with("zeta", "libb.so.1", lib("libb.so.1")),
        ],
    );
    let lock = world.lock(&[]);
    assert_eq!(lock.packages(), ["liba1", "zeta"]);
    assert_eq!(lock.reason("zeta"), ("debians-preference", vec!["alpha"]));
}

#[test]
fn an_index_that_is_wrong_about_a_package_is_told() {
    let world = World::new(
        lib("x.so").needs("liba.so.1"),
        &[TestPackage::new("liba1").only_listed(&format!("{LIBRARIES}/liba.so.1")).file("/usr/share/x", "")],
    );
    let lock = world.lock(&[]);
    assert_eq!((lock.status, lock.packages()), (1, vec![]));
    assert_eq!(
        lock.problems(),
        [(
            "unresolved",
            "the index names a package for liba.so.1, but liba1 has no liba.so.1 where it is searched for"
        )]
    );
}

/// Two packages with one library without symbol versions, of which the larger one defines a symbol more, and two with
/// another library that does not differ; each two of one version of the source.
fn old_and_new() -> Vec<TestPackage> {
    let packages = |version: u64, functions: &str| {
        let package = |stem: &str, object: Object| {
            let soname = format!("{stem}.so.1");
            let package = with(&format!("{stem}1-{version}"), &soname, object);
            package.size_kib(version).source(&format!("toolchain-{version}"))
        };
        [package("libnew", lib("libnew.so.1").source(functions)), package("libabi", lib("libabi.so.1"))]
    };
    let (old, new) =
        ("int old(void) { return 1; }", "int old(void) { return 1; } int added(void) { return 2; }");
    [packages(13, old), packages(14, new)].concat()
}

#[test]
fn a_candidate_that_lacks_a_symbol_of_the_app_is_not_chosen_for_its_size() {
    let lock = |functions: &str| {
        World::new(lib("x.so").needs("libnew.so.1").source(functions), &old_and_new()).lock(&[])
    };
    let old = lock("int old(void); int f(void) { return old(); }");
    assert_eq!(old.packages(), ["libnew1-13"], "{}", old.stderr);
    assert_eq!(old.reason("libnew1-13"), ("fewest-bytes", vec!["libnew1-14"]));
    let new = lock("int added(void); int f(void) { return added(); }");
    assert_eq!(new.packages(), ["libnew1-14"], "{}", new.stderr);
    assert_eq!(new.reason("libnew1-14"), ("symbols", vec!["libnew1-13"]));
    // A weak symbol may be undefined.
    let weak = lock("__attribute__((weak)) int added(void); int f(void) { return added ? added() : 0; }");
    assert_eq!(weak.packages(), ["libnew1-13"], "{}", weak.stderr);
}

#[test]
fn the_symbols_that_a_chosen_package_requires_count_as_those_of_the_app() {
    for (function, expected) in [("old", "libnew1-13"), ("added", "libnew1-14")] {
        let source = format!("int {function}(void); int g(void) {{ return {function}(); }}");
        let user = with("libuser1", "libuser.so.1", lib("libuser.so.1").needs("libnew.so.1").source(&source));
        let packages = [old_and_new(), vec![user]].concat();
        let lock = World::new(lib("x.so").needs("libuser.so.1"), &packages).lock(&[]);
        assert_eq!(lock.packages(), [expected, "libuser1"], "{}", lock.stderr);
    }
}

#[test]
fn versions_of_one_source_are_not_mixed() {
    let app = |function: &str| {
        let source = format!("int {function}(void); int f(void) {{ return {function}(); }}");
        lib("x.so").needs("libabi.so.1").needs("libnew.so.1").source(&source)
    };
    let world = World::new(app("added"), &old_and_new());
    assert_eq!(world.lock(&[]).packages(), ["libabi1-14", "libnew1-14"]);
    let world = World::new(app("old"), &old_and_new());
    assert_eq!(world.lock(&[]).packages(), ["libabi1-13", "libnew1-13"]);
    assert_eq!(world.lock(&["--prefer", "libabi1-14"]).packages(), ["libabi1-14", "libnew1-14"]);
    assert_eq!(world.lock(&["--avoid", "libnew1-13"]).packages(), ["libabi1-14", "libnew1-14"]);
    // Nothing else is left.
    let avoiding = world.lock(&["--avoid", "libnew1-13", "--avoid", "libabi1-14"]);
    assert_eq!(avoiding.packages(), ["libabi1-13", "libnew1-14"]);
}

#[test]
fn a_symbol_that_another_needed_library_may_define_decides_nothing() {
    let (blas, lapack) = ("int blas(void) { return 1; }", "int lapack(void) { return 2; }");
    let both = [blas, lapack].concat();
    let object = |soname: &str, source: &str| lib(soname).source(source);
    let packages = [
        with("libblas3", "libblas.so.3", object("libblas.so.3", blas)),
        with("liblapack3", "liblapack.so.3", object("liblapack.so.3", lapack)),
        with("all-in-one", "libblas.so.3", object("libblas.so.3", &both))
            .object(&format!("{LIBRARIES}/liblapack.so.3"), object("liblapack.so.3", &both)),
    ];
    let app =
        lib("x.so").source("int blas(void); int lapack(void); int f(void) { return blas() + lapack(); }");
    let lock = World::new(app.needs("libblas.so.3").needs("liblapack.so.3"), &packages).lock(&[]);
    assert_eq!(lock.packages(), ["libblas3", "liblapack3"], "{}", lock.stderr);
    // An object that needs one of them alone needs all symbols in it.
    let app = lib("x.so").source("int lapack(void); int f(void) { return lapack(); }");
    let lock = World::new(app.needs("libblas.so.3"), &packages).lock(&[]);
    assert_eq!(
        (lock.packages(), lock.reason("all-in-one").0),
        (vec!["all-in-one"], "symbols"),
        "{}",
        lock.stderr
    );
}
