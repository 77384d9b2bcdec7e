//! What the linker makes of the file that it comes upon.

use super::{found, missing, verdicts};
use crate::support::fixture::{Fixture, Patch, library, program};
use crate::support::judge::Judge;
use crate::support::sodeb::Edge;

/// EM_AARCH64.
const AARCH64: u16 = 183;

/// A program that finds `liba.so.1` in `/first`, then in `/second`; the first is still to be made.
fn two_directories() -> Fixture {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").runpath("/first:/second"));
    fixture.build(library("/second/liba.so.1"));
    fixture.make_directory("/first");
    fixture
}

fn judge(fixture: &Fixture) -> Vec<Edge> {
    Judge::of(fixture).program("/app/prog")
}

/// The linker ends at the first directory's file.
fn assert_fatal(fixture: &Fixture) {
    let edges = judge(fixture);
    assert_eq!(verdicts(&edges), [missing("liba.so.1")]);
    let error = edges[0].fatal.as_deref().expect("the end is told");
    assert!(error.contains("/first/liba.so.1"), "the file is named: {error}");
    assert_eq!(Judge::of(fixture).tree("/app/prog").status, 1);
}

#[test]
fn other_machine_is_passed_over() {
    let fixture = two_directories();
    fixture.build(library("/first/liba.so.1"));
    fixture.patch("/first/liba.so.1", Patch::Machine(AARCH64));
    assert_eq!(verdicts(&judge(&fixture)), [found("liba.so.1", "/second/liba.so.1", "runpath")]);
}

#[test]
fn other_class_is_passed_over() {
    let fixture = two_directories();
    fixture.build(library("/first/liba.so.1"));
    fixture.patch("/first/liba.so.1", Patch::Class(1));
    assert_eq!(verdicts(&judge(&fixture)), [found("liba.so.1", "/second/liba.so.1", "runpath")]);
}

#[test]
fn nothing_but_other_machines_is_not_found() {
    let fixture = two_directories();
    for directory in ["/first", "/second"] {
        let path = format!("{directory}/liba.so.1");
        fixture.build(library(&path));
        fixture.patch(&path, Patch::Machine(AARCH64));
    }
    let edges = judge(&fixture);
    assert_eq!(verdicts(&edges), [missing("liba.so.1")]);
    assert_eq!(edges[0].fatal, None, "a search that comes to nothing is no fatal end");
}

#[test]
fn text_file_ends_the_search() {
    let fixture = two_directories();
    fixture.file(
        "/first/liba.so.1",
        "INPUT(liba.so.2) /* a script for another linker, longer than a header */\n",
    );
    assert_fatal(&fixture);
}

#[test]
fn library_under_the_name_of_a_source_is_found() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("plugin.py").runpath("/first"));
    fixture.build(library("/first/plugin.py"));
    assert_eq!(verdicts(&judge(&fixture)), [found("plugin.py", "/first/plugin.py", "runpath")]);
}

#[test]
fn source_under_the_name_of_a_library_ends_the_search() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("plugin.py").runpath("/first:/second"));
    fixture.build(library("/second/plugin.py"));
    fixture
        .file("/first/plugin.py", "print('a source, and one that is longer than the header of an object')\n");
    let edges = judge(&fixture);
    assert_eq!(verdicts(&edges), [missing("plugin.py")]);
    assert!(edges[0].fatal.as_deref().is_some_and(|error| error.contains("/first/plugin.py")), "{edges:?}");
}

#[test]
fn empty_file_ends_the_search() {
    let fixture = two_directories();
    fixture.file("/first/liba.so.1", "");
    assert_fatal(&fixture);
}

#[test]
fn directory_of_that_name_ends_the_search() {
    let fixture = two_directories();
    fixture.make_directory("/first/liba.so.1");
    assert_fatal(&fixture);
}

#[test]
fn other_byte_order_ends_the_search() {
    let fixture = two_directories();
    fixture.build(library("/first/liba.so.1"));
    fixture.patch("/first/liba.so.1", Patch::ByteOrder(2));
    assert_fatal(&fixture);
}

#[test]
fn other_os_abi_ends_the_search() {
    const FREEBSD: u8 = 9;
    let fixture = two_directories();
    fixture.build(library("/first/liba.so.1"));
    fixture.patch("/first/liba.so.1", Patch::OsAbi(FREEBSD));
    assert_fatal(&fixture);
}

#[test]
fn relocatable_object_ends_the_search() {
    const ET_REL: u16 = 1;
    let fixture = two_directories();
    fixture.build(library("/first/liba.so.1"));
    fixture.patch("/first/liba.so.1", Patch::Type(ET_REL));
    assert_fatal(&fixture);
}

