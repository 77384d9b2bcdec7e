//! stale-ld-so-cache: ld.so.cache does not say what is there.

use std::collections::BTreeSet;

use bstr::ByteSlice;

use super::Rule;
use crate::audit::finding::{Fix, Reach, Severity};
use crate::audit::view::{Findings, View};
use crate::loader::{LdSoCache, configured_directories};
use crate::tree::inventory::Content;
use crate::vocabulary::RootedPath;

const CACHE: &str = "/etc/ld.so.cache";

/// How many names are told of.
const SHOWN: usize = 10;

pub(super) static RULE: Rule = Rule {
    code: "stale-ld-so-cache",
    severity: Severity::Warning,
    title: "ld.so.cache does not say what is there",
    explanation: "ld.so reads ld.so.cache and never ld.so.conf. Reported is a cache that can't be read, one that names \
                  files which are gone, and libraries in a directory of ld.so.conf that no default directory has and the \
                  cache does not name, so that they are not found: a layer put them there and ldconfig was not run.",
    fix: "Run `ldconfig -r ROOT` as the last step; `sodeb layer` writes a new cache where the base has one.",
    check,
};

fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    let path = RootedPath::new(CACHE);
    let text = view.root.resolve(view.root.top(), path.as_bytes()).ok();
    let text = text.and_then(|node| match view.root.content(node) {
        Some(Content::Text(text)) => Some(text.as_slice()),
        _ => None,
    });
    let reach = Reach::Possible;
    let fix = || Fix::Words("run ldconfig in the image".to_owned());
    let cache = match text.map(LdSoCache::parse) {
        Some(Ok(cache)) => Some(cache),
        Some(Err(error)) => {
            findings.report_at(&path, reach, "form", error.to_string()).fix.push(fix());
            return;
        }
        None => None,
    };
    let named: BTreeSet<RootedPath> = cache.iter().flat_map(LdSoCache::paths).map(RootedPath::new).collect();
    let gone: Vec<&RootedPath> =
        named.iter().filter(|path| view.root.resolve(view.root.top(), path.as_bytes()).is_err()).collect();
    if !gone.is_empty() {
        let message =
            format!("names {} that {} gone", files(gone.len()), if gone.len() == 1 { "is" } else { "are" });
        let finding = findings.report_at(&path, reach, "gone", message);
        finding.why = gone.iter().take(SHOWN).map(ToString::to_string).collect();
        finding.fix.push(fix());
    }
    let defaults = &view.default_directories;
    let resolve = |path: &RootedPath| {
        view.root.resolve(view.root.top(), path.as_bytes()).map(|node| view.root.path(node))
    };
    let names: BTreeSet<&[u8]> = named.iter().map(RootedPath::file_name).collect();
    let configured: BTreeSet<RootedPath> =
        configured_directories(view.root).iter().filter_map(|directory| resolve(directory).ok()).collect();
    let mut unnamed: BTreeSet<RootedPath> = BTreeSet::new();
    for (node, facts) in view.objects() {
        let path = view.root.path(node);
        let directory = path.parent();
        let Some(soname) = &facts.soname else { continue };
        let is_library =
            soname.as_bytes().contains_str(".so") && view.scene.is_some_and(|scene| scene.holds(facts));
        if is_library
            && configured.contains(&directory)
            && !defaults.contains(&directory)
            && !names.contains(soname.as_bytes())
        {
            unnamed.insert(path);
        }
    }
    if !unnamed.is_empty() {
        let word = if cache.is_some() { "does not name" } else { "is not there and can't name" };
        let message = format!("{word} {} in directories of ld.so.conf", libraries(unnamed.len()));
        let finding = findings.report_at(&path, reach, "unnamed", message);
        finding.why = unnamed.iter().take(SHOWN).map(ToString::to_string).collect();
        finding.fix.push(fix());
    }
}

fn files(count: usize) -> String {
    if count == 1 { "a file".to_owned() } else { format!("{count} files") }
}

fn libraries(count: usize) -> String {
    if count == 1 { "a library".to_owned() } else { format!("{count} libraries") }
}
