//! ld.so.cache, ld.so.conf, the default directories and the glibc-hwcaps sub-directories.

use std::process::Command;

use super::{found, missing, verdicts};
use crate::support::fixture::{Fixture, library, program};
use crate::support::judge::Judge;

/// Writes the root's ld.so.cache from its ld.so.conf, as a package's trigger does.
pub(crate) fn run_ldconfig(fixture: &Fixture) {
    let status =
        Command::new("/sbin/ldconfig").arg("-r").arg(fixture.root()).status().expect("ldconfig runs");
    assert!(status.success(), "ldconfig: {status}");
}

#[test]
fn cache_is_searched_before_the_default_directories() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1"));
    fixture.build(library("/opt/lib/liba.so.1"));
    fixture.build(library("/usr/lib/x86_64-linux-gnu/liba.so.1"));
    fixture.file("/etc/ld.so.conf", "/opt/lib\n");
    run_ldconfig(&fixture);
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog")),
        [found("liba.so.1", "/opt/lib/liba.so.1", "cache")]
    );
}

#[test]
fn directory_in_ld_so_conf_counts_for_nothing_without_a_cache() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1"));
    fixture.build(library("/opt/lib/liba.so.1"));
    fixture.file("/etc/ld.so.conf", "/opt/lib\n");
    assert_eq!(verdicts(&Judge::of(&fixture).program("/app/prog")), [missing("liba.so.1")]);
}

#[test]
fn library_newer_than_the_cache_is_not_found() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1"));
    fixture.make_directory("/opt/lib");
    fixture.file("/etc/ld.so.conf", "/opt/lib\n");
    run_ldconfig(&fixture);
    fixture.build(library("/opt/lib/liba.so.1"));
    assert_eq!(verdicts(&Judge::of(&fixture).program("/app/prog")), [missing("liba.so.1")]);
}

#[test]
fn library_that_only_the_cache_still_names_is_passed_over() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1"));
    fixture.build(library("/opt/lib/liba.so.1"));
    fixture.file("/etc/ld.so.conf", "/opt/lib\n");
    run_ldconfig(&fixture);
    fixture.rename("/opt/lib/liba.so.1", "/usr/lib/liba.so.1");
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog")),
        [found("liba.so.1", "/usr/lib/liba.so.1", "default")]
    );
}

#[test]
fn broken_cache_counts_as_none() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1"));
    fixture.build(library("/usr/lib/liba.so.1"));
    fixture.file(
        "/etc/ld.so.cache",
        "glibc-ld.so.cache1.1 and then nothing that makes sense at all, for long\n",
    );
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog")),
        [found("liba.so.1", "/usr/lib/liba.so.1", "default")]
    );
}

#[test]
fn comment_or_blank_line_in_ld_so_conf_adds_no_directory() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1"));
    fixture.build(library("/liba.so.1"));
    fixture.file("/etc/ld.so.conf", "# directories\n\n   \n/opt/lib # and a comment\n\n");
    fixture.make_directory("/opt/lib");
    run_ldconfig(&fixture);
    assert_eq!(verdicts(&Judge::of(&fixture).program("/app/prog")), [missing("liba.so.1")]);
}

#[test]
fn default_directories_are_searched_in_debians_order_with_no_configuration() {
    let fixture = Fixture::new();
    let directories = ["/lib/x86_64-linux-gnu", "/usr/lib/x86_64-linux-gnu", "/lib", "/usr/lib"];
    let names = ["liba.so.1", "libb.so.1", "libc.so.1", "libd.so.1"];
    let mut object = program("/app/prog");
    for (first, name) in names.into_iter().enumerate() {
        object = object.needs(name);
        for directory in &directories[first..] {
            fixture.build(library(&format!("{directory}/{name}")));
        }
    }
    fixture.build(object);
    let expected: Vec<_> = names
        .iter()
        .zip(directories)
        .map(|(name, directory)| (*name, format!("{directory}/{name}")))
        .collect();
    let edges = Judge::of(&fixture).program("/app/prog");
    let verdicts = verdicts(&edges);
    for (verdict, (name, path)) in verdicts.iter().zip(&expected) {
        assert_eq!(*verdict, found(name, path, "default"));
    }
    assert_eq!(verdicts.len(), names.len());
}

#[test]
fn lib64_is_no_default_directory() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").needs("libb.so.1"));
    fixture.build(library("/lib64/liba.so.1"));
    fixture.build(library("/usr/local/lib/libb.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog")),
        [missing("liba.so.1"), missing("libb.so.1")]
    );
}

