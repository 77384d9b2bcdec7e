//! The dynamic linker's rules, one test for each, named for the rule.
//!
//! Each states the verdict that glibc 2.36 or musl 1.2 gives (ld.so(8), elf/dl-load.c, ldso/dynlink.c) and,
//! where bubblewrap and that linker are at hand, has it give the verdict on the same files.

mod support;

#[path = "linker_rules/files.rs"]
mod files;
#[path = "linker_rules/loaded.rs"]
mod loaded;
#[path = "linker_rules/musl.rs"]
mod musl;
#[path = "linker_rules/processes.rs"]
mod processes;
#[path = "linker_rules/search_paths.rs"]
mod search_paths;
#[path = "linker_rules/system.rs"]
mod system;
#[path = "linker_rules/versions.rs"]
mod versions;

use support::sodeb::Edge;

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
