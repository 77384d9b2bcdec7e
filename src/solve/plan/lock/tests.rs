//! Locks are read back as they were written, and nothing else is read.

use std::collections::BTreeSet;

use bstr::BString;
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

use super::spelling::{name_of, quoted, spelled};
use super::{LockError, LockFault, read_lock, write_lock};
use crate::app::AppKind;
use crate::debian::catalog::IndexKind;
use crate::debian::inclusions::{FileSet, Inclusion, Pattern};
use crate::solve::plan::sample::{digest, package, sample_plan};
use crate::solve::plan::{
    LinkOrigin, NeedKind, Plan, PlannedApp, PlannedBase, PlannedLibrary, TakenFile, TakenKind,
};
use crate::solve::resolve::{Problem, ProblemKind};
use crate::vocabulary::{
    Architecture, ChoiceReason, Distribution, PackageName, RootedPath, Severity, Soname,
};

const SAMPLE: &str = r#"# Packages and files that provide the missing libraries of these trees, and the reasons.
# Written by `sodeb lock`; `sodeb lock --check` says if it is up to date.
version = 1
"#;

/// The sample's lock with one text in it replaced, and what becomes of it.
fn read_with(old: &str, new: &str) -> LockError {
    let lock = write_lock(&sample_plan());
    assert!(lock.contains(old), "{old} is in\n{lock}");
    let broken = lock.replacen(old, new, 1);
    let error = read_lock(&broken).expect_err("is refused");
    let line = lock[..lock.find(old).expect("is there")].lines().count();
    assert!(error.line.abs_diff(line) <= 2, "line {} for a fault in line {line}: {error}", error.line);
    error
}

#[test]
fn a_lock_says_first_what_it_is() {
    assert!(write_lock(&sample_plan()).starts_with(SAMPLE));
}

#[test]
fn the_sample_is_read_back() {
    assert_eq!(read_lock(&write_lock(&sample_plan())), Ok(sample_plan()));
}

#[test]
fn one_thing_stands_on_a_line() {
    let mut plan = sample_plan();
    let lock = write_lock(&plan);
    plan.packages[1].files.remove(0);
    let without = write_lock(&plan);
    let lines: BTreeSet<&str> = without.lines().collect();
    let gone: Vec<&str> = lock.lines().filter(|line| !lines.contains(line)).collect();
    let line = r#"    { path = "/usr/lib/x86_64-linux-gnu/libmpfr.so.6", link = "libmpfr.so.6.2.0", origin = "package" },"#;
    assert_eq!(gone, [line]);
}

#[test]
fn a_lock_of_a_newer_form_is_refused_with_a_hint_even_where_it_has_other_fields() {
    let error = read_lock("version = 2\nfuture = true\n").expect_err("is refused");
    assert_eq!((error.line, &error.fault), (1, &LockFault::Version(2)));
    assert!(error.hint().is_some_and(|hint| hint.contains("newer sodeb")));
    assert!(matches!(read_lock("").expect_err("is refused").fault, LockFault::Form(_)));
}

#[test]
fn unknown_fields_are_refused() {
    let error = read_with("size = 562000", "size = 562000\nsise = 1");
    assert!(error.to_string().contains("sise"), "{error}");
}

#[test]
fn deep_nesting_is_an_error() {
    for deep in ["[".repeat(100_000), "{ a = ".repeat(100_000), "a.".repeat(100_000)] {
        read_lock(&format!("version = 1\nx = {deep}")).expect_err("is refused");
    }
    read_lock(&format!("version = 1\n{}b = 1", "a.".repeat(100_000))).expect_err("is refused");
}

#[test]
fn an_error_shows_no_control_characters_and_not_everything() {
    let error = read_with("kind = \"venv\"", &format!("kind = \"\\u001b{}\"", "x".repeat(10_000)));
    let message = error.to_string();
    assert!(message.contains("\\u{1b}x") && message.len() < 1_000, "{message}");
}

#[test]
fn bad_digests_are_refused() {
    let good = digest(1).to_string();
    for bad in ["", "00", &good[1..], &good.replace('1', "g"), &digest(0xab).to_string().to_uppercase()] {
        let error = read_with(&good, bad);
        assert!(error.to_string().contains("is not a valid sha256 digest"), "{error}");
    }
}

