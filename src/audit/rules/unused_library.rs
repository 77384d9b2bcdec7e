//! unused-library: nothing gets to libraries of a package that is used otherwise, or of none.

use super::Rule;
use super::unused::by_owner;
use crate::audit::finding::{Fix, Reach, Severity};
use crate::audit::owners::OwnerKind;
use crate::audit::view::{Findings, View};
use crate::tree::root::NodeId;

/// What is less than this is not worth a layer of one's own, in bytes.
const MIN_BYTES: u64 = 256 << 10;

/// How many files are named.
const SHOWN: usize = 20;

pub(super) static RULE: Rule = Rule {
    code: "unused-library",
    severity: Severity::Note,
    title: "nothing gets to a library",
    explanation: "Libraries that nothing the image starts is seen to load: of a package of which other files are used, \
                  or of none. One finding tells of all of one package, where they come to 256 KiB. Reported only \
                  where the image names what it starts and that is no shell. glibc's own libraries are not told: they \
                  are opened by name and belong together.",
    fix: "Leave them out: `sodeb layer` ships only the files that are loaded.",
    check,
};

fn check(view: &View<'_>, findings: &mut Findings<'_, '_>) {
    for (owner, objects) in by_owner(view) {
        let is_deb = owner.as_ref().is_some_and(|owner| owner.kind == OwnerKind::Deb);
        let has_used = objects.iter().any(|(_, is_used)| *is_used);
        if is_deb && !has_used {
            // unused-package tells of it.
            continue;
        }
        let mut unused: Vec<NodeId> =
            objects.iter().filter(|(_, is_used)| !is_used).map(|(node, _)| *node).collect();
        unused.sort_by_cached_key(|node| view.root.path(*node));
        let Some(first) = unused.first() else { continue };
        let bytes: u64 = unused.iter().map(|node| view.size_bytes(*node)).sum();
        if bytes < MIN_BYTES || is_glibc(view, objects) {
            continue;
        }
        let whose = owner.as_ref().map_or_else(|| "no package".to_owned(), ToString::to_string);
        let message =
            format!("nothing is seen to load {} of {} objects of {whose}", unused.len(), objects.len());
        let finding = findings.report_at(&view.root.path(*first), Reach::Unreached, &whose, message);
        finding.saves_bytes = bytes;
        finding.why = unused.iter().take(SHOWN).map(|node| view.root.path(*node).to_string()).collect();
        finding.fix.push(Fix::Words("ship only what is loaded: `sodeb layer` does".to_owned()));
    }
}

/// Whether the objects of a package are the C library.
fn is_glibc(view: &View<'_>, objects: &[(NodeId, bool)]) -> bool {
    objects.iter().any(|(node, _)| view.root.name(*node) == b"libc.so.6")
}
