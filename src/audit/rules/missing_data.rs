//! missing-data: the data files that a library needs are missing.

use std::collections::BTreeSet;

use crate::audit::finding::Fix;
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::debian::inclusions::FileSet;
use crate::solve::closure::{DataLoad, data_loads};
use crate::tree::root::NodeId;
use crate::vocabulary::{Grade, PackageName, RootedPath, Severity, Soname};

/// First version of glibc whose libc.so.6 contains the modules for name services.
const INTEGRATED_MODULES: &[u8] = b"GLIBC_2.34";

pub(super) static RULE: Rule = Rule {
    code: "missing-data",
    scope: RuleScope::Images,
    severity: Severity::Warning,
    title: "the data of a library is missing",
    explanation: "Some libraries read files by names that no ELF header contains, and do not work without \
                  them: libmagic its database, NSS its cryptographic modules, PROJ its coordinate systems. \
                  Reported are the lines of sodeb's table whose library is loaded from a system directory and \
                  of whose files none exists.",
    fix: "Add the files or the package that is named: `sodeb layer PATH --base IMAGE --data needed` includes \
          them.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    let directories = &view.default_directories;
    let mut reported: BTreeSet<(NodeId, PackageName)> = BTreeSet::new();
    for (_, start) in view.starts() {
        for object in &start.map.objects {
            let Some(soname) = &object.facts.soname else { continue };
            let path = view.root.path(object.node);
            if !directories.contains(&path.parent()) {
                continue;
            }
            for (package, reason) in missing(view, object.node, &path, soname) {
                if reported.insert((object.node, package.clone())) {
                    let message = format!("no data file of {soname} exists: {reason}");
                    let finding = findings.report(object.node, &package, message);
                    finding.fix.push(Fix::Packages(vec![package.to_string()]));
                }
            }
        }
    }
}

/// Returns the packages of the missing data, each with the reason why the library needs it.
fn missing(
    view: &View<'_>,
    library: NodeId,
    path: &RootedPath,
    soname: &Soname,
) -> Vec<(PackageName, String)> {
    let own = view.owners().of_file(view.root, library);
    let own = PackageName::new(own.map_or_else(|| soname.to_string(), |owner| owner.name.to_string()));
    let is_new_glibc = || {
        let content = view.root.content(library);
        let Some(crate::tree::inventory::Content::Object(facts)) = content else { return false };
        facts.version_definitions.iter().any(|version| version == INTEGRATED_MODULES)
    };
    if soname.as_bytes() == b"libc.so.6" && is_new_glibc() {
        return Vec::new();
    }
    let required =
        data_loads(path, soname, &own).into_iter().filter(|data| data.load.grade == Grade::Required);
    let missing =
        required.filter(|data| !data.is_probed_in(view.root)).filter_map(|DataLoad { inclusion, .. }| {
            let FileSet::Files(patterns) = &inclusion.extent else { return None };
            let mut entries = view.entries().map(|(_, entry)| entry).filter(|entry| !entry.is_directory());
            let exists = entries.any(|entry| patterns.iter().any(|pattern| pattern.matches(&entry.path)));
            (!exists).then_some((inclusion.package, inclusion.reason))
        });
    missing.collect()
}