#[test]
fn unsorted_and_double_packages_are_refused() {
    let mut plan = sample_plan();
    plan.packages.swap(0, 1);
    let error = read_lock(&write_lock(&plan)).expect_err("is refused");
    assert!(matches!(error.fault, LockFault::Unsorted { kind: "package", .. }), "{error}");
    let mut plan = sample_plan();
    let first = plan.packages[0].clone();
    plan.packages.insert(0, first);
    let error = read_lock(&write_lock(&plan)).expect_err("is refused");
    assert!(matches!(error.fault, LockFault::Twice { kind: "package", .. }), "{error}");
}

#[test]
fn unsorted_and_double_paths_are_refused() {
    let mut plan = sample_plan();
    plan.packages[1].files.swap(0, 1);
    let error = read_lock(&write_lock(&plan)).expect_err("is refused");
    assert!(matches!(error.fault, LockFault::Unsorted { kind: "path", .. }), "{error}");
    let mut plan = sample_plan();
    let first = plan.packages[1].files[0].clone();
    plan.packages[1].files.insert(0, first);
    let error = read_lock(&write_lock(&plan)).expect_err("is refused");
    assert!(matches!(error.fault, LockFault::Twice { kind: "path", .. }), "{error}");
}

#[test]
fn paths_that_are_relative_or_lead_up_are_refused() {
    for bad in ["usr/lib/x", "/usr/../etc/passwd", "/usr//lib", "/usr/./lib", "/usr/lib/", "/", ""] {
        let error =
            read_with("path = \"/usr/lib/x86_64-linux-gnu/libmpfr.so.6\"", &format!("path = {bad:?}"));
        assert!(error.to_string().contains("is not a valid "), "{error}");
    }
}

#[test]
fn pool_paths_that_leave_the_archive_are_refused() {
    for bad in ["/etc/passwd", "pool/../../x.deb", "pool//x.deb", "", "pool/x.deb?y", "pool/x y.deb", "./x"] {
        let error = read_with("pool/main/libgmp10/libgmp10_6.2.1+dfsg1-1.1_amd64.deb", bad);
        assert!(error.to_string().contains("is not a valid archive path"), "{error}");
    }
}

#[test]
fn urls_of_other_schemes_are_refused() {
    for bad in ["ftp://host/x", "javascript:x", "https://", "file://host/x", "//host/x", "https://host/a b"] {
        let plan = sample_plan();
        let error = read_with(&plan.packages[0].urls[0], bad);
        assert!(error.to_string().contains("is not a valid http, https or file URL"), "{error}");
    }
}

#[test]
fn a_file_of_two_packages_is_refused() {
    let mut plan = sample_plan();
    plan.packages[1].files = plan.packages[0].files.clone();
    let error = read_lock(&write_lock(&plan)).expect_err("is refused");
    assert!(error.to_string().contains("both libmpfr6 and libgmp10 have /usr/lib"), "{error}");
}

#[test]
fn a_file_below_a_link_is_refused() {
    let mut plan = sample_plan();
    plan.packages[0].files[0].path = RootedPath::new("/usr/lib/x86_64-linux-gnu/libmpfr.so.6/x");
    let error = read_lock(&write_lock(&plan)).expect_err("is refused");
    assert!(matches!(error.fault, LockFault::Below { .. }), "{error}");
}

#[test]
fn a_package_that_is_not_there_is_not_named() {
    let error = read_with("package = \"libmpfr6\"", "package = \"libmpfr7\"");
    assert_eq!(error.fault, LockFault::NoSuchPackage("libmpfr7".to_owned()));
}

#[test]
fn names_that_would_do_harm_in_a_script_are_refused() {
    read_with("name = \"libgmp10\"", "name = \"$(id)\"");
    read_with("version = \"4.2.0-1\"", "version = \"4; id\"");
    read_with("mode = \"0644\"", "mode = \"+644\"");
    read_with("architecture = \"amd64\"\nsuite", "architecture = \"arm64\"\nsuite");
    read_with("snapshot = \"20260818T205150Z\"", "snapshot = \"../..\"");
}

