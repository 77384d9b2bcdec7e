//! DT_RPATH, DT_RUNPATH, LD_LIBRARY_PATH and what may stand in them.

use super::{found, missing, verdicts};
use crate::support::fixture::{Fixture, library, program};
use crate::support::judge::Judge;
use crate::support::real::platform;
use crate::support::sodeb::tree;

#[test]
fn rpath_is_inherited_by_what_it_loads() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").rpath("/opt"));
    fixture.build(library("/opt/liba.so.1").needs("libb.so.1"));
    fixture.build(library("/opt/libb.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog")),
        [found("liba.so.1", "/opt/liba.so.1", "rpath"), found("libb.so.1", "/opt/libb.so.1", "rpath")]
    );
}

#[test]
fn runpath_is_not_inherited() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").runpath("/opt"));
    fixture.build(library("/opt/liba.so.1").needs("libb.so.1"));
    fixture.build(library("/opt/libb.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog")),
        [found("liba.so.1", "/opt/liba.so.1", "runpath"), missing("libb.so.1")]
    );
}

#[test]
fn own_runpath_cancels_the_rpath_of_its_loader() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").rpath("/opt"));
    fixture.build(library("/opt/liba.so.1").needs("libb.so.1").runpath("/elsewhere"));
    fixture.build(library("/opt/libb.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog")),
        [found("liba.so.1", "/opt/liba.so.1", "rpath"), missing("libb.so.1")]
    );
}

#[test]
fn rpath_beside_a_runpath_does_not_count() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").rpath_and_runpath("/opt", "/opt"));
    fixture.build(library("/opt/liba.so.1").needs("libb.so.1"));
    fixture.build(library("/opt/libb.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog")),
        [found("liba.so.1", "/opt/liba.so.1", "runpath"), missing("libb.so.1")]
    );
}

#[test]
fn rpath_of_a_loader_in_the_middle_counts() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").runpath("/opt"));
    fixture.build(library("/opt/liba.so.1").needs("libb.so.1").rpath("/middle"));
    fixture.build(library("/middle/libb.so.1").needs("libc.so.1"));
    fixture.build(library("/middle/libc.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog")),
        [
            found("liba.so.1", "/opt/liba.so.1", "runpath"),
            found("libb.so.1", "/middle/libb.so.1", "rpath"),
            found("libc.so.1", "/middle/libc.so.1", "rpath"),
        ]
    );
}

#[test]
fn own_rpath_comes_before_that_of_the_loader_and_the_program() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").rpath("/opt"));
    fixture.build(library("/opt/liba.so.1").needs("libb.so.1").rpath("/own"));
    fixture.build(library("/own/libb.so.1"));
    fixture.build(library("/opt/libb.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog"))[1],
        found("libb.so.1", "/own/libb.so.1", "rpath")
    );
}

#[test]
fn rpath_counts_past_a_loader_with_runpath() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").rpath("/opt"));
    fixture.build(library("/opt/liba.so.1").needs("libb.so.1").runpath("/own"));
    fixture.build(library("/own/libb.so.1").needs("libc.so.1"));
    fixture.build(library("/opt/libc.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog"))[2],
        found("libc.so.1", "/opt/libc.so.1", "rpath")
    );
}

#[test]
fn ld_library_path_comes_before_runpath() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").runpath("/opt"));
    fixture.build(library("/opt/liba.so.1"));
    fixture.build(library("/set/liba.so.1"));
    let judge = Judge::of(&fixture);
    assert_eq!(
        verdicts(&judge.ld_library_path("/set").program("/app/prog")),
        [found("liba.so.1", "/set/liba.so.1", "ld-library-path")]
    );
    assert_eq!(
        verdicts(&judge.program("/app/prog")),
        [found("liba.so.1", "/opt/liba.so.1", "runpath")],
        "without it"
    );
}

#[test]
fn rpath_comes_before_ld_library_path() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").rpath("/opt"));
    fixture.build(library("/opt/liba.so.1"));
    fixture.build(library("/set/liba.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).ld_library_path("/set").program("/app/prog")),
        [found("liba.so.1", "/opt/liba.so.1", "rpath")]
    );
}

#[test]
fn ld_library_path_is_split_at_semicolons_and_has_tokens() {
    let fixture = Fixture::new();
    fixture.build(program("/app/bin/prog").needs("liba.so.1").needs("libb.so.1"));
    fixture.build(library("/set/liba.so.1"));
    fixture.build(library("/app/lib/libb.so.1"));
    let list = "/set;$ORIGIN/../lib";
    assert_eq!(
        verdicts(&Judge::of(&fixture).ld_library_path(list).program("/app/bin/prog")),
        [
            found("liba.so.1", "/set/liba.so.1", "ld-library-path"),
            found("libb.so.1", "/app/bin/../lib/libb.so.1", "ld-library-path"),
        ]
    );
}

#[test]
fn origin_of_a_program_started_by_a_link_is_the_real_files_directory() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").runpath("$ORIGIN/lib"));
    fixture.link("/bin/prog", "../app/prog");
    fixture.build(library("/app/lib/liba.so.1"));
    fixture.build(library("/bin/lib/liba.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/bin/prog")),
        [found("liba.so.1", "/app/lib/liba.so.1", "runpath")]
    );
}