#[test]
fn default_directory_that_is_a_link_is_printed_as_it_is_searched() {
    let fixture = Fixture::new();
    fixture.link("/lib", "usr/lib");
    fixture.build(program("/app/prog").needs("liba.so.1"));
    fixture.build(library("/usr/lib/x86_64-linux-gnu/liba.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog")),
        [found("liba.so.1", "/lib/x86_64-linux-gnu/liba.so.1", "default")]
    );
}

#[test]
fn nodeflib_on_the_program_leaves_out_the_default_directories() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").flag("-Wl,-z,nodefaultlib"));
    fixture.build(library("/usr/lib/x86_64-linux-gnu/liba.so.1"));
    assert_eq!(verdicts(&Judge::of(&fixture).program("/app/prog")), [missing("liba.so.1")]);
    run_ldconfig(&fixture);
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog")),
        [missing("liba.so.1")],
        "what the cache has in them neither"
    );
}

#[test]
fn nodeflib_on_a_library_counts_for_its_own_needs_only() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").needs("libc.so.1").runpath("/opt"));
    fixture.build(library("/opt/liba.so.1").needs("libb.so.1").flag("-Wl,-z,nodefaultlib"));
    fixture.build(library("/usr/lib/libb.so.1"));
    fixture.build(library("/usr/lib/libc.so.1"));
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog")),
        [
            found("liba.so.1", "/opt/liba.so.1", "runpath"),
            found("libc.so.1", "/usr/lib/libc.so.1", "default"),
            missing("libb.so.1"),
        ]
    );
}

#[test]
fn nodeflib_does_not_leave_out_what_the_cache_has_elsewhere() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").flag("-Wl,-z,nodefaultlib"));
    fixture.build(library("/opt/lib/liba.so.1"));
    fixture.file("/etc/ld.so.conf", "/opt/lib\n");
    run_ldconfig(&fixture);
    assert_eq!(
        verdicts(&Judge::of(&fixture).program("/app/prog")),
        [found("liba.so.1", "/opt/lib/liba.so.1", "cache")]
    );
}

#[test]
fn hwcaps_copy_comes_before_the_base_copy_in_each_directory() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1").needs("libb.so.1").runpath("/first:/second"));
    fixture.build(library("/first/liba.so.1"));
    fixture.build(library("/first/glibc-hwcaps/x86-64-v2/liba.so.1"));
    fixture.build(library("/first/libb.so.1"));
    fixture.build(library("/second/glibc-hwcaps/x86-64-v2/libb.so.1"));
    let judge = Judge::of(&fixture);
    assert_eq!(
        verdicts(&judge.program("/app/prog")),
        [
            found("liba.so.1", "/first/glibc-hwcaps/x86-64-v2/liba.so.1", "runpath"),
            found("libb.so.1", "/first/libb.so.1", "runpath"),
        ]
    );
    assert_eq!(
        verdicts(&judge.hwcaps("x86-64-v1").program("/app/prog"))[0],
        found("liba.so.1", "/first/liba.so.1", "runpath"),
        "a processor without that level"
    );
}

#[test]
fn library_only_in_hwcaps_is_found() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1"));
    fixture.build(library("/usr/lib/x86_64-linux-gnu/glibc-hwcaps/x86-64-v2/liba.so.1"));
    let judge = Judge::of(&fixture);
    let path = "/usr/lib/x86_64-linux-gnu/glibc-hwcaps/x86-64-v2/liba.so.1";
    assert_eq!(verdicts(&judge.program("/app/prog")), [found("liba.so.1", path, "default")]);
    assert_eq!(verdicts(&judge.hwcaps("x86-64-v1").program("/app/prog")), [missing("liba.so.1")]);
}

#[test]
fn cache_names_the_best_hwcaps_copy() {
    let fixture = Fixture::new();
    fixture.build(program("/app/prog").needs("liba.so.1"));
    fixture.build(library("/opt/lib/liba.so.1"));
    fixture.build(library("/opt/lib/glibc-hwcaps/x86-64-v2/liba.so.1"));
    fixture.file("/etc/ld.so.conf", "/opt/lib\n");
    run_ldconfig(&fixture);
    let judge = Judge::of(&fixture);
    assert_eq!(
        verdicts(&judge.program("/app/prog")),
        [found("liba.so.1", "/opt/lib/glibc-hwcaps/x86-64-v2/liba.so.1", "cache")]
    );
    assert_eq!(
        verdicts(&judge.hwcaps("x86-64-v1").program("/app/prog")),
        [found("liba.so.1", "/opt/lib/liba.so.1", "cache")]
    );
}