#[test]
fn a_name_has_one_spelling() {
    assert_eq!(spelled(b"100%\xff\xc3\xa9"), "100%25%FF\u{e9}");
    assert_eq!(name_of("100%25%FF\u{e9}").as_deref(), Some(&b"100%\xff\xc3\xa9"[..]));
    for other in ["%", "%2", "%ff", "%41", "%C3%A9", "%+1", "%2F"] {
        assert_eq!(name_of(other), None, "{other}");
    }
    assert_eq!(quoted("a\"\\\n\u{7f}\u{202e}é"), "\"a\\\"\\\\\\n\\u007F\\u202Eé\"");
}

fn bytes_of_a_name() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![select(b"abc.%\"\\ \n\xc3\xa9\xff".to_vec()), 1..=255u8];
    let name = prop::collection::vec(byte.prop_map(|byte| if byte == b'/' { b'-' } else { byte }), 1..12);
    name.prop_filter("names a file", |name| name != b"." && name != b"..")
}

fn path() -> impl Strategy<Value = RootedPath> {
    (select(vec!["/usr/lib", "/opt/%41", "/lib64"]), bytes_of_a_name())
        .prop_map(|(directory, name)| RootedPath::new(directory).join(name))
}

fn kind_of_taken() -> impl Strategy<Value = TakenKind> {
    let file = (any::<u8>(), any::<u64>(), 0..=0o7777u32)
        .prop_map(|(byte, size_bytes, mode)| TakenKind::File { sha256: digest(byte), size_bytes, mode });
    let link = (bytes_of_a_name(), select(LinkOrigin::ALL))
        .prop_map(|(target, origin)| TakenKind::Link { target: BString::from(target), origin });
    prop_oneof![file, link]
}

const NAMES: [&str; 6] = ["0ad", "lib+x", "libc6", "libgmp10", "libz.so", "python3.11"];

fn names() -> impl Strategy<Value = Vec<PackageName>> {
    subsequence(NAMES.to_vec(), 0..=NAMES.len())
        .prop_map(|names| names.into_iter().map(PackageName::new).collect())
}

fn paths() -> impl Strategy<Value = Vec<RootedPath>> {
    prop::collection::btree_set(path(), 0..4).prop_map(|paths| paths.into_iter().collect())
}

type LibraryParts = (Vec<u8>, RootedPath, NeedKind, Vec<RootedPath>, bool, Index);

fn library_parts() -> impl Strategy<Value = LibraryParts> {
    let needs = select(NeedKind::ALL);
    (bytes_of_a_name(), path(), needs, paths(), any::<bool>(), any::<Index>())
}

fn problems() -> impl Strategy<Value = Vec<Problem>> {
    let kind = select(&["unresolved", "unread", "missing-interpreter", "x"][..]);
    let kind = kind.prop_map(|name| ProblemKind::of_name(name).expect("is a kind"));
    let problem = (kind, path(), any::<String>(), select(Severity::ALL), any::<Vec<String>>());
    let problem =
        problem.prop_map(|(kind, object, detail, grade, fix)| Problem { kind, object, detail, grade, fix });
    prop::collection::btree_set(problem, 0..4).prop_map(|problems| problems.into_iter().collect())
}

/// The packages with these names, each with its files; what they need is among them.
fn with_packages(
    plan: &mut Plan,
    names: &[PackageName],
    files: std::collections::BTreeMap<RootedPath, (TakenKind, Index)>,
) {
    plan.packages = names.iter().map(|name| package(name.as_str(), "1:2~3+b1", 1, true)).collect();
    for planned in &mut plan.packages {
        planned.needs = names.to_vec();
        planned.package.section = "non-free/é\" libs".to_owned();
        planned.package.provides_sonames = vec!["libblas.so.3".to_owned()];
    }
    for (path, (kind, owner)) in files.into_iter().filter(|_| !names.is_empty()) {
        plan.packages[owner.index(names.len())].files.push(TakenFile { path, kind });
    }
}

