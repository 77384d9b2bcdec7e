//! missing-data: a library is there without the data that it is of no use without.

use std::collections::BTreeSet;

use super::Rule;
use crate::audit::finding::{Fix, Severity};
use crate::audit::view::{Findings, View};
use crate::debian::inclusions::{FileSet, Importance, data_rules};
use crate::tree::root::NodeId;
use crate::vocabulary::{PackageName, RootedPath, Soname};

/// The version since which glibc has its modules for names within itself.
const MODULES_WITHIN: &[u8] = b"GLIBC_2.34";

pub(super) static RULE: Rule = Rule {
    code: "missing-data",
    severity: Severity::Warning,
    title: "a library's data is missing",
    explanation: "Some libraries read files by names that no header tells, and do nothing of what they are for without \
                  them: libmagic its database, NSS its cryptographic modules, PROJ its coordinate systems. Reported \
                  are those lines of sodeb's table whose library lies in a directory of the system and is loaded, and of \
                  whose files none is there.",
    fix: "Add the files or the package that is named: `sodeb layer TREE --base IMAGE --data needed` takes them along.",
    check,
};

fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    let directories = &view.default_directories;
    let mut told: BTreeSet<(NodeId, PackageName)> = BTreeSet::new();
    for (_, start) in view.starts() {
        for object in &start.map.objects {
            let Some(soname) = &object.facts.soname else { continue };
            let path = view.root.path(object.node);
            if !directories.contains(&path.parent()) {
                continue;
            }
            for inclusion in missing(view, object.node, soname) {
                let (package, reason) = (inclusion.0, inclusion.1);
                if told.insert((object.node, package.clone())) {
                    let message = format!("{soname} has none of its data: {reason}");
                    let finding = findings.report(object.node, &package, message);
                    finding.fix.push(Fix::Packages(vec![package.to_string()]));
                }
            }
        }
    }
}

/// The packages of the data that is missing, and what for.
fn missing(view: &View<'_>, library: NodeId, soname: &Soname) -> Vec<(PackageName, String)> {
    let own = view.owners.of_file(view.root, library);
    let own = PackageName::new(own.map_or_else(|| soname.to_string(), |owner| owner.name.to_string()));
    let is_new_glibc = || {
        let content = view.root.content(library);
        let Some(crate::tree::inventory::Content::Object(facts)) = content else { return false };
        facts.version_definitions.iter().any(|version| version == MODULES_WITHIN)
    };
    let rules = data_rules().iter().filter(|rule| rule.weight == Importance::Needed && rule.is_about(soname));
    let rules = rules.filter(|_| soname.as_bytes() != b"libc.so.6" || !is_new_glibc());
    let missing = rules.filter_map(|rule| {
        let probe = RootedPath::new(rule.probe);
        if !rule.probe.is_empty() && view.root.resolve(view.root.top(), probe.as_bytes()).is_ok() {
            return None;
        }
        let inclusion = rule.inclusion(&own);
        let FileSet::Files(patterns) = &inclusion.extent else { return None };
        let mut entries = view.subject.inventory().entries().iter().filter(|entry| !entry.is_directory());
        let is_there = entries.any(|entry| patterns.iter().any(|pattern| pattern.takes(&entry.path)));
        (!is_there).then_some((inclusion.package, inclusion.reason))
    });
    missing.collect()
}
