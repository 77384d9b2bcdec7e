//! The dynamic linker's rules, one test for each, named for the rule.
//!
//! Each states the verdict that glibc 2.36 or musl 1.2 gives (ld.so(8), elf/dl-load.c, ldso/dynlink.c) and,
//! where bubblewrap and that linker are at hand, has it give the verdict on the same files.

mod files;
mod loaded;
mod musl;
mod processes;
mod search_paths;
mod system;
mod versions;

use crate::support::sodeb::Edge;

/// What is asserted of an edge: the name, where it was found, by which rule.
type Verdict<'text> = (&'text str, Option<&'text str>, Option<&'text str>);

fn found<'text>(soname: &'text str, path: &'text str, rule: &'text str) -> Verdict<'text> {
    (soname, Some(path), Some(rule))
}

fn missing(soname: &str) -> Verdict<'_> {
    (soname, None, None)
}

fn verdicts(edges: &[Edge]) -> Vec<Verdict<'_>> {
    edges.iter().map(|edge| (edge.soname.as_str(), edge.found.as_deref(), edge.rule.as_deref())).collect()
}
