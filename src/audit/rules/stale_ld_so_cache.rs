//! stale-ld-so-cache: ld.so.cache does not match the files of the image.

use std::collections::BTreeSet;

use bstr::ByteSlice;

use crate::audit::finding::{Fix, Reach};
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::loader::{LdSoCache, configured_directories};
use crate::support::humanize::counted;
use crate::tree::inventory::Content;
use crate::vocabulary::{RootedPath, Severity};

const CACHE: &str = "/etc/ld.so.cache";

/// Maximum number of paths that a finding lists.
const SHOWN: usize = 10;

pub(super) static RULE: Rule = Rule {
    code: "stale-ld-so-cache",
    scope: RuleScope::Images,
    severity: Severity::Warning,
    title: "ld.so.cache is out of date",
    explanation: "ld.so reads ld.so.cache and never ld.so.conf. Reported are a cache that cannot be read, one \
                  that lists files which do not exist, and libraries in a directory of ld.so.conf (other than \
                  a default directory) that the cache does not list, so that they are not found: a layer added \
                  them and ldconfig was not run.",
    fix: "Run `ldconfig -r ROOT` as the last step; `sodeb layer` writes a new cache if the base has one.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    let path = RootedPath::new(CACHE);
    let text = view.root.resolve(view.root.top(), path.as_bytes()).ok();
    let text = text.and_then(|node| match view.root.content(node) {
        Some(Content::Text(text)) => Some(text.as_slice()),
        _ => None,
    });
    let reach = Reach::Possible;
    let fix = || Fix::Instruction("run ldconfig in the image".to_owned());
    let cache = match text.map(LdSoCache::parse) {
        Some(Ok(cache)) => Some(cache),
        Some(Err(error)) => {
            findings.report_at(&path, reach, "form", error.to_string()).fix.push(fix());
            return;
        }
        None => None,
    };
    let listed: BTreeSet<RootedPath> = cache.iter().flat_map(LdSoCache::paths).map(RootedPath::new).collect();
    let gone: Vec<&RootedPath> =
        listed.iter().filter(|path| view.root.resolve(view.root.top(), path.as_bytes()).is_err()).collect();
    if !gone.is_empty() {
        let exist = if gone.len() == 1 { "does not exist" } else { "do not exist" };
        let message = format!("lists {} that {exist}", counted(gone.len(), "file"));
        let finding = findings.report_at(&path, reach, "gone", message);
        finding.evidence = gone.iter().take(SHOWN).map(ToString::to_string).collect();
        finding.fix.push(fix());
    }
    let defaults = &view.default_directories;
    let resolve = |path: &RootedPath| {
        view.root.resolve(view.root.top(), path.as_bytes()).map(|node| view.root.path(node))
    };
    let names: BTreeSet<&[u8]> = listed.iter().map(RootedPath::file_name).collect();
    let configured: BTreeSet<RootedPath> =
        configured_directories(view.root).iter().filter_map(|directory| resolve(directory).ok()).collect();
    let mut unnamed: BTreeSet<RootedPath> = BTreeSet::new();
    for (node, facts) in view.objects() {
        let path = view.root.path(node);
        let directory = path.parent();
        let Some(soname) = &facts.soname else { continue };
        let is_library = soname.as_bytes().contains_str(".so") && view.is_for_target(facts);
        if is_library
            && configured.contains(&directory)
            && !defaults.contains(&directory)
            && !names.contains(soname.as_bytes())
        {
            unnamed.insert(path);
        }
    }
    if !unnamed.is_empty() {
        let libraries = counted(unnamed.len(), "library");
        let message = match cache {
            Some(_) => format!("does not list {libraries} in directories of ld.so.conf"),
            None => format!("does not exist, although directories of ld.so.conf contain {libraries}"),
        };
        let finding = findings.report_at(&path, reach, "unnamed", message);
        finding.evidence = unnamed.iter().take(SHOWN).map(ToString::to_string).collect();
        finding.fix.push(fix());
    }
}