fn with_libraries(plan: &mut Plan, parts: Vec<LibraryParts>) {
    plan.libraries = parts
        .into_iter()
        .filter(|_| !plan.packages.is_empty())
        .map(|(soname, path, need, needed_by, direct, owner)| PlannedLibrary {
            soname: Soname::new(soname),
            need,
            package: plan.packages[owner.index(plan.packages.len())].package.name.clone(),
            path,
            needed_by,
            direct,
        })
        .collect();
    let order = |library: &PlannedLibrary| (library.soname.clone(), library.path.clone());
    plan.libraries.sort_by_key(order);
    plan.libraries.dedup_by_key(|library| order(library));
}

/// Includes whole packages or some files of every second package.
fn included(plan: &Plan, is_whole: bool) -> Vec<Inclusion> {
    let patterns = vec![Pattern::new("/usr/share/\"x\"/*").expect("is a pattern")];
    let extent = if is_whole { FileSet::AllExcept(patterns) } else { FileSet::Files(patterns) };
    let names = plan.packages.iter().step_by(2).map(|planned| planned.package.name.clone());
    let inclusion = |package| Inclusion { package, extent: extent.clone(), reason: "why: \"so\"".to_owned() };
    names.map(inclusion).collect()
}

fn plans() -> impl Strategy<Value = Plan> {
    let files = prop::collection::btree_map(path(), (kind_of_taken(), any::<Index>()), 0..12);
    let apps = prop::collection::vec((path(), select(AppKind::ALL), any::<usize>()), 0..3);
    let target = (select(Distribution::ALL), select(IndexKind::ALL), any::<bool>(), any::<bool>());
    let libraries = prop::collection::vec(library_parts(), 0..6);
    let reason = (select(ChoiceReason::ALL), names());
    (names(), files, libraries, apps, target, reason, problems()).prop_map(
        |(names, files, libraries, apps, (distribution, index, verified, has_base), reason, problems)| {
            let mut plan = sample_plan();
            plan.provenance.target.distribution = distribution;
            plan.provenance.index = if index == IndexKind::Embedded { IndexKind::Archive } else { index };
            plan.provenance.verified = verified;
            plan.base = has_base.then(|| PlannedBase {
                name: "./b%".into(),
                release: None,
                digest: digest(5),
                objects: Vec::new(),
            });
            if !has_base {
                plan.snapshot = None;
                plan.provenance.date = None;
            }
            plan.apps = apps
                .into_iter()
                .map(|(at, kind, objects)| PlannedApp { path: None, at, kind, objects })
                .collect();
            with_packages(&mut plan, &names, files);
            with_libraries(&mut plan, libraries);
            for planned in &mut plan.packages {
                planned.choice.reason = reason.0;
                planned.choice.instead_of.clone_from(&reason.1);
                planned.package.architecture =
                    if verified { "all" } else { Architecture::Amd64.name() }.to_owned();
            }
            plan.problems = problems;
            plan.included = included(&plan, verified);
            plan
        },
    )
}

proptest! {
    #[test]
    fn every_plan_is_read_back_as_it_was(plan in plans()) {
        let lock = write_lock(&plan);
        prop_assert_eq!(read_lock(&lock), Ok(plan), "{}", lock);
    }

    #[test]
    fn every_name_is_read_back_as_it_was(name in prop::collection::vec(any::<u8>(), 0..40)) {
        prop_assert_eq!(name_of(&spelled(&name)), Some(name));
    }

    #[test]
    fn no_text_panics(text in any::<String>(), bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = read_lock(&text);
        let _ = read_lock(&format!("version = 1\n{text}"));
        let _ = read_lock(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_broken_lock_is_an_error_or_another_plan_and_never_a_panic(
        changes in prop::collection::vec((any::<Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<Index>()),
    ) {
        let mut bytes = write_lock(&sample_plan()).into_bytes();
        for (place, byte) in changes {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        let lines = bytes.iter().filter(|byte| **byte == b'\n').count() + 1;
        match read_lock(&String::from_utf8_lossy(&bytes)) {
            Ok(plan) => prop_assert_eq!(read_lock(&write_lock(&plan)), Ok(plan)),
            Err(error) => prop_assert!((1..=lines).contains(&error.line), "{}", error),
        }
    }
}
