//! What is loaded already, and in which order things are.

use super::{found, missing, verdicts};
use crate::support::fixture::{Fixture, library, program};
use crate::support::judge::Judge;

#[test]
fn loaded_soname_satisfies_a_later_need_without_a_search() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").needs("libb.so.1").runpath("/opt"));
    fixture.build(library("/opt/liba.so.1"));
    fixture.build(library("/opt/libb.so.1").needs("liba.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog")),
        [
            found("liba.so.1", "/opt/liba.so.1", "runpath"),
            found("libb.so.1", "/opt/libb.so.1", "runpath"),
            found("liba.so.1", "/opt/liba.so.1", "loaded"),
        ]
    );
}

#[test]
fn soname_counts_as_loaded_though_the_file_is_named_otherwise() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("libfile.so").needs("libb.so.1").runpath("/opt"));
    fixture.build(library("/opt/libfile.so").soname("libreal.so.1"));
    fixture.build(library("/opt/libb.so.1").needs("libreal.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog"))[2],
        found("libreal.so.1", "/opt/libfile.so", "loaded")
    );
}

#[test]
fn need_before_the_load_is_not_satisfied_by_it() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("libb.so.1").needs("libc.so.1").runpath("/opt"));
    fixture.build(library("/opt/libb.so.1").needs("liba.so.1"));
    fixture.build(library("/opt/libc.so.1").needs("liba.so.1").runpath("/opt"));
    fixture.build(library("/opt/liba.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog"))[2..],
        [missing("liba.so.1"), found("liba.so.1", "/opt/liba.so.1", "runpath")]
    );
}

#[test]
fn first_of_two_files_of_one_soname_is_the_only_one_loaded() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("libp.so.1").needs("libq.so.1").runpath("/opt"));
    fixture.build(library("/opt/libp.so.1").needs("libx.so.1").runpath("/p"));
    fixture.build(library("/opt/libq.so.1").needs("libx.so.1").runpath("/q"));
    fixture.build(library("/p/libx.so.1"));
    fixture.build(library("/q/libx.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog"))[2..],
        [found("libx.so.1", "/p/libx.so.1", "runpath"), found("libx.so.1", "/p/libx.so.1", "loaded")]
    );
}

#[test]
fn breadth_comes_before_depth() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("libp.so.1").needs("libq.so.1").runpath("/opt"));
    fixture.build(library("/opt/libp.so.1").needs("libdeep.so.1").runpath("/opt"));
    fixture.build(library("/opt/libdeep.so.1").needs("libx.so.1").runpath("/p"));
    fixture.build(library("/opt/libq.so.1").needs("libx.so.1").runpath("/q"));
    fixture.build(library("/p/libx.so.1"));
    fixture.build(library("/q/libx.so.1"));
    let edges = Judge::of(&fixture).program("/app/prog");
    assert_eq!(
        verdicts(&edges)[3..],
        [found("libx.so.1", "/q/libx.so.1", "runpath"), found("libx.so.1", "/q/libx.so.1", "loaded")]
    );
    assert_eq!(edges[3].by, "/opt/libq.so.1");
}

#[test]
fn one_file_under_two_names_is_loaded_once() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").needs("libalias.so.1").runpath("/opt"));
    fixture.build(library("/opt/liba.so.1").needs("libb.so.1").runpath("/opt"));
    fixture.link("/opt/libalias.so.1", "liba.so.1");
    fixture.build(library("/opt/libb.so.1"));
    let edges = Judge::of(&fixture).program("/app/prog");
    let loaded: Vec<_> = edges.iter().filter(|edge| edge.soname == "libb.so.1").collect();
    assert_eq!(loaded.len(), 1, "what it needs is asked for once: {edges:?}");
    assert_eq!(edges[1].found.as_deref(), Some("/opt/liba.so.1"), "it is the object that is loaded");
}

#[test]
fn circles_of_needs_end() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").rpath("/opt"));
    fixture.build(library("/opt/liba.so.1").needs("libb.so.1"));
    fixture.build(library("/opt/libb.so.1").needs("liba.so.1").needs("libb.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog"))[1..],
        [
            found("libb.so.1", "/opt/libb.so.1", "rpath"),
            found("liba.so.1", "/opt/liba.so.1", "loaded"),
            found("libb.so.1", "/opt/libb.so.1", "loaded"),
        ]
    );
}

#[test]
fn dynamic_linker_is_loaded_from_the_start() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("ld-linux-x86-64.so.2"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog")),
        [found("ld-linux-x86-64.so.2", "/lib64/ld-linux-x86-64.so.2", "loaded")]
    );
}
