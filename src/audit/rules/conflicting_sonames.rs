//! conflicting-sonames: two versions of one library in one process.

use std::collections::{BTreeMap, BTreeSet};

use bstr::ByteSlice;

use crate::audit::finding::Fix;
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::support::humanize::thousands;
use crate::tree::root::NodeId;
use crate::vocabulary::{Severity, Soname};

/// Libraries with process-wide state: two copies conflict even if each object finds the one that it was built against.
const WITH_STATE: [&str; 6] = ["libssl", "libcrypto", "libxml2", "libxslt", "libgomp", "libprotobuf"];

/// Minimum number of digits of the hash that auditwheel appends to the name of a vendored library.
const HASH_DIGITS: usize = 8;

pub(super) static RULE: Rule = Rule {
    code: "conflicting-sonames",
    scope: RuleScope::Images,
    severity: Severity::Warning,
    title: "two versions of one library in one process",
    explanation: "An object and its dependencies load two libraries that differ only in their version: \
                  libssl.so.1.1 and libssl.so.3, or one from a wheel (libssl-0a1b2c3d.so.3) and the system's. \
                  Data passed from one to the other, or symbols of one that are bound to the other, cause \
                  crashes or errors (\"version mismatch\"). Copies of libraries with process-wide state \
                  (libssl, libxml2, libgomp …) in different extensions of one interpreter are notes: they meet \
                  only if both are imported.",
    fix: "Build both against the same library (`pip install --no-binary`), or use the one that depends on the \
          system's library.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    let mut reported: BTreeSet<(NodeId, NodeId)> = BTreeSet::new();
    // Copies of a library with process-wide state, by interpreter and stem, each with an extension that loads it.
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
            if first != object.node && reported.insert((first.min(object.node), first.max(object.node))) {
                let (one, other) = (view.root.path(first), view.root.path(object.node));
                let message = format!("loads {one} and {other}, two versions of one library");
                let path = view.root.path(start.map.start().node);
                let subject = format!("{one} and {other}");
                let finding = findings.report_at(&path, view.reach_of_start(index), subject, message);
                finding.evidence = [first, object.node]
                    .iter()
                    .map(|node| {
                        let chain = view.chain(index, *node);
                        chain.iter().map(ToString::to_string).collect::<Vec<_>>().join(" → ")
                    })
                    .collect();
                finding
                    .fix
                    .push(Fix::Instruction("build the extension against the system's library".to_owned()));
            }
        }
    }
    for ((process, stem), copies) in by_process {
        let mut nodes: Vec<NodeId> = copies.keys().copied().collect();
        nodes.sort_by_cached_key(|node| view.root.path(*node));
        if nodes.len() < 2
            || nodes.windows(2).any(|pair| reported.contains(&(pair[0].min(pair[1]), pair[0].max(pair[1]))))
        {
            continue;
        }
        let message =
            format!("{} copies of {stem} in the extensions of one interpreter", thousands(nodes.len()));
        let finding = findings.report(process, &stem, message);
        finding.at_most(Severity::Note);
        finding.evidence = nodes
            .iter()
            .map(|node| format!("{} for {}", view.root.path(*node), view.root.path(copies[node])))
            .collect();
    }
}

/// Returns a library's name without its version and without the hash that auditwheel adds.
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
    // The dynamic linker is in every process under two names: the one in PT_INTERP and that of its file.
    (!stem.is_empty() && !stem.starts_with("ld-linux")).then(|| stem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stems_have_no_versions_and_hashes() {
        let stem_of = |soname: &str| stem(&Soname::new(soname));
        assert_eq!(stem_of("libssl.so.3").as_deref(), Some("libssl"));
        assert_eq!(stem_of("libssl-0a1b2c3d.so.1.1").as_deref(), Some("libssl"));
        assert_eq!(stem_of("libglib-2.0.so.0").as_deref(), Some("libglib-2.0"));
        assert_eq!(stem_of("plugin"), None);
        assert_eq!(stem_of("ld-linux-x86-64.so.2"), None);
    }
}
