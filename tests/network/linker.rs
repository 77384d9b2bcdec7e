//! sodeb against the real dynamic linker on a venv of wheels: a thousand objects, most of which have
//! libraries of their own that only who loads them knows where to find.
//!
//! `SODEB_BIGVENV` names a venv that is there already; otherwise fixtures/bigvenv.sh makes one from PyPI.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::machine::trees;
use crate::support::fixture::INTERPRETER;
use crate::support::host::{compare_with_real, cpu_level};
use crate::support::sodeb::{Tree, tree};

fn venv() -> Option<PathBuf> {
    if !Path::new(INTERPRETER).exists() {
        eprintln!("no glibc for x86-64 on this machine: nothing to compare with");
        return None;
    }
    Some(std::env::var_os("SODEB_BIGVENV").map_or_else(|| trees::fixture("bigvenv"), PathBuf::from))
}

#[test]
fn every_object_of_a_big_venv_is_linked_as_ld_so_does() {
    let Some(venv) = venv() else { return };
    let alone = tree(&venv, &["--base", "/", "--standalone", "--hwcaps", &cpu_level()]);
    let verdict = compare_with_real(&alone);
    eprintln!(
        "{} objects with {} loads compared, {} refused",
        verdict.objects, verdict.loads, verdict.refused
    );
    assert!(verdict.objects > 500, "a venv with something to compare: {}", verdict.objects);
    assert!(verdict.differences.is_empty(), "{:#?}", verdict.differences);
}

/// What ldd calls missing, object by object (the test above holds these answers against the real one), and what
/// is missing in the process that loads the object.
#[test]
fn vendored_libraries_are_found_in_the_context_of_who_loads_them() {
    let Some(venv) = venv() else { return };
    let alone = tree(&venv, &["--base", "/", "--standalone"]);
    let in_context = tree(&venv, &["--base", "/"]);
    let (by_ldd, by_sodeb) = (missing(&alone), missing(&in_context));
    let found = found(&in_context);
    let own = file_names(&alone);

    let falsely: BTreeSet<_> = by_ldd.difference(&by_sodeb).collect();
    eprintln!("{} sonames missing by ldd, {} of them falsely", by_ldd.len(), falsely.len());
    assert!(by_sodeb.is_subset(&by_ldd), "nothing is missing that ldd finds for each object by itself");
    assert!(falsely.len() * 2 > by_ldd.len(), "most of what ldd reports is vendored: {by_ldd:?}");
    for soname in falsely {
        let paths = found.get(soname.as_str()).unwrap_or_else(|| panic!("{soname} is found by who loads it"));
        assert!(paths.iter().any(|path| Path::new(path).starts_with(&venv)), "{soname}: {paths:?}");
    }
    // The tree has these where no search of those who ask leads: a process that has loaded them hides it.
    let (by_order, absent): (Vec<_>, Vec<_>) = by_sodeb.iter().partition(|name| own.contains(name.as_str()));
    eprintln!("{} absent: {absent:?}; by load order only: {by_order:?}", absent.len());
    assert!(by_order.len() < absent.len());
    for soname in by_order {
        assert!(said_to_be_luck(&in_context, soname), "{soname} is there in another order of loading");
    }
}

/// The sonames of the edges that come to nothing.
fn missing(tree: &Tree) -> BTreeSet<String> {
    let edges = tree.starts().into_iter().flat_map(|start| tree.edges(start));
    edges.filter(|edge| edge.found.is_none()).map(|edge| edge.soname).collect()
}

/// Where each soname is found.
fn found(tree: &Tree) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for edge in tree.starts().into_iter().flat_map(|start| tree.edges(start)) {
        if let Some(path) = edge.found {
            found.entry(edge.soname).or_default().insert(path);
        }
    }
    found
}

fn said_to_be_luck(tree: &Tree, soname: &str) -> bool {
    let problems = tree.starts().into_iter().flat_map(|start| tree.problems(start, "load-order"));
    problems.into_iter().any(|detail| detail.starts_with(&format!("{soname} ")))
}

fn file_names(tree: &Tree) -> BTreeSet<&str> {
    tree.starts().into_iter().filter_map(|path| path.rsplit('/').next()).collect()
}
