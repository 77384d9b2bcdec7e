//! missing-symbol-version: a library does not define a symbol version that an object needs.

use std::collections::BTreeMap;

use crate::audit::finding::{Fix, Reach};
use crate::audit::findings::Findings;
use crate::audit::rule::{Rule, RuleScope};
use crate::audit::view::View;
use crate::debian::distributions::version_of;
use crate::vocabulary::{RootedPath, Severity};

pub(super) static RULE: Rule = Rule {
    code: "missing-symbol-version",
    scope: RuleScope::Images,
    severity: Severity::Error,
    title: "a library is too old or a different one",
    explanation: "An object needs a symbol version (DT_VERNEED) that the library found for it does not define: \
                  it was built against a newer release, most often of glibc (\"version `GLIBC_2.38' not \
                  found\"), or another library of the same name is found first. ld.so refuses to load the \
                  object even if no symbol of that version is used.",
    fix: "Build the app on the release of the image, or use an image of a newer release.",
};

/// Reports the findings of the rule.
pub(super) fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    // One finding for each object, library and version, with the process of the most certain reach.
    let mut missing: BTreeMap<(RootedPath, RootedPath, String), (Reach, usize)> = BTreeMap::new();
    for (index, start) in view.starts() {
        let reach = view.reach_of_start(index);
        for version in start.map.missing_versions.iter().filter(|version| !version.weak) {
            let path = |object: usize| view.root.path(start.map.objects[object].node);
            let key = (path(version.by), path(version.provider), version.version.to_string());
            let known = missing.entry(key).or_insert((reach, index));
            *known = (*known).min((reach, index));
        }
    }
    for ((object, library, version), (reach, start)) in missing {
        let message = format!("needs version {version} of {library}, which does not define it");
        let finding = findings.report_at(&object, reach, format!("{version} of {library}"), message);
        if let Some(node) = view.node_at(&object) {
            finding.chain = view.chain(start, node);
        }
        let target = &view.resolution.provenance.target;
        let number = version_of(target.distribution, &target.release).map(|number| format!(" {number}"));
        finding.fix.push(Fix::Instruction(format!(
            "build it on {} {}{}, or use a newer image",
            target.distribution,
            target.release,
            number.unwrap_or_default()
        )));
    }
}