#[test]
fn program_in_place_of_a_library_ends_the_search() {
    let fixture = two_directories();
    fixture.build(program("/first/liba.so.1"));
    assert_fatal(&fixture);
}

#[test]
fn dangling_link_is_passed_over() {
    let fixture = two_directories();
    fixture.link("/first/liba.so.1", "../gone/liba.so.1");
    assert_eq!(verdicts(&judge(&fixture)), [found("liba.so.1", "/second/liba.so.1", "runpath")]);
}

#[test]
fn link_in_a_circle_ends_that_list_but_not_the_search() {
    let fixture = two_directories();
    fixture.link("/first/liba.so.1", "liba.so.1");
    assert_eq!(verdicts(&judge(&fixture)), [missing("liba.so.1")], "the list goes no further");
    fixture.build(library("/usr/lib/liba.so.1"));
    assert_eq!(verdicts(&judge(&fixture)), [found("liba.so.1", "/usr/lib/liba.so.1", "default")]);
}

#[test]
fn absolute_link_leads_through_the_root_that_is_looked_at() {
    let fixture = two_directories();
    fixture.build(library("/real/liba.so.1"));
    fixture.link("/first/liba.so.1", "/real/liba.so.1");
    assert_eq!(verdicts(&judge(&fixture)), [found("liba.so.1", "/first/liba.so.1", "runpath")]);
}

#[test]
fn library_need_not_be_executable() {
    let fixture = two_directories();
    fixture.build(library("/first/liba.so.1"));
    fixture.mode("/first/liba.so.1", 0o644);
    assert_eq!(verdicts(&judge(&fixture)), [found("liba.so.1", "/first/liba.so.1", "runpath")]);
}

#[test]
fn soname_need_not_look_like_a_librarys() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("plugin").needs("libb-1.2").runpath("/opt"));
    fixture.build(library("/opt/plugin"));
    fixture.build(library("/opt/libb-1.2"));
    assert_eq!(
        verdicts(&judge(&fixture)),
        [found("plugin", "/opt/plugin", "runpath"), found("libb-1.2", "/opt/libb-1.2", "runpath")]
    );
}

#[test]
fn file_is_found_by_its_name_not_by_its_soname() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("libfile.so").needs("libother.so.1").runpath("/opt"));
    fixture.build(library("/opt/libfile.so").soname("libreal.so.1"));
    fixture.build(library("/opt/libunlike.so").soname("libother.so.1"));
    assert_eq!(
        verdicts(&judge(&fixture)),
        [found("libfile.so", "/opt/libfile.so", "runpath"), missing("libother.so.1")]
    );
}

#[test]
fn section_headers_are_not_looked_at() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").rpath("/opt"));
    fixture.build(library("/opt/liba.so.1").needs("libb.so.1"));
    fixture.build(library("/opt/libb.so.1"));
    for path in ["/app/prog", "/opt/liba.so.1", "/opt/libb.so.1"] {
        fixture.patch(path, Patch::BogusSections);
    }
    assert_eq!(
        verdicts(&judge(&fixture)),
        [found("liba.so.1", "/opt/liba.so.1", "rpath"), found("libb.so.1", "/opt/libb.so.1", "rpath")]
    );
}

#[test]
fn every_place_that_was_tried_is_told_with_the_reason() {
    let fixture = two_directories();
    fixture.build(library("/first/liba.so.1"));
    fixture.patch("/first/liba.so.1", Patch::Machine(AARCH64));
    std::fs::remove_file(fixture.host("/second/liba.so.1")).expect("the good one is removed");
    let tree = Judge::of(&fixture).tree("/app/prog");
    let tried = tree.object("/app/prog")["needed"][0]["tried"].as_array().expect("a list of places");
    let paths: Vec<_> = tried.iter().filter_map(|place| place["path"].as_str()).collect();
    let whys: Vec<_> = tried.iter().filter_map(|place| place["reason"].as_str()).collect();
    assert_eq!(paths.len(), whys.len());
    assert_eq!(
        paths,
        [
            "/first/liba.so.1",
            "/second/liba.so.1",
            "/lib/x86_64-linux-gnu/liba.so.1",
            "/usr/lib/x86_64-linux-gnu/liba.so.1",
            "/lib/liba.so.1",
            "/usr/lib/liba.so.1",
        ]
    );
    assert_ne!(whys[0], whys[1], "another machine is another reason than absence");
}
