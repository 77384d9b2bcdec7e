//! conflicting-sonames: two versions of one library in one process.

use std::collections::{BTreeMap, BTreeSet};

use bstr::ByteSlice;

use super::Rule;
use crate::audit::finding::{Fix, Severity};
use crate::audit::view::{Findings, View};
use crate::tree::root::NodeId;
use crate::vocabulary::Soname;

/// Libraries with state of their own for the whole process, which two copies fight over although each object finds
/// the one that it was built with.
const WITH_STATE: [&str; 6] = ["libssl", "libcrypto", "libxml2", "libxslt", "libgomp", "libprotobuf"];

/// How many digits a hash has that auditwheel puts behind a vendored library's name.
const HASH_DIGITS: usize = 8;

pub(super) static RULE: Rule = Rule {
    code: "conflicting-sonames",
    severity: Severity::Warning,
    title: "two versions of one library in one process",
    explanation: "One object and what it needs load two libraries that are the same but for their version: libssl.so.1.1 \
                  and libssl.so.3, or one that a wheel brought (libssl-0a1b2c3d.so.3) and the system's. Data of one \
                  that is handed to the other, and symbols of one that the other finds first, crash or are refused \
                  (\"version mismatch\"). Copies of libraries with state of their own (libssl, libxml2, libgomp …) in \
                  different extensions of one interpreter are notes: they meet only if both are imported.",
    fix: "Build both on the same library (`pip install --no-binary`), or take the one that uses the system's.",
    check,
};

fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    let mut told: BTreeSet<(NodeId, NodeId)> = BTreeSet::new();
    // The copies of a library with state, by interpreter and stem, with the extension that loads each.
    let mut by_process: BTreeMap<(NodeId, String), BTreeMap<NodeId, NodeId>> = BTreeMap::new();
    for (index, start) in view.starts() {
        let mut by_stem: BTreeMap<String, NodeId> = BTreeMap::new();
        for object in &start.map.objects {
            let Some(stem) = object.facts.soname.as_ref().and_then(stem) else { continue };
            if let Some(process) = start.process.filter(|_| WITH_STATE.contains(&stem.as_str())) {
                let copies = by_process.entry((process, stem.clone())).or_default();
                copies.entry(object.node).or_insert(start.map.start().node);
            }
            let first = *by_stem.entry(stem).or_insert(object.node);
            if first != object.node && told.insert((first.min(object.node), first.max(object.node))) {
                let (one, other) = (view.root.path(first), view.root.path(object.node));
                let message = format!("loads {one} and {other}, two of one library");
                let path = view.root.path(start.map.start().node);
                let subject = format!("{one} and {other}");
                let finding = findings.report_at(&path, view.reach_of_start(index), subject, message);
                finding.why = [first, object.node]
                    .iter()
                    .map(|node| {
                        let chain = view.chain(index, *node);
                        chain.iter().map(ToString::to_string).collect::<Vec<_>>().join(" → ")
                    })
                    .collect();
                finding.fix.push(Fix::Words("build the extension on the system's library".to_owned()));
            }
        }
    }
    for ((process, stem), copies) in by_process {
        let mut nodes: Vec<NodeId> = copies.keys().copied().collect();
        nodes.sort_by_cached_key(|node| view.root.path(*node));
        if nodes.len() < 2
            || nodes.windows(2).any(|pair| told.contains(&(pair[0].min(pair[1]), pair[0].max(pair[1]))))
        {
            continue;
        }
        let message = format!("{} copies of {stem} for the extensions of one interpreter", nodes.len());
        let finding = findings.report(process, &stem, message);
        finding.at_most(Severity::Note);
        finding.why = nodes
            .iter()
            .map(|node| format!("{} for {}", view.root.path(*node), view.root.path(copies[node])))
            .collect();
    }
}

/// A library's name without versions and without the hash that auditwheel adds.
fn stem(soname: &Soname) -> Option<String> {
    let name = soname.as_bytes().to_str().ok()?;
    let (stem, _) = name.split_once(".so")?;
    let stem = match stem.rsplit_once('-') {
        Some((before, hash))
            if hash.len() >= HASH_DIGITS && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) =>
        {
            before
        }
        _ => stem,
    };
    // The linker itself is in every process, under the name by which a program asks for it and that of its file.
    (!stem.is_empty() && !stem.starts_with("ld-linux")).then(|| stem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_are_without_versions_and_hashes() {
        let told = |soname: &str| stem(&Soname::new(soname));
        assert_eq!(told("libssl.so.3").as_deref(), Some("libssl"));
        assert_eq!(told("libssl-0a1b2c3d.so.1.1").as_deref(), Some("libssl"));
        assert_eq!(told("libglib-2.0.so.0").as_deref(), Some("libglib-2.0"));
        assert_eq!(told("plugin"), None);
        assert_eq!(told("ld-linux-x86-64.so.2"), None);
    }
}