#[test]
fn origin_of_a_library_found_by_a_link_is_the_links_directory() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").runpath("/one"));
    fixture.build(library("/two/liba.so.1").needs("libb.so.1").needs("libc.so.1").runpath("$ORIGIN"));
    fixture.link("/one/liba.so.1", "../two/liba.so.1");
    fixture.build(library("/one/libb.so.1"));
    fixture.build(library("/two/libc.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog")),
        [
            found("liba.so.1", "/one/liba.so.1", "runpath"),
            found("libb.so.1", "/one/libb.so.1", "runpath"),
            missing("libc.so.1"),
        ]
    );
}

#[test]
fn origin_stands_with_and_without_braces_in_a_tree_without_base() {
    let fixture = Fixture::empty();
    fixture.build(
        library("/app/liba.so.1").needs("libb.so.1").needs("libc.so.1").runpath("$ORIGIN/b:${ORIGIN}/c"),
    );
    fixture.build(library("/app/b/libb.so.1"));
    fixture.build(library("/app/c/libc.so.1"));
    let app = fixture.host("/app");
    let tree = tree(&app, &[]);
    let host = |path: &str| fixture.host(path).to_str().expect("a plain name").to_owned();
    let start = host("/app/liba.so.1");
    assert_eq!(tree.starts(), [start.as_str()]);
    let paths: Vec<_> = tree.edges(&start).into_iter().filter_map(|edge| edge.found).collect();
    assert_eq!(paths, [host("/app/b/libb.so.1"), host("/app/c/libc.so.1")]);
    assert_eq!(tree.status, 0);
}

#[test]
fn lib_token_is_debians_multiarch_directory() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").runpath("/opt/$LIB"));
    fixture.build(library("/opt/lib/x86_64-linux-gnu/liba.so.1"));
    fixture.build(library("/opt/lib64/liba.so.1"));
    fixture.build(library("/opt/lib/liba.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog")),
        [found("liba.so.1", "/opt/lib/x86_64-linux-gnu/liba.so.1", "runpath")]
    );
}

#[test]
fn platform_token_is_the_kernels_name_of_the_machine() {
    let fixture = Fixture::new();
    fixture.build(
        program("/app/prog").needs("liba.so.1").needs("libb.so.1").runpath("/p/$PLATFORM:/q/${PLATFORM}"),
    );
    fixture.build(library("/p/x86_64/liba.so.1"));
    fixture.build(library("/q/x86_64/libb.so.1"));
    let judge = Judge::of(&fixture);
    // On some of Intel's processors glibc before 2.37 says `haswell`, which is left out on purpose.
    let is_kernels = platform().is_none_or(|platform| platform == "x86_64");
    let edges = if is_kernels { judge.program("/app/prog") } else { judge.edges("/app/prog") };
    assert_eq!(
        verdicts(&edges),
        [
            found("liba.so.1", "/p/x86_64/liba.so.1", "runpath"),
            found("libb.so.1", "/q/x86_64/libb.so.1", "runpath"),
        ]
    );
}

#[test]
fn word_that_only_begins_like_a_token_is_a_name() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").runpath("/opt/$LIBRARY"));
    fixture.build(library("/opt/$LIBRARY/liba.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog")),
        [found("liba.so.1", "/opt/$LIBRARY/liba.so.1", "runpath")]
    );
}

#[test]
fn empty_element_means_the_current_directory() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").runpath("/nowhere::/other"));
    fixture.build(library("/job/liba.so.1"));
    let judge = Judge::of(&fixture);
    let edges = judge.workdir("/job").program("/app/prog");
    assert_eq!(verdicts(&edges), [found("liba.so.1", "liba.so.1", "runpath")]);
    assert_eq!(verdicts(&judge.program("/app/prog")), [missing("liba.so.1")], "in another directory");
}

#[test]
fn empty_element_of_ld_library_path_means_the_current_directory_but_an_empty_list_nothing() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1"));
    fixture.build(library("/job/liba.so.1"));
    let judge = Judge::of(&fixture).workdir("/job");
    assert_eq!(
        verdicts(&judge.ld_library_path(":/other").program("/app/prog")),
        [found("liba.so.1", "liba.so.1", "ld-library-path")]
    );
    assert_eq!(verdicts(&judge.ld_library_path("").program("/app/prog")), [missing("liba.so.1")]);
}

#[test]
fn relative_element_means_a_directory_below_the_current_one() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").runpath("lib"));
    fixture.build(library("/job/lib/liba.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).workdir("/job").program("/app/prog")),
        [found("liba.so.1", "lib/liba.so.1", "runpath")]
    );
}

#[test]
fn name_with_a_slash_is_a_path_from_the_current_directory() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("sub/liba.so.1").needs("/abs/libb.so.1").runpath("/opt"));
    fixture.build(library("/job/sub/liba.so.1"));
    fixture.build(library("/opt/sub/liba.so.1"));
    fixture.build(library("/abs/libb.so.1"));
    let judge = Judge::of(&fixture);
    assert_eq!(
        verdicts(&judge.workdir("/job").program("/app/prog")),
        [found("sub/liba.so.1", "sub/liba.so.1", "path"), found("/abs/libb.so.1", "/abs/libb.so.1", "path")]
    );
    assert_eq!(verdicts(&judge.program("/app/prog"))[0], missing("sub/liba.so.1"), "in another directory");
}

#[test]
fn name_with_origin_is_a_path_beside_the_object() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("$ORIGIN/lib/liba.so.1"));
    fixture.build(library("/app/lib/liba.so.1"));
    let edges = Judge::of(&fixture).program("/app/prog");
    assert_eq!(verdicts(&edges), [found("$ORIGIN/lib/liba.so.1", "/app/lib/liba.so.1", "path")]);
}
