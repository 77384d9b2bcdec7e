//! musl's rules, which are others than glibc's.

use std::path::Path;

use super::{found, missing, verdicts};
use crate::support::fixture::{Fixture, Object, library, program};
use crate::support::judge::Judge;
use crate::support::real::MUSL;

/// A root with musl's dynamic linker: the host's, or a library of its name.
fn root() -> Fixture {
    let fixture = Fixture::new();
    if Path::new(MUSL).exists() {
        fixture.copy_in(MUSL);
    } else {
        fixture.build(library(MUSL).without_soname());
    }
    fixture
}

fn musl_program(path: &str) -> Object {
    program(path).interpreter(MUSL).needs("libc.so")
}

#[test]
fn musl_is_its_own_c_library() {
    let fixture = root();
    fixture.build(musl_program("/app/prog"));
    let judge = Judge::of(&fixture);
    assert_eq!(verdicts(&judge.musl_program("/app/prog")), [found("libc.so", MUSL, "loaded")]);
    let tree = judge.tree("/app/prog");
    assert_eq!(tree.object("/app/prog")["libc"], "musl");
    assert_eq!(tree.object("/app/prog")["interpreter"], MUSL);
    assert_eq!(tree.status, 0);
}

#[test]
fn musl_does_not_search_glibcs_directories() {
    let fixture = root();
    fixture.build(musl_program("/app/prog").needs("liba.so.1"));
    fixture.build(library("/usr/lib/x86_64-linux-gnu/liba.so.1"));
    fixture.build(library("/lib/x86_64-linux-gnu/liba.so.1"));
    assert_eq!(verdicts(&Judge::of(&fixture).musl_program("/app/prog"))[1], missing("liba.so.1"));
}

#[test]
fn musl_does_not_read_glibcs_cache() {
    let fixture = root();
    fixture.build(musl_program("/app/prog").needs("liba.so.1"));
    fixture.build(library("/opt/lib/liba.so.1"));
    fixture.file("/etc/ld.so.conf", "/opt/lib\n");
    super::system::run_ldconfig(&fixture);
    assert_eq!(verdicts(&Judge::of(&fixture).musl_program("/app/prog"))[1], missing("liba.so.1"));
}

#[test]
fn musl_searches_its_default_directories_in_order() {
    let fixture = root();
    let directories = ["/lib", "/usr/local/lib", "/usr/lib"];
    let names = ["liba.so.1", "libb.so.1", "libd.so.1"];
    let mut object = musl_program("/app/prog");
    for (first, name) in names.into_iter().enumerate() {
        object = object.needs(name);
        for directory in &directories[first..] {
            fixture.build(library(&format!("{directory}/{name}")));
        }
    }
    fixture.build(object);
    let edges = Judge::of(&fixture).musl_program("/app/prog");
    let paths: Vec<_> = edges[1..].iter().filter_map(|edge| edge.found.as_deref()).collect();
    assert_eq!(paths, ["/lib/liba.so.1", "/usr/local/lib/libb.so.1", "/usr/lib/libd.so.1"]);
}

#[test]
fn musl_takes_its_directories_from_its_path_file_where_there_is_one() {
    let fixture = root();
    fixture.build(musl_program("/app/prog").needs("liba.so.1").needs("libb.so.1"));
    fixture.build(library("/opt/lib/liba.so.1"));
    fixture.build(library("/usr/lib/libb.so.1"));
    fixture.file("/etc/ld-musl-x86_64.path", "/opt/lib\n/opt/more\n");
    assert_eq!(
        verdicts(&Judge::of(&fixture).musl_program("/app/prog"))[1..],
        [found("liba.so.1", "/opt/lib/liba.so.1", "default"), missing("libb.so.1")]
    );
}

#[test]
fn musl_runpath_is_inherited() {
    let fixture = root();
    fixture.build(musl_program("/app/prog").needs("liba.so.1").runpath("/opt"));
    fixture.build(library("/opt/liba.so.1").needs("libb.so.1"));
    fixture.build(library("/opt/libb.so.1"));
    let edges = Judge::of(&fixture).musl_program("/app/prog");
    let paths: Vec<_> = edges[1..].iter().filter_map(|edge| edge.found.as_deref()).collect();
    assert_eq!(paths, ["/opt/liba.so.1", "/opt/libb.so.1"]);
}

#[test]
fn musl_own_runpath_does_not_cancel_that_of_the_loader() {
    let fixture = root();
    fixture.build(musl_program("/app/prog").needs("liba.so.1").runpath("/opt"));
    fixture.build(library("/opt/liba.so.1").needs("libb.so.1").runpath("/elsewhere"));
    fixture.build(library("/opt/libb.so.1"));
    let edges = Judge::of(&fixture).musl_program("/app/prog");
    assert_eq!(edges[2].found.as_deref(), Some("/opt/libb.so.1"));
}

#[test]
fn musl_searches_ld_library_path_before_rpath() {
    let fixture = root();
    fixture.build(musl_program("/app/prog").needs("liba.so.1").rpath("/opt"));
    fixture.build(library("/opt/liba.so.1"));
    fixture.build(library("/set/liba.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).ld_library_path("/set").musl_program("/app/prog"))[1],
        found("liba.so.1", "/set/liba.so.1", "ld-library-path")
    );
}

#[test]
fn musl_knows_loaded_libraries_by_the_name_that_was_asked_for_only() {
    let fixture = root();
    fixture.build(musl_program("/app/prog").needs("libfile.so").needs("libb.so.1").runpath("/opt"));
    fixture.build(library("/opt/libfile.so").soname("libreal.so.1"));
    fixture.build(library("/opt/libb.so.1").needs("libreal.so.1"));
    let edges = Judge::of(&fixture).musl_program("/app/prog");
    assert_eq!(verdicts(&edges)[3], missing("libreal.so.1"));
}

#[test]
fn musl_program_without_musl_says_so() {
    let fixture = Fixture::new();
    fixture.build(musl_program("/app/prog"));
    let tree = Judge::of(&fixture).tree("/app/prog");
    let problems = tree.problems("/app/prog", "interpreter");
    assert!(problems.iter().any(|detail| detail.contains(MUSL)), "it names what is absent: {problems:?}");
    assert_eq!(tree.status, 1);
}

#[test]
fn musl_library_on_a_glibc_base_is_called_musl() {
    let fixture = Fixture::new();
    fixture.build(library("/app/addon.node").without_soname().needs("libc.musl-x86_64.so.1"));
    let tree = Judge::of(&fixture).tree("/app/addon.node");
    let object = tree.object("/app/addon.node");
    assert_eq!(object["libc"], "musl");
    assert_eq!(tree.problems("/app/addon.node", "musl").len(), 1, "{object}");
    assert_eq!(tree.status, 1);
}
