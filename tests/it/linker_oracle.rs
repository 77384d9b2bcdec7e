//! sodeb against the real dynamic linker on a whole Debian machine: every edge of every object in /usr/bin,
//! /usr/sbin and /usr/lib has to be the same, in the same order.
//!
//! It needs a machine with glibc for x86-64, and passes with a word where there is none.

use std::path::Path;

use crate::support::fixture::INTERPRETER;
use crate::support::host::{Verdict, compare_with_real, cpu_level};
use crate::support::sodeb::tree_of;

/// The differences that are known, with their reasons. It is empty.
const KNOWN: &[(&str, &str)] = &[];

#[test]
fn every_object_of_this_machine_is_linked_as_ld_so_does() {
    if !Path::new(INTERPRETER).exists() {
        eprintln!("no glibc for x86-64 on this machine: nothing to compare with");
        return;
    }
    let directories = ["/usr/bin", "/usr/sbin", "/usr/lib"].map(Path::new);
    let tree = tree_of(&directories, &["--base", "/", "--standalone", "--hwcaps", &cpu_level()]);
    let verdict = compare_with_real(&tree);
    assert!(verdict.objects > 100, "a machine with something to compare: {}", verdict.objects);
    report(&verdict);
}

fn report(verdict: &Verdict) {
    eprintln!(
        "{} objects with {} loads compared, {} refused",
        verdict.objects, verdict.loads, verdict.refused
    );
    let unexplained: Vec<_> = verdict
        .differences
        .iter()
        .filter(|difference| KNOWN.iter().all(|(path, _)| *path != difference.path))
        .collect();
    assert!(unexplained.is_empty(), "{} differences: {unexplained:#?}", unexplained.len());
}
